//! A cast to a slice of pids; there are no topics.

use hydra::{ExitReason, GenServer, GenServerOptions, Pid};

use crate::actors::Topic;
use crate::latch::Latch;

struct Subscriber(Latch);

impl GenServer for Subscriber {
    type Message = u64;

    async fn init(&mut self) -> Result<(), ExitReason> {
        Ok(())
    }

    async fn handle_cast(&mut self, _: u64) -> Result<(), ExitReason> {
        self.0.hit();
        Ok(())
    }
}

pub(super) struct Hydra;

impl Topic for Hydra {
    type Handle = Vec<Pid>;

    async fn subscribe(n: u64, latch: Latch) -> Vec<Pid> {
        let mut subscribers = Vec::new();
        for _ in 0..n {
            let subscriber = Subscriber(latch.clone()).start(GenServerOptions::new());
            subscribers.push(subscriber.await.expect("a server"));
        }
        subscribers
    }

    async fn publish(topic: &Vec<Pid>) {
        // A cast to many would write the message down and read it again for each.
        for subscriber in topic {
            Subscriber::cast(*subscriber, 1);
        }
    }
}
