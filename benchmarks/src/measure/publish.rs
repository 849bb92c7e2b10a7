//! Sending one event to many.

use std::time::{Duration, Instant};

use crate::actors::Topic;
use crate::latch::Latch;
use crate::run::{Run, Samples, per};

/// `send`: until the publisher goes on; `all`: until the last of `n` has had it; each a subscriber.
pub async fn publish<C: Topic>(run: Run) -> Samples {
    let latch = Latch::new(0);
    let topic = C::subscribe(run.n, latch.clone()).await;
    let (start, mut rounds) = (Instant::now(), 0);
    let (mut send, mut all) = (Duration::ZERO, Duration::ZERO);
    while start.elapsed() < run.time + run.warm_up() {
        // Every subscriber is asleep again.
        tokio::time::sleep(Duration::from_millis(2)).await;
        latch.set(run.n);
        let began = Instant::now();
        C::publish(&topic).await;
        let gone = began.elapsed();
        latch.wait().await;
        let received = began.elapsed();
        if start.elapsed() > run.warm_up() {
            send += gone;
            all += received;
            rounds += 1;
        }
    }
    vec![
        ("send", per(send, rounds * run.n)),
        ("all", per(all, rounds * run.n)),
    ]
}
