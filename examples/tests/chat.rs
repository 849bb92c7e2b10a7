//! The chat server, talked to through real sockets.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::time::Duration;

use examples::chat::{Acceptor, Chat, Presence, Rooms, Sessions, Users};
use registry_runtime::prelude::*;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpSocket, TcpStream};

/// A client, as `nc` is one.
struct Client {
    socket: BufReader<TcpStream>,
    seen: Vec<String>,
}

impl Client {
    async fn connect(address: SocketAddr) -> Self {
        Self::new(TcpStream::connect(address).await.unwrap())
    }

    fn new(socket: TcpStream) -> Self {
        Self {
            socket: BufReader::new(socket),
            seen: Vec::new(),
        }
    }

    /// A client with a name, in a room.
    async fn member(address: SocketAddr, name: &str, room: &str) -> Self {
        let mut client = Self::connect(address).await;
        client.say(&format!("/nick {name}")).await;
        client.say(&format!("/join {room}")).await;
        client.hears(&format!("[{room}] * {name} joined")).await;
        client
    }

    async fn say(&mut self, line: &str) {
        self.socket
            .write_all(format!("{line}\r\n").as_bytes())
            .await
            .unwrap();
    }

    /// The next line; `None` at the end.
    async fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        let reading = self.socket.read_line(&mut line);
        let read = tokio::time::timeout(Duration::from_secs(60), reading).await;
        match read.unwrap_or_else(|_| panic!("nothing more comes after {:?}", self.seen)) {
            Ok(0) | Err(_) => None,
            Ok(_) => {
                self.seen.push(line.trim_end().to_owned());
                self.seen.last().cloned()
            }
        }
    }

    /// Reads up to this line.
    async fn hears(&mut self, expected: &str) {
        while let Some(line) = self.line().await {
            if line == expected {
                return;
            }
        }
        panic!(
            "the connection ended, and no `{expected}` in {:#?}",
            self.seen
        );
    }

    /// Reads on to the end: the last line.
    async fn last_word(&mut self) -> String {
        while self.line().await.is_some() {}
        self.seen.last().cloned().unwrap_or_default()
    }
}

async fn start() -> (App, SocketAddr) {
    let app = Chat::start("127.0.0.1:0".parse().unwrap()).await.unwrap();
    (app, Acceptor::via().address().await.unwrap())
}

#[registry_runtime::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_sockets_talk_in_one_room_and_hear_each_other() {
    const CLIENTS: usize = 100;
    let (app, address) = start().await;
    let all_in = std::sync::Arc::new(tokio::sync::Barrier::new(CLIENTS));
    let clients = (0..CLIENTS).map(|number| {
        let all_in = all_in.clone();
        tokio::spawn(async move {
            let mut client = Client::member(address, &format!("user{number}"), "lobby").await;
            all_in.wait().await;
            client.say(&format!("hello from {number}")).await;
            let heard = |client: &Client| {
                client
                    .seen
                    .iter()
                    .filter(|line| line.contains(": hello from"))
                    .count()
            };
            while heard(&client) < CLIENTS {
                client.line().await.expect("the connection lasts");
            }
            client
        })
    });
    let clients: Vec<_> = clients.collect();
    let mut inside = Vec::new();
    for client in clients {
        inside.push(client.await.unwrap());
    }
    assert_eq!((Users::count(), Rooms::count()), (CLIENTS, CLIENTS));
    assert_eq!(
        Presence::via()
            .who(Some("lobby".to_owned()))
            .await
            .unwrap()
            .len(),
        CLIENTS
    );

    // Half of them go, each in its way; the others are told of each.
    let mut staying = inside.split_off(CLIENTS / 2);
    for (number, mut client) in inside.into_iter().enumerate() {
        match number % 2 {
            0 => client.say("/quit").await,
            _ => drop(client),
        }
    }
    for number in 0..CLIENTS / 2 {
        let goes = format!("[lobby] * user{number} left");
        let witness = &mut staying[number % 7];
        if !witness.seen.contains(&goes) {
            witness.hears(&goes).await;
        }
    }

    // The server goes down with a word to everybody.
    let down = tokio::spawn(async move { app.shutdown().await });
    for client in &mut staying {
        assert_eq!(client.last_word().await, "* the server is going down: bye");
    }
    down.await.unwrap();
    assert_eq!(
        (
            Users::count(),
            Rooms::count(),
            Sessions::count_children().active
        ),
        (0, 0, 0)
    );
    assert!(TcpStream::connect(address).await.is_err());
}

#[registry_runtime::test]
async fn a_name_belongs_to_one_client_until_it_is_given_up() {
    let (app, address) = start().await;
    let mut ann = Client::member(address, "ann", "lobby").await;
    let mut bob = Client::connect(address).await;
    bob.say("/nick ann").await;
    bob.hears("* somebody else is ann: take another name").await;
    bob.say("/join lobby").await;
    bob.hears("* first take a name: /nick NAME").await;

    // Given up for another name: the room hears of it, and the old one is free.
    ann.say("/nick anna").await;
    ann.hears("* you are anna").await;
    bob.say("/nick bob").await;
    bob.say("/join lobby").await;
    bob.hears("[lobby] * bob joined").await;
    bob.say("/who").await;
    bob.hears("* in lobby: anna, bob").await;
    ann.hears("[lobby] * bob joined").await;
    assert!(ann.seen.contains(&"[lobby] * ann is now anna".to_owned()));
    bob.say("/nick ann").await;
    bob.hears("* you are ann").await;

    // Given up by going; a process that is killed leaves its names as well.
    let session = Users::whereis("anna").unwrap();
    session.exit(ExitReason::Kill);
    session.ended().await;
    bob.say("/nick anna").await;
    bob.hears("* you are anna").await;
    assert!(!ann.last_word().await.is_empty());
    app.shutdown().await;
}

