//! The `PubSub` actor of `kameo_actors`: it is asked to publish, so that `send` is all its sending.

use kameo::Actor;
use kameo::actor::{ActorRef, Spawn};
use kameo::mailbox;
use kameo::message::{Context, Message};
use kameo_actors::DeliveryStrategy;
use kameo_actors::pubsub::{PubSub, Publish, Subscribe};

use crate::actors::Topic;
use crate::latch::Latch;

#[derive(Actor)]
struct Subscriber {
    latch: Latch,
}

#[derive(Clone)]
pub(super) struct Event(
    #[expect(dead_code, reason = "what is sent, so that there is something")] u64,
);

impl Message<Event> for Subscriber {
    type Reply = ();

    async fn handle(&mut self, _: Event, _: &mut Context<Self, ()>) {
        self.latch.hit();
    }
}

pub(super) struct Kameo;

impl Topic for Kameo {
    type Handle = ActorRef<PubSub<Event>>;

    async fn subscribe(n: u64, latch: Latch) -> Self::Handle {
        let topic = PubSub::spawn(PubSub::new(DeliveryStrategy::Guaranteed));
        for _ in 0..n {
            let subscriber = Subscriber {
                latch: latch.clone(),
            };
            let subscriber = Subscriber::spawn_with_mailbox(subscriber, mailbox::unbounded());
            topic
                .ask(Subscribe(subscriber))
                .send()
                .await
                .expect("an actor");
        }
        topic
    }

    async fn publish(topic: &Self::Handle) {
        topic.ask(Publish(Event(1))).send().await.expect("an actor");
    }
}
