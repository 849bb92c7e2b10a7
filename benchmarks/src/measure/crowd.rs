//! Many servers: starting them, what they weigh, and their death.

use std::time::Duration;

use crate::actors::{Actors, Crowd};
use crate::run::{Clock, Run, Samples, resident};

/// Starts `n` without names, and keeps them.
pub async fn spawn<C: Actors>(run: Run) -> Samples {
    let work = async move {
        let mut kept = Vec::with_capacity(run.n as usize);
        for _ in 0..run.n / 10 {
            kept.push(C::start().await);
        }
        let clock = Clock::start();
        for _ in 0..run.n {
            kept.push(C::start().await);
        }
        // Where starts are done elsewhere, the last one is done by now.
        if let Some(last) = kept.last() {
            C::call(last).await;
        }
        let samples = clock.stop(run.n);
        std::mem::forget(kept);
        samples
    };
    C::client(work).await
}

/// Starts `n` with names.
pub async fn start<C: Crowd>(run: Run) -> Samples {
    for i in 0..run.n / 10 {
        C::start(i).await;
    }
    let clock = Clock::start();
    for i in 0..run.n {
        C::start(run.n + i).await;
    }
    clock.stop(run.n)
}

/// Bytes that `n` idle ones keep in memory, each.
pub async fn memory<C: Crowd>(run: Run) -> Samples {
    let before = resident();
    for i in 0..run.n {
        C::start(i).await;
    }
    // All have gone idle, and whatever is given back has been.
    tokio::time::sleep(Duration::from_millis(100)).await;
    let after = resident();
    vec![("bytes", after.saturating_sub(before) as f64 / run.n as f64)]
}

/// The time from the first of `n` being told to end until the last name is gone, each.
pub async fn death<C: Crowd>(run: Run) -> Samples {
    let mut handles = Vec::with_capacity(run.n as usize);
    for i in 0..run.n {
        handles.push(C::start(i).await);
    }
    tokio::time::sleep(Duration::from_millis(50)).await;
    let clock = Clock::start();
    for handle in handles {
        C::end(handle);
    }
    while C::left() > 0 {
        for _ in 0..20 {
            tokio::task::yield_now().await;
        }
    }
    clock.stop(run.n)
}