#[registry_runtime::test]
async fn rooms_messages_and_who_are_where() {
    let (app, address) = start().await;
    let mut ann = Client::member(address, "ann", "tea").await;
    let mut bob = Client::member(address, "bob", "tea").await;
    bob.say("/join milk").await;
    bob.hears("[milk] * bob joined").await;
    bob.say("only for milk").await;
    bob.hears("[milk] bob: only for milk").await;
    bob.say("/who tea").await;
    bob.hears("* in tea: ann, bob").await;
    bob.say("/who").await;
    bob.hears("* in milk: bob").await;
    bob.say("/msg ann psst").await;
    bob.hears("[bob -> ann] psst").await;
    bob.say("/msg nobody psst").await;
    bob.hears("* nobody here is called nobody").await;
    bob.say("/leave").await;
    bob.hears("* you left milk").await;
    bob.say("back").await;
    ann.hears("[tea] bob: back").await;
    assert!(ann.seen.contains(&"[bob -> ann] psst".to_owned()));
    assert!(!ann.seen.iter().any(|line| line.contains("milk")));
    bob.say("/leave tea").await;
    ann.hears("[tea] * bob left").await;
    bob.say("/quit").await;
    assert_eq!(bob.last_word().await, "* bye");
    app.shutdown().await;
}

#[registry_runtime::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_client_is_closed_with_a_word_and_holds_up_nobody() {
    let (app, address) = start().await;
    // Its window is small, so that less has to be said before it is behind.
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4_096).unwrap();
    let mut slow = Client::new(socket.connect(address).await.unwrap());
    slow.say("/nick slow").await;
    slow.say("/join lobby").await;
    slow.hears("[lobby] * slow joined").await;

    // From here on it does not read; the others hear every line all the same.
    let mut fast = Client::member(address, "fast", "lobby").await;
    let text = "x".repeat(900);
    let mut lines = 0;
    while !fast.seen.iter().any(|line| line == "[lobby] * slow left") {
        fast.seen.clear();
        let mut batch = String::new();
        for _ in 0..50 {
            writeln!(batch, "{lines} {text}").unwrap();
            lines += 1;
        }
        fast.socket.write_all(batch.as_bytes()).await.unwrap();
        let last = format!("[lobby] fast: {} {text}", lines - 1);
        fast.hears(&last).await;
    }

    // It reads again: what had waited for it is still there, and the reason is the last of it.
    assert_eq!(
        slow.last_word().await,
        "* you read too slowly for this room: bye"
    );
    let numbers = slow
        .seen
        .iter()
        .filter_map(|line| line.strip_prefix("[lobby] fast: "));
    let numbers: Vec<usize> = numbers
        .map(|line| line.split_once(' ').unwrap().0.parse().unwrap())
        .collect();
    assert!(
        numbers.iter().copied().eq(0..numbers.len()),
        "lines in order, none left out"
    );
    assert!(numbers.len() < lines);
    fast.say("/who").await;
    fast.hears("* in lobby: fast").await;
    app.shutdown().await;
}

#[registry_runtime::test]
async fn what_clients_send_cannot_hurt_the_server_or_the_others() {
    let (app, address) = start().await;
    let mut ann = Client::member(address, "ann", "lobby").await;
    let mut rude = Client::member(address, "rude", "lobby").await;
    rude.socket
        .write_all(b"\xff\xfe \x1b[2J\x07 hm\n")
        .await
        .unwrap();
    ann.hears("[lobby] rude: \u{fffd}\u{fffd} [2J hm").await;
    rude.socket.write_all(&[b'x'; 5_000]).await.unwrap();
    assert_eq!(rude.last_word().await, "* that line is too long: bye");
    ann.hears("[lobby] * rude left").await;

    // A client that sends its lines and closes its side has them handled first.
    let mut hasty = Client::connect(address).await;
    hasty.say("/nick hasty\n/join lobby\nhi and bye").await;
    hasty.socket.shutdown().await.unwrap();
    ann.hears("[lobby] hasty: hi and bye").await;
    let mut rest = String::new();
    hasty.socket.read_to_string(&mut rest).await.unwrap();
    assert!(rest.ends_with("* bye\n"), "{rest}");
    app.shutdown().await;
}

#[registry_runtime::test]
async fn presence_takes_stock_when_it_is_started_again() {
    let (app, address) = start().await;
    let mut ann = Client::member(address, "ann", "lobby").await;
    let mut bob = Client::member(address, "bob", "lobby").await;
    let presence = Presence::via().whereis().unwrap();
    presence.exit(ExitReason::Kill);
    while Presence::via().whereis().is_none_or(|pid| pid == presence) {
        tokio::task::yield_now().await;
    }
    // A call waits until the successor's `init` is done.
    assert_eq!(Presence::via().who(None).await.unwrap().len(), 2);
    // The connections do not notice; nobody is announced twice.
    let carl = Client::member(address, "carl", "lobby").await;
    ann.hears("[lobby] * carl joined").await;
    drop(carl);
    ann.hears("[lobby] * carl left").await;
    bob.say("/who").await;
    bob.hears("* in lobby: ann, bob").await;
    let again = ann.seen.iter().filter(|line| line.ends_with("joined"));
    assert_eq!(again.count(), 3);
    app.shutdown().await;
}
