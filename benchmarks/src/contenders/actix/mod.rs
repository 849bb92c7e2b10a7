//! actix: actors that stay on the thread (the arbiter) they are started on.

mod ring;
mod topic;

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use actix::prelude::*;
use tokio::sync::oneshot;

use super::{Contender, NO_TABLE, OPTION, is_option, is_table};
use crate::actors::{Actors, TIMEOUT};
use crate::case::Kind;
use crate::measure;
use crate::run::{Clock, Flavor, Run, Samples};

/// actix.
pub const CONTENDER: Contender = Contender {
    name: "actix",
    package: "actix",
    about: "actix: one arbiter for ct, one a core for mt, servers and clients in turn; `do_send`; recipients in a vector",
    missing: |kind, flavor| match kind {
        kind if is_table(kind) => Some(NO_TABLE),
        kind if is_option(kind) => Some(OPTION),
        Kind::CallName | Kind::FanName | Kind::CastName | Kind::Latency => {
            Some("no names but of types")
        }
        Kind::Start | Kind::Memory | Kind::Death | Kind::Kill | Kind::Panic => Some(
            "no names; a supervisor is part of its one actor, and a panic ends the arbiter's thread",
        ),
        Kind::CallRef | Kind::CallBare | Kind::Ring if flavor == Flavor::Mt => {
            Some("an actor does not leave its thread: see ct")
        }
        _ => None,
    },
    measure,
};

fn measure(kind: Kind, flavor: Flavor, run: Run) -> Option<Samples> {
    System::new().block_on(async move {
        let arbiters = match flavor {
            Flavor::Ct => vec![System::current().arbiter().clone()],
            Flavor::Mt => (0..cores()).map(|_| Arbiter::new().handle()).collect(),
        };
        let _ = ARBITERS.set(arbiters);
        match kind {
            // In the arbiter's own thread, as `start` in the docs.
            Kind::Spawn => Some(spawn(run).await),
            Kind::Ring => measure::ring::<ring::Actix>(run).await,
            Kind::Publish => measure::topic::<topic::Actix>(run).await,
            _ => measure::actors::<Actix>(kind, run).await,
        }
    })
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

static ARBITERS: OnceLock<Vec<ArbiterHandle>> = OnceLock::new();
static TURN: AtomicUsize = AtomicUsize::new(0);

/// Arbiters in turn.
fn arbiter() -> &'static ArbiterHandle {
    let all = ARBITERS.get().expect("a system");
    &all[TURN.fetch_add(1, Ordering::Relaxed) % all.len()]
}

async fn spawn(run: Run) -> Samples {
    let mut kept = Vec::with_capacity(run.n as usize);
    for _ in 0..run.n / 10 {
        kept.push(Counter(0).start());
    }
    let clock = Clock::start();
    for _ in 0..run.n {
        kept.push(Counter(0).start());
    }
    if let Some(last) = kept.last() {
        let _ = last.send(Get).await;
    }
    let samples = clock.stop(run.n);
    std::mem::forget(kept);
    samples
}

struct Counter(u64);

#[derive(actix::Message)]
#[rtype(result = "u64")]
struct Get;

#[derive(actix::Message)]
#[rtype(result = "()")]
struct Add(u64);

impl Actor for Counter {
    type Context = Context<Self>;
}

impl Handler<Get> for Counter {
    type Result = u64;

    fn handle(&mut self, _: Get, _: &mut Context<Self>) -> u64 {
        self.0
    }
}

impl Handler<Add> for Counter {
    type Result = ();

    fn handle(&mut self, Add(n): Add, _: &mut Context<Self>) {
        self.0 += n;
    }
}

struct Actix;

impl Actors for Actix {
    type Ref = Addr<Counter>;

    async fn start() -> Self::Ref {
        Counter::start_in_arbiter(arbiter(), |_| Counter(0))
    }

    async fn call(server: &Self::Ref) -> u64 {
        server.send(Get).timeout(TIMEOUT).await.expect("an answer")
    }

    async fn call_bare(server: &Self::Ref) -> u64 {
        server.send(Get).await.expect("an answer")
    }

    async fn cast(server: &Self::Ref) {
        server.do_send(Add(1));
    }

    async fn client<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> T {
        let (sender, done) = oneshot::channel();
        arbiter().spawn(async move {
            let _ = sender.send(work.await);
        });
        done.await.expect("a client")
    }
}
