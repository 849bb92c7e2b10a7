//! Many actors with a name each, which they take out themselves as they stop.

use spawned_concurrency::registry;
use spawned_concurrency::tasks::{Actor, ActorRef, ActorStart, Context};

use crate::actors::Crowd;

pub(super) struct Session(u64);

impl Actor for Session {
    async fn stopped(&mut self, _: &Context<Self>) {
        registry::unregister(&format!("session:{}", self.0));
    }
}

pub(super) struct Spawned;

impl Crowd for Spawned {
    type Handle = ActorRef<Session>;

    async fn start(i: u64) -> Self::Handle {
        let actor = Session(i).start();
        registry::register(&format!("session:{i}"), actor.clone()).expect("a free name");
        actor
    }

    fn end(handle: Self::Handle) {
        handle.context().stop();
    }

    fn left() -> usize {
        registry::registered().len()
    }
}
