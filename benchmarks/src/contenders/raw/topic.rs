//! A vector of senders.

use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use crate::actors::Topic;
use crate::latch::Latch;

pub(super) struct Raw;

impl Topic for Raw {
    type Handle = Vec<UnboundedSender<u64>>;

    async fn subscribe(n: u64, latch: Latch) -> Self::Handle {
        let subscribe = |_| {
            let (sender, mut mailbox) = unbounded_channel();
            let latch = latch.clone();
            tokio::spawn(async move {
                while mailbox.recv().await.is_some() {
                    latch.hit();
                }
            });
            sender
        };
        (0..n).map(subscribe).collect()
    }

    async fn publish(topic: &Self::Handle) {
        for subscriber in topic {
            let _ = subscriber.send(1);
        }
    }
}
