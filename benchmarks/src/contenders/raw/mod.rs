//! Raw tokio: a task, an unbounded mpsc, a oneshot a call, and a locked map where there are names.
//! What a library adds to this is what it costs.

mod crowd;
mod restart;
mod ring;
mod topic;

use std::future::Future;
use std::sync::{LazyLock, RwLock};

use hashbrown::HashMap;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;

use super::{Contender, OPTION, is_option, is_table};
use crate::actors::{Actors, Named, TIMEOUT};
use crate::case::Kind;
use crate::measure;
use crate::run::{Flavor, Run, Samples};

/// Without time-outs.
pub const CONTENDER: Contender = Contender {
    name: "raw",
    package: "tokio",
    about: "a task, an unbounded mpsc, a oneshot a call and a locked hashbrown map, by hand; no time-outs",
    missing,
    measure: measure::<false>,
};

/// With `tokio::time::timeout` around each call.
pub const TIMED: Contender = Contender {
    name: "raw+timeout",
    package: "tokio",
    about: "raw, with `tokio::time::timeout` around each call",
    missing: |kind, _| match kind {
        Kind::CallRef | Kind::CallName | Kind::FanRef | Kind::FanName => None,
        _ => Some("only calls have time-outs: see raw"),
    },
    measure: measure::<true>,
};

fn missing(kind: Kind, _: Flavor) -> Option<&'static str> {
    match kind {
        kind if is_table(kind) => Some("see the bare map"),
        kind if is_option(kind) => Some(OPTION),
        _ => None,
    }
}

fn measure<const TIMED: bool>(kind: Kind, flavor: Flavor, run: Run) -> Option<Samples> {
    flavor.run(async move {
        match kind {
            Kind::Start | Kind::Memory | Kind::Death => {
                measure::crowd::<crowd::Raw>(kind, run).await
            }
            Kind::Ring => measure::ring::<ring::Raw>(run).await,
            Kind::Publish => measure::topic::<topic::Raw>(run).await,
            Kind::Kill | Kind::Panic => measure::restarted::<restart::Raw>(kind, run).await,
            _ => measure::named::<Raw<TIMED>>(kind, run).await,
        }
    })
}

enum Message {
    Get(oneshot::Sender<u64>),
    Add(u64),
}

async fn serve(mut state: u64, mut mailbox: UnboundedReceiver<Message>) {
    while let Some(message) = mailbox.recv().await {
        match message {
            Message::Get(reply) => {
                let _ = reply.send(state);
            }
            Message::Add(n) => state += n,
        }
    }
}

static NAMES: LazyLock<RwLock<HashMap<String, UnboundedSender<Message>>>> =
    LazyLock::new(RwLock::default);

struct Raw<const TIMED: bool>;

async fn reply<const TIMED: bool>(answer: oneshot::Receiver<u64>) -> u64 {
    if TIMED {
        tokio::time::timeout(TIMEOUT, answer)
            .await
            .expect("in time")
            .expect("an answer")
    } else {
        answer.await.expect("an answer")
    }
}

impl<const TIMED: bool> Actors for Raw<TIMED> {
    type Ref = UnboundedSender<Message>;

    async fn start() -> Self::Ref {
        let (sender, mailbox) = unbounded_channel();
        tokio::spawn(serve(0, mailbox));
        sender
    }

    fn call(server: &Self::Ref) -> impl Future<Output = u64> + Send {
        let (sender, answer) = oneshot::channel();
        let _ = server.send(Message::Get(sender));
        reply::<TIMED>(answer)
    }

    fn call_bare(server: &Self::Ref) -> impl Future<Output = u64> + Send {
        let (sender, answer) = oneshot::channel();
        let _ = server.send(Message::Get(sender));
        reply::<false>(answer)
    }

    async fn cast(server: &Self::Ref) {
        let _ = server.send(Message::Add(1));
    }
}

impl<const TIMED: bool> Named for Raw<TIMED> {
    async fn start_named(name: String) {
        let server = Self::start().await;
        NAMES.write().expect("a lock").insert(name, server);
    }

    fn call_name(name: &str) -> impl Future<Output = u64> + Send {
        let (sender, answer) = oneshot::channel();
        if let Some(server) = NAMES.read().expect("a lock").get(name) {
            let _ = server.send(Message::Get(sender));
        }
        reply::<TIMED>(answer)
    }

    async fn cast_name(name: &str) {
        if let Some(server) = NAMES.read().expect("a lock").get(name) {
            let _ = server.send(Message::Add(1));
        }
    }
}
