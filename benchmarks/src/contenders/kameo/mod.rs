//! kameo: an actor with an implementation of `Message` for each kind of message.

mod crowd;
mod restart;
mod ring;
mod topic;

use kameo::Actor;
use kameo::actor::{ActorRef, Spawn};
use kameo::mailbox;
use kameo::message::{Context, Message};

use super::{Contender, NO_TABLE, OPTION, is_option, is_table};
use crate::actors::{Actors, Named, TIMEOUT};
use crate::case::Kind;
use crate::measure;
use crate::run::{Flavor, Run, Samples};

/// kameo.
pub const CONTENDER: Contender = Contender {
    name: "kameo",
    package: "kameo",
    about: "kameo, without `tracing`: unbounded mailboxes, as all others have; `register` and `lookup`; `supervise`; `PubSub` of kameo_actors",
    missing: |kind, _| match kind {
        kind if is_table(kind) => Some(NO_TABLE),
        kind if is_option(kind) => Some(OPTION),
        _ => None,
    },
    measure,
};

fn measure(kind: Kind, flavor: Flavor, run: Run) -> Option<Samples> {
    flavor.run(async move {
        match kind {
            Kind::Start | Kind::Memory | Kind::Death => {
                measure::crowd::<crowd::Kameo>(kind, run).await
            }
            Kind::Ring => measure::ring::<ring::Kameo>(run).await,
            Kind::Publish => measure::topic::<topic::Kameo>(run).await,
            Kind::Kill | Kind::Panic => measure::restarted::<restart::Kameo>(kind, run).await,
            _ => measure::named::<Kameo>(kind, run).await,
        }
    })
}

#[derive(Actor, Clone, Default)]
struct Counter {
    count: u64,
}

struct Get;
struct Add(u64);

impl Message<Get> for Counter {
    type Reply = u64;

    async fn handle(&mut self, _: Get, _: &mut Context<Self, u64>) -> u64 {
        self.count
    }
}

impl Message<Add> for Counter {
    type Reply = ();

    async fn handle(&mut self, Add(n): Add, _: &mut Context<Self, ()>) {
        self.count += n;
    }
}

struct Kameo;

impl Actors for Kameo {
    type Ref = ActorRef<Counter>;

    async fn start() -> Self::Ref {
        Counter::spawn_with_mailbox(Counter::default(), mailbox::unbounded())
    }

    async fn call(server: &Self::Ref) -> u64 {
        server
            .ask(Get)
            .reply_timeout(TIMEOUT)
            .send()
            .await
            .expect("an answer")
    }

    async fn call_bare(server: &Self::Ref) -> u64 {
        server.ask(Get).send().await.expect("an answer")
    }

    async fn cast(server: &Self::Ref) {
        let _ = server.tell(Add(1)).send().await;
    }
}

impl Named for Kameo {
    async fn start_named(name: String) {
        Self::start().await.register(name).expect("a free name");
    }

    async fn call_name(name: &str) -> u64 {
        let server = ActorRef::<Counter>::lookup(name)
            .expect("a counter")
            .expect("an actor");
        Self::call(&server).await
    }

    async fn cast_name(name: &str) {
        if let Ok(Some(server)) = ActorRef::<Counter>::lookup(name) {
            Self::cast(&server).await;
        }
    }
}
