//! Publishing through a registry of duplicate keys, and by hand over the same mailboxes.

use registry_runtime::prelude::*;

use crate::actors::Topic;
use crate::latch::Latch;

#[derive(Clone, Debug)]
pub(super) struct Event(
    #[expect(dead_code, reason = "what is sent, so that there is something")] u64,
);

supervision_tree! {
    Publishing, strategy = one_for_one;

    registry!<Topics, keys = duplicate, key = String, message = Event>;
}

#[gen_server]
pub(super) struct Subscriber {
    latch: Latch,
}

#[gen_server]
impl Subscriber {
    #[info]
    fn on_event(&mut self, _event: Event) {
        self.latch.hit();
    }

    #[cast]
    fn event(&mut self, _event: Event) {
        self.latch.hit();
    }

    async fn init(&mut self, ctx: &mut Ctx<Self>) -> Result<(), ExitReason> {
        Topics::register(ctx, "topic".to_owned(), ())?;
        Ok(())
    }
}

pub(super) struct Ours;

async fn subscribe(n: u64, latch: Latch) -> Vec<ServerRef<Subscriber>> {
    std::mem::forget(Publishing::start().await.expect("a tree"));
    let mut subscribers = Vec::new();
    for _ in 0..n {
        subscribers.push(Subscriber::start(latch.clone()).await.expect("a server"));
    }
    subscribers
}

impl Topic for Ours {
    type Handle = ();

    async fn subscribe(n: u64, latch: Latch) {
        subscribe(n, latch).await;
    }

    async fn publish((): &()) {
        Topics::publish("topic", Event(1));
    }
}

/// A loop over handles.
pub(super) struct Hand;

impl Topic for Hand {
    type Handle = Vec<ServerRef<Subscriber>>;

    async fn subscribe(n: u64, latch: Latch) -> Self::Handle {
        subscribe(n, latch).await
    }

    async fn publish(topic: &Self::Handle) {
        for subscriber in topic {
            let _ = subscriber.event(Event(1));
        }
    }
}
