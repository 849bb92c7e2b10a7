//! One connection.

use std::time::Duration;

use registry_runtime::prelude::*;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::{Line, Presence, Rooms, Socket, Users};

/// The longest line that is taken from a client, in bytes.
const LONGEST: u64 = 1_024;
/// The most lines that wait for a client: the next one closes it.
const WAITING: usize = 1_024;
/// How long a client has to read what is left when it is closed.
const GRACE: Duration = Duration::from_secs(2);

const HELP: &str = "* /nick NAME  /join ROOM  /leave [ROOM]  /who [ROOM]  /msg NAME TEXT  /quit; \
                    anything else is said in the room you are in";

/// One connection: hears lines from its client and from the registries that it stands in.
///
/// Three parts, so that nobody waits for a slow client: a process that reads and has each line
/// handled before it reads the next; this server, which never waits for the socket; and a task that
/// writes what is in a bounded buffer.
#[gen_server(init(socket: Socket))]
#[derive(Debug)]
pub struct Session {
    name: Option<String>,
    /// The room that plain lines go to: the last one joined.
    room: Option<String>,
    lines: mpsc::Sender<Line>,
    writer: JoinHandle<()>,
}

#[gen_server]
impl Session {
    fn init(socket: Socket, ctx: &mut Ctx<Self>) -> Result<Self, ExitReason> {
        let (reading, writing) = socket.take().ok_or(ExitReason::Ignore)?.into_split();
        let me = ctx.self_ref();
        ctx.spawn_link(async move |_: Process<()>| read(reading, me).await);
        let (lines, waiting) = mpsc::channel(WAITING);
        let writer = tokio::spawn(write(writing, waiting));
        let mut session = Self {
            name: None,
            room: None,
            lines,
            writer,
        };
        session.tell(ctx, "* welcome! first take a name: /nick NAME");
        Ok(session)
    }

    /// A line that the client typed.
    #[call]
    async fn typed(&mut self, ctx: &mut Ctx<Self>, line: String) {
        let line = line.trim();
        let (command, text) = match line.strip_prefix('/') {
            Some(command) => command.split_once(' ').unwrap_or((command, "")),
            None => ("say", line),
        };
        let text = text.trim();
        let answer = match command {
            "nick" => self.nick(ctx, text),
            "join" => self.join(ctx, text),
            "leave" => self.leave(ctx, text),
            "who" => self.who(text).await,
            "msg" => self.message(text),
            "say" => self.say(text),
            "quit" => {
                ctx.stop(ExitReason::Normal);
                None
            }
            _ => Some(HELP.to_owned()),
        };
        if let Some(answer) = answer {
            self.tell(ctx, answer);
        }
    }

    /// A line from somebody else, or from a room.
    #[info]
    fn on_line(&mut self, ctx: &mut Ctx<Self>, line: Line) {
        self.tell(ctx, line);
    }

    /// Leaves the rooms at once, then has what waits written, and a last word: the reason.
    async fn terminate(&mut self, ctx: &mut Ctx<Self>, reason: &ExitReason) {
        for room in Rooms::keys(ctx.pid()) {
            Rooms::unregister(ctx, &room);
        }
        let word = match reason {
            ExitReason::Normal => "* bye",
            ExitReason::Shutdown => "* the server is going down: bye",
            ExitReason::ShutdownWith(why) => why,
            _ => "* something broke here: please come back",
        };
        let farewell = async {
            let _ = self.lines.send(Line::from(word)).await;
            // With its last sender gone the channel is closed, and the writer comes to its end.
            self.lines = mpsc::channel(1).0;
            let _ = (&mut self.writer).await;
        };
        if tokio::time::timeout(GRACE, farewell).await.is_err() {
            self.writer.abort();
        }
    }

    /// Puts a line into the buffer; never waits.
    fn tell(&mut self, ctx: &mut Ctx<Self>, line: impl Into<Line>) {
        match self.lines.try_send(line.into()) {
            Ok(()) => {}
            Err(mpsc::error::TrySendError::Full(_)) => {
                ctx.stop(ExitReason::shutdown_with(
                    "* you read too slowly for this room: bye",
                ));
            }
            // The client has gone, and the reader is about to say so.
            Err(mpsc::error::TrySendError::Closed(_)) => ctx.stop(ExitReason::Normal),
        }
    }

    fn nick(&mut self, ctx: &Ctx<Self>, name: &str) -> Option<String> {
        if !is_word(name) {
            return Some("* a name is 1 to 20 letters, digits, - and _".to_owned());
        }
        Some(match Users::register(ctx, name.to_owned(), ()) {
            Ok(()) => {
                if let Some(old) = self.name.replace(name.to_owned()) {
                    Users::unregister(ctx, &old);
                }
                format!("* you are {name}")
            }
            Err(RegisterError::AlreadyRegistered(pid)) if pid == ctx.pid() => {
                format!("* you are {name} already")
            }
            Err(RegisterError::AlreadyRegistered(_)) => {
                format!("* somebody else is {name}: take another name")
            }
            Err(error) => format!("* {error}"),
        })
    }

