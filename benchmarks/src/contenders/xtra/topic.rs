//! Actors that share an address, and a broadcast to all of them.

use xtra::prelude::*;

use crate::actors::Topic;
use crate::latch::Latch;

#[derive(xtra::Actor)]
pub(super) struct Subscriber(Latch);

#[derive(Clone)]
struct Event(#[expect(dead_code, reason = "what is sent, so that there is something")] u64);

impl Handler<Event> for Subscriber {
    type Return = ();

    async fn handle(&mut self, _: Event, _: &mut Context<Self>) {
        self.0.hit();
    }
}

pub(super) struct Xtra;

impl Topic for Xtra {
    type Handle = Address<Subscriber>;

    async fn subscribe(n: u64, latch: Latch) -> Self::Handle {
        let (address, mailbox) = Mailbox::unbounded();
        for _ in 0..n {
            tokio::spawn(xtra::run(mailbox.clone(), Subscriber(latch.clone())));
        }
        address
    }

    async fn publish(topic: &Self::Handle) {
        let _ = topic.broadcast(Event(1)).await;
    }
}
