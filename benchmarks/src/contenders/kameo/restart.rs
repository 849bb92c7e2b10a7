//! A link that spawns an actor again. `supervise` would keep the actor's id, and takes names away by
//! id, after the restart: nobody would get the name back.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering};

use kameo::Actor;
use kameo::actor::{ActorId, ActorRef, Spawn, WeakActorRef};
use kameo::error::{ActorStopReason, Infallible};
use kameo::mailbox;
use kameo::message::{Context, Message};

use crate::actors::Restarted;

const NAME: &str = "session:0";
static INCARNATION: AtomicU64 = AtomicU64::new(0);

#[derive(Actor)]
struct Worker;

struct Fail;

impl Message<Fail> for Worker {
    type Reply = ();

    async fn handle(&mut self, _: Fail, _: &mut Context<Self, ()>) {
        panic!("asked to");
    }
}

struct Supervisor;

async fn spawn(supervisor: &ActorRef<Supervisor>) {
    let worker = Worker::spawn_link_with_mailbox(supervisor, Worker, mailbox::unbounded()).await;
    // Those who are linked are told before the name is free.
    while worker.register(NAME).is_err() {
        tokio::task::yield_now().await;
    }
    INCARNATION.fetch_add(1, Ordering::SeqCst);
}

impl Actor for Supervisor {
    type Args = ();
    type Error = Infallible;

    async fn on_start((): (), myself: ActorRef<Self>) -> Result<Self, Infallible> {
        spawn(&myself).await;
        Ok(Self)
    }

    async fn on_link_died(
        &mut self,
        myself: WeakActorRef<Self>,
        _: ActorId,
        _: ActorStopReason,
    ) -> Result<ControlFlow<ActorStopReason>, Infallible> {
        if let Some(myself) = myself.upgrade() {
            spawn(&myself).await;
        }
        Ok(ControlFlow::Continue(()))
    }
}

fn worker() -> Option<ActorRef<Worker>> {
    ActorRef::lookup(NAME).ok().flatten()
}

pub(super) struct Kameo;

impl Restarted for Kameo {
    async fn boot() {
        std::mem::forget(Supervisor::spawn_with_mailbox((), mailbox::unbounded()));
    }

    fn incarnation() -> Option<u64> {
        worker().map(|_| INCARNATION.load(Ordering::SeqCst))
    }

    fn kill() {
        if let Some(worker) = worker() {
            worker.kill();
        }
    }

    fn panic() {
        if let Some(worker) = worker() {
            let _ = worker.tell(Fail).try_send();
        }
    }
}
