//! Many actors with a name each, under a supervisor.

use std::sync::OnceLock;

use kameo::Actor;
use kameo::actor::{ActorRef, Spawn};
use kameo::mailbox;
use kameo::registry::ACTOR_REGISTRY;
use kameo::supervision::RestartPolicy;

use super::Counter;
use crate::actors::Crowd;

#[derive(Actor)]
struct Supervisor;

static SUPERVISOR: OnceLock<ActorRef<Supervisor>> = OnceLock::new();

pub(super) struct Kameo;

impl Crowd for Kameo {
    type Handle = ActorRef<Counter>;

    async fn boot() {
        let supervisor = Supervisor::spawn_with_mailbox(Supervisor, mailbox::unbounded());
        let _ = SUPERVISOR.set(supervisor);
    }

    async fn start(i: u64) -> Self::Handle {
        let supervisor = SUPERVISOR.get().expect("a supervisor");
        let child =
            Counter::supervise(supervisor, Counter::default()).restart_policy(RestartPolicy::Never);
        let child = child.spawn_with_mailbox(mailbox::unbounded()).await;
        child.register(format!("session:{i}")).expect("a free name");
        child
    }

    fn end(handle: Self::Handle) {
        handle.kill();
    }

    fn left() -> usize {
        ACTOR_REGISTRY.lock().expect("a lock").len()
    }
}
