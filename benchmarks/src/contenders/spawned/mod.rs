//! spawned-concurrency: an actor with a `Handler` for each kind of message; names in a global map.

mod crowd;
mod ring;

use spawned_concurrency::message::Message;
use spawned_concurrency::registry;
use spawned_concurrency::tasks::{Actor, ActorRef, ActorStart, Context, Handler};

use super::{Contender, NO_TABLE, OPTION, is_option, is_table};
use crate::actors::{Actors, Named, TIMEOUT};
use crate::case::Kind;
use crate::measure;
use crate::run::{Flavor, Run, Samples};

/// spawned-concurrency.
pub const CONTENDER: Contender = Contender {
    name: "spawned",
    package: "spawned-concurrency",
    about: "spawned-concurrency: `request_with_timeout`, `registry::whereis`; no supervision: crowds unregister themselves in `stopped`",
    missing: |kind, _| match kind {
        kind if is_table(kind) => Some(NO_TABLE),
        kind if is_option(kind) => Some(OPTION),
        Kind::CallBare => Some("every request has a time-out"),
        Kind::Publish => Some("no topics or groups"),
        Kind::Kill | Kind::Panic => Some("no supervision, and no kill"),
        _ => None,
    },
    measure,
};

fn measure(kind: Kind, flavor: Flavor, run: Run) -> Option<Samples> {
    flavor.run(async move {
        match kind {
            Kind::Start | Kind::Memory | Kind::Death => {
                measure::crowd::<crowd::Spawned>(kind, run).await
            }
            Kind::Ring => measure::ring::<ring::Spawned>(run).await,
            _ => measure::named::<Spawned>(kind, run).await,
        }
    })
}

struct Counter(u64);

struct Get;
struct Add(u64);

impl Message for Get {
    type Result = u64;
}

impl Message for Add {
    type Result = ();
}

impl Actor for Counter {}

impl Handler<Get> for Counter {
    async fn handle(&mut self, _: Get, _: &Context<Self>) -> u64 {
        self.0
    }
}

impl Handler<Add> for Counter {
    async fn handle(&mut self, Add(n): Add, _: &Context<Self>) {
        self.0 += n;
    }
}

struct Spawned;

impl Actors for Spawned {
    type Ref = ActorRef<Counter>;

    async fn start() -> Self::Ref {
        Counter(0).start()
    }

    async fn call(server: &Self::Ref) -> u64 {
        server
            .request_with_timeout(Get, TIMEOUT)
            .await
            .expect("an answer")
    }

    async fn call_bare(server: &Self::Ref) -> u64 {
        Self::call(server).await
    }

    async fn cast(server: &Self::Ref) {
        let _ = server.send(Add(1));
    }
}

impl Named for Spawned {
    async fn start_named(name: String) {
        registry::register(&name, Counter(0).start()).expect("a free name");
    }

    async fn call_name(name: &str) -> u64 {
        let server: ActorRef<Counter> = registry::whereis(name).expect("an actor");
        Self::call(&server).await
    }

    async fn cast_name(name: &str) {
        if let Some(server) = registry::whereis::<ActorRef<Counter>>(name) {
            Self::cast(&server).await;
        }
    }
}
