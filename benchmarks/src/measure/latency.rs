//! Latency under load, in an open loop: requests come when they come, whether or not earlier ones
//! have been answered, and the time of each counts from when it was due.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::actors::Named;
use crate::latch::Latch;
use crate::run::{Random, Run, Samples, names};

/// Requests in flight when capacity is measured.
const IN_FLIGHT: u64 = 512;

const LOADS: [(f64, [&str; 3]); 3] = [
    (0.1, ["p50 at 10 %", "p99 at 10 %", "p99.9 at 10 %"]),
    (0.5, ["p50 at 50 %", "p99 at 50 %", "p99.9 at 50 %"]),
    (0.8, ["p50 at 80 %", "p99 at 80 %", "p99.9 at 80 %"]),
];

/// Each request is a task of its own that calls one of `n` names. First as many as can be done
/// (`rate`, a second), then 10, 50 and 80 % of that, at random intervals; nanoseconds.
pub async fn open_loop<C: Named>(run: Run) -> Samples {
    let all = names(run.n);
    super::call::start::<C>(&all).await;
    capacity::<C>(&all, run.warm_up()).await;
    let rate = capacity::<C>(&all, run.time).await;
    let mut samples = vec![("rate", rate)];
    for (load, figures) in LOADS {
        let sorted = at_rate::<C>(&all, rate * load, run.time * 4).await;
        for (figure, quantile) in figures.into_iter().zip([0.5, 0.99, 0.999]) {
            let at = (sorted.len() as f64 * quantile) as usize;
            samples.push((figure, sorted[at.min(sorted.len() - 1)] as f64));
        }
    }
    samples
}

/// What sends requests. It does the same for each whether or not it waits for when that is due, so that
/// the capacity is that of the loop that is then loaded with a part of it.
struct Source {
    all: Arc<[String]>,
    latencies: Arc<[AtomicU64]>,
    latch: Latch,
    random: Random,
    rate: f64,
    start: Instant,
    due: Duration,
}

impl Source {
    fn new(all: &Arc<[String]>, rate: f64, slots: usize) -> Self {
        Self {
            all: Arc::clone(all),
            latencies: (0..slots).map(|_| AtomicU64::new(0)).collect(),
            latch: Latch::default(),
            random: Random::new(11),
            rate,
            start: Instant::now(),
            due: Duration::ZERO,
        }
    }

    /// Whether the next request is due.
    fn is_due(&self) -> bool {
        self.start.elapsed() >= self.due
    }

    fn send<C: Named>(&mut self, i: usize) {
        let (start, due) = (self.start, self.due);
        self.due += Duration::from_secs_f64(-self.random.unit().max(1e-12).ln() / self.rate);
        let (all, latencies) = (Arc::clone(&self.all), Arc::clone(&self.latencies));
        let (latch, name) = (self.latch.clone(), self.random.below(all.len() as u64));
        tokio::spawn(async move {
            C::call_name(&all[name]).await;
            let late = start.elapsed().saturating_sub(due);
            latencies[i].store(late.as_nanos() as u64, Ordering::Relaxed);
            latch.hit();
        });
    }
}

/// Requests a second, with a number of them in flight all the time.
async fn capacity<C: Named>(all: &Arc<[String]>, time: Duration) -> f64 {
    let mut source = Source::new(all, f64::INFINITY, IN_FLIGHT as usize);
    let mut done = 0;
    while source.start.elapsed() < time {
        source.latch.set(IN_FLIGHT);
        for i in 0..IN_FLIGHT as usize {
            assert!(source.is_due());
            source.send::<C>(i);
        }
        source.latch.wait().await;
        done += IN_FLIGHT;
    }
    done as f64 / source.start.elapsed().as_secs_f64()
}

/// Latencies in order.
async fn at_rate<C: Named>(all: &Arc<[String]>, rate: f64, time: Duration) -> Vec<u64> {
    let requests = (rate * time.as_secs_f64()).max(1000.0) as usize;
    let mut source = Source::new(all, rate, requests);
    source.latch.set(requests as u64);
    for i in 0..requests {
        while !source.is_due() {
            tokio::task::yield_now().await;
        }
        source.send::<C>(i);
    }
    source.latch.wait().await;
    let mut sorted: Vec<u64> = source
        .latencies
        .iter()
        .map(|at| at.load(Ordering::Relaxed))
        .collect();
    sorted.sort_unstable();
    sorted
}
