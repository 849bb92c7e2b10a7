//! A vector of recipients.

use actix::prelude::*;

use super::arbiter;
use crate::actors::Topic;
use crate::latch::Latch;

struct Subscriber(Latch);

#[derive(actix::Message, Clone)]
#[rtype(result = "()")]
pub(super) struct Event(
    #[expect(dead_code, reason = "what is sent, so that there is something")] u64,
);

impl Actor for Subscriber {
    type Context = Context<Self>;
}

impl Handler<Event> for Subscriber {
    type Result = ();

    fn handle(&mut self, _: Event, _: &mut Context<Self>) {
        self.0.hit();
    }
}

pub(super) struct Actix;

impl Topic for Actix {
    type Handle = Vec<Recipient<Event>>;

    async fn subscribe(n: u64, latch: Latch) -> Self::Handle {
        let mut all = Vec::new();
        for _ in 0..n {
            let latch = latch.clone();
            all.push(Subscriber::start_in_arbiter(arbiter(), |_| Subscriber(latch)).recipient());
        }
        all
    }

    async fn publish(topic: &Self::Handle) {
        for subscriber in topic {
            subscriber.do_send(Event(1));
        }
    }
}
