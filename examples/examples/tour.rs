//! A tour of the whole surface: a small chat application that is named, supervised and restarted.
//!
//! ```text
//! cargo run -p examples --example tour
//! ```
//!
//! It shows a supervision tree with two registries, a dynamic supervisor and a nested supervisor;
//! calls and casts by name; a deferred reply; publishing to subscribers; a monitor; a crash, after
//! which supervision brings the server back under its name; the living tree as text; and an orderly
//! shutdown, in which `terminate` runs.

use std::error::Error;
use std::fmt;
use std::time::{Duration, Instant};

use registry_runtime::prelude::*;

supervision_tree! {
    /// The whole application.
    pub ChatApp, strategy = one_for_one, max_restarts = 3, within = 5s;

    registry!<pub Sessions, keys = unique, key = String, value = Role>;
    registry!<pub Topics, keys = duplicate, key = String, message = Event, partitions = schedulers>;
    dynamic_supervisor!<pub SessionSup, max_children = 100_000>;
    Lobby("main".to_owned());                       // a server: Type(start_link arguments…)
    supervisor!<pub Workers, strategy = one_for_all> {
        Indexer(), restart = transient, shutdown = 10s;
    };
}

/// What a session may do; the registry holds it beside the pid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Talks.
    Member,
}

/// What is published to the subscribers of a topic.
#[derive(Clone, Debug)]
pub enum Event {
    /// Somebody joined.
    UserCreated,
}

/// Where a page is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Url(pub String);

/// What was found there.
#[derive(Debug)]
pub struct Page {
    /// Its title.
    pub title: String,
}

/// Why there is no page.
#[derive(Debug, PartialEq, Eq)]
pub struct FetchError(Url);

impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "nothing at {}", self.0.0)
    }
}

impl Error for FetchError {}

/// One user's session, known to everyone as `session:<user_id>`.
#[gen_server(registry = Sessions, key = "session:<user_id>", value = Role::Member)]
#[derive(Debug)]
pub struct UserSession {
    user_id: String, // an argument of start_link, via, child_spec
    #[default]
    hits: u64, // Default::default(), not an argument
    #[default]
    parked: Vec<ReplyTo<u64>>,
    #[default(Instant::now())]
    since: Instant,
}

#[gen_server]
impl UserSession {
    /// How often the session was hit.
    #[call]
    fn get_state(&self) -> u64 {
        self.hits
    }

    /// Fetches a page; whoever else wants the session meanwhile waits for its turn.
    #[call]
    async fn fetch(&mut self, ctx: &mut Ctx<Self>, url: Url) -> Result<Page, FetchError> {
        tokio::time::sleep(Duration::from_millis(5)).await;
        if url.0.starts_with("https://") {
            let title = format!("{} as seen by {}", url.0, ctx.pid());
            Ok(Page { title })
        } else {
            Err(FetchError(url))
        }
    }

    /// Hits the session, and answers with the next bump: the reply is kept, and sent later.
    #[call]
    fn later(&mut self, reply: ReplyTo<u64>, n: u64) {
        self.hits += n;
        self.parked.push(reply);
    }

    /// Hits the session.
    #[cast]
    fn bump(&mut self, by: u64) {
        self.hits += by;
        for reply in self.parked.drain(..) {
            reply.send(self.hits);
        }
    }

    /// Has the session told of another process's death: a call, so that it watches by its return.
    #[call]
    fn watch(&mut self, ctx: &mut Ctx<Self>, pid: Pid) {
        let _ = ctx.monitor(pid);
    }

    /// What registries dispatch, and timers send.
    #[info]
    fn on_event(&mut self, event: Event) {
        println!("  {} hears of {event:?}", self.user_id);
    }

    /// A monitored process died.
    #[info]
    fn on_down(&mut self, down: Down) {
        println!(
            "  {} hears that {} ended: {}",
            self.user_id, down.pid, down.reason
        );
    }

    async fn init(&mut self, ctx: &mut Ctx<Self>) -> Result<(), ExitReason> {
        Topics::register(ctx, "events".into(), ())?; // registers *this* process: ctx is the proof
        println!("  session of {} is {}", self.user_id, ctx.pid());
        Ok(())
    }

    async fn terminate(&mut self, reason: &ExitReason) {
        let lived = self.since.elapsed().as_millis();
        println!(
            "  session of {} ends after {lived} ms: {reason}",
            self.user_id
        );
    }
}

/// Where everybody meets.
#[gen_server]
#[derive(Debug)]
pub struct Lobby {
    name: String,
}

#[gen_server]
impl Lobby {
    async fn terminate(&mut self, reason: &ExitReason) {
        println!("  the lobby {:?} closes: {reason}", self.name);
    }
}

/// Reads along, and counts what it has read.
#[gen_server]
#[derive(Debug)]
pub struct Indexer {
    #[default]
    read: u64,
}

#[gen_server]
impl Indexer {
    fn init(&mut self, ctx: &mut Ctx<Self>) -> Result<(), ExitReason> {
        Topics::register(ctx, "events".into(), ())?;
        Ok(())
    }

    /// Something to index.
    #[info]
    fn on_event(&mut self, _event: Event) {
        self.read += 1;
        println!("  the indexer has read {}", self.read);
    }
}

#[tokio::main] // plain tokio: nothing of ours to wrap it in
async fn main() -> Result<(), Box<dyn Error>> {
    println!("the tree starts");
    let app = ChatApp::start().await?;
    let alice = SessionSup::start_child(UserSession::child_spec("alice".to_owned())).await?;
    let bob = SessionSup::get_or_start(UserSession::child_spec("bob".to_owned())).await?;

    println!("casts and calls by name");
    UserSession::via("alice").bump(3)?; // cast by name
    assert_eq!(UserSession::via("alice").get_state().await?, 3); // call by name
    println!("  three bumps make {}", alice.get_state().await?);
    let (reply, bumped) = tokio::join!(alice.later(2), async { alice.bump(1) });
    bumped?;
    println!("  the reply that was put off came at {}", reply?);

    println!("replies are of any type, time-outs by the call");
    let page = alice.fetch(Url("https://example.com".to_owned())).await??;
    println!("  {}", page.title);
    let nothing = alice.fetch(Url("nowhere".to_owned())).await?;
    println!(
        "  {}",
        nothing.err().ok_or("there is something at nowhere")?
    );
    let hasty = UserSession::via("alice").timeout(Duration::from_millis(1));
    println!(
        "  in a hurry: {:?}",
        hasty
            .fetch(Url("https://example.com".to_owned()))
            .await
            .err()
    );

    println!("a crash: supervised, renamed, back");
    bob.watch(alice.pid()).await?;
    alice.exit(ExitReason::Kill);
    alice.pid().ended().await; // from here on the name is free, or its successor's
    while UserSession::via("alice").whereis().is_none() {
        tokio::task::yield_now().await;
    }
    println!(
        "  with a fresh state: {}",
        UserSession::via("alice").get_state().await?
    );

    println!("a clone to every subscriber");
    let heard = Topics::publish("events", Event::UserCreated);
    println!("  sent to {heard}");
    tokio::time::sleep(Duration::from_millis(20)).await; // they hear of it in their own time

    println!("who is there");
    if let Some((pid, role)) = Sessions::lookup("session:alice") {
        println!("  session:alice is {pid}, a {role:?}");
    }
    println!("{}", ChatApp::tree()); // the living tree, as text

    println!("the tree ends, in reverse order of its start");
    app.shutdown().await;
    println!("  {} sessions are left", Sessions::count());
    Ok(())
}