    /// Joining is announced to everyone in the room, this client among them.
    fn join(&mut self, ctx: &Ctx<Self>, room: &str) -> Option<String> {
        if self.name.is_none() {
            return Some("* first take a name: /nick NAME".to_owned());
        }
        if !is_word(room) {
            return Some("* a room is 1 to 20 letters, digits, - and _".to_owned());
        }
        if !Rooms::keys(ctx.pid()).iter().any(|joined| joined == room)
            && let Err(error) = Rooms::register(ctx, room.to_owned(), ())
        {
            return Some(format!("* {error}"));
        }
        self.room = Some(room.to_owned());
        None
    }

    fn leave(&mut self, ctx: &Ctx<Self>, room: &str) -> Option<String> {
        let rooms = Rooms::keys(ctx.pid());
        let named = Some(room)
            .filter(|room| !room.is_empty())
            .or(self.room.as_deref());
        let Some(room) = rooms.iter().find(|joined| Some(joined.as_str()) == named) else {
            return Some("* you are not in that room".to_owned());
        };
        Rooms::unregister(ctx, room);
        self.room = rooms.iter().find(|other| *other != room).cloned();
        Some(format!("* you left {room}"))
    }

    async fn who(&self, room: &str) -> Option<String> {
        let room = Some(room)
            .filter(|room| !room.is_empty())
            .or(self.room.as_deref());
        let room = room.map(ToOwned::to_owned);
        let place = room
            .as_ref()
            .map_or_else(|| "here".to_owned(), |room| format!("in {room}"));
        Some(match Presence::via().who(room).await {
            Ok(names) if names.is_empty() => format!("* nobody {place}"),
            Ok(names) => {
                let names: Vec<String> = names.into_iter().collect();
                format!("* {place}: {}", names.join(", "))
            }
            Err(error) => format!("* {error}"),
        })
    }

    fn message(&self, text: &str) -> Option<String> {
        let Some(from) = &self.name else {
            return Some("* first take a name: /nick NAME".to_owned());
        };
        let Some((to, text)) = text.split_once(' ') else {
            return Some("* /msg NAME TEXT".to_owned());
        };
        let line = format!("[{from} -> {to}] {text}");
        match Users::send(to, Line::from(line.as_str())) {
            Ok(()) => Some(line),
            Err(_) => Some(format!("* nobody here is called {to}")),
        }
    }

    /// Everyone in the room hears it, this client among them.
    fn say(&self, text: &str) -> Option<String> {
        let (Some(name), Some(room)) = (&self.name, &self.room) else {
            return Some(HELP.to_owned());
        };
        if !text.is_empty() {
            Rooms::publish(room, Line::from(format!("[{room}] {name}: {text}")));
        }
        None
    }
}

fn is_word(text: &str) -> bool {
    let fits = |letter: char| letter.is_alphanumeric() || letter == '-' || letter == '_';
    (1..=20).contains(&text.chars().count()) && text.chars().all(fits)
}

/// Has one line handled after the other: a client that sends faster than that waits in TCP.
async fn read(socket: OwnedReadHalf, session: ServerRef<Session>) {
    let mut socket = BufReader::new(socket);
    let mut line = Vec::new();
    let end = loop {
        line.clear();
        match (&mut socket)
            .take(LONGEST)
            .read_until(b'\n', &mut line)
            .await
        {
            Ok(0) | Err(_) => break ExitReason::Normal,
            Ok(_) if line.len() as u64 == LONGEST && !line.ends_with(b"\n") => {
                break ExitReason::shutdown_with("* that line is too long: bye");
            }
            Ok(_) => {}
        }
        // Neither line ends nor what might confuse the terminals of others.
        let text = String::from_utf8_lossy(&line).replace(char::is_control, "");
        if session.typed(text).await.is_err() {
            return;
        }
    };
    let _ = session.stop(end).await;
}

/// Writes until the channel is closed or the client is gone.
async fn write(mut socket: OwnedWriteHalf, mut lines: mpsc::Receiver<Line>) {
    let (mut batch, mut text) = (Vec::new(), String::new());
    while lines.recv_many(&mut batch, 64).await > 0 {
        text.clear();
        for line in batch.drain(..) {
            text.push_str(&line);
            text.push('\n');
        }
        if socket.write_all(text.as_bytes()).await.is_err() {
            return;
        }
    }
}
