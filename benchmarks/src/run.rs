//! One measurement: how long, how many, on which runtime.

use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;

/// Named figures, as a worker prints them.
pub type Samples = Vec<(&'static str, f64)>;

/// What a measurement is told.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    /// How many servers, names or entries; what the case says.
    pub n: u64,
    /// How long to repeat what can be repeated.
    pub time: Duration,
}

impl Run {
    /// For how long to warm up.
    #[must_use]
    pub fn warm_up(&self) -> Duration {
        self.time / 4
    }

    /// Runs batches of `batch` operations, for a while to warm up and then timed: nanoseconds an
    /// operation.
    pub async fn steady<F, Fut>(&self, batch: u64, mut work: F) -> f64
    where
        F: FnMut(u64) -> Fut + Send,
        Fut: Future<Output = ()> + Send,
    {
        let start = Instant::now();
        while start.elapsed() < self.warm_up() {
            work(batch).await;
        }
        let (start, mut operations) = (Instant::now(), 0);
        while start.elapsed() < self.time {
            work(batch).await;
            operations += batch;
        }
        per(start.elapsed(), operations)
    }

    /// As [`Run::steady`], for what waits for nothing.
    pub fn steady_sync(&self, batch: u64, mut work: impl FnMut(u64)) -> f64 {
        let start = Instant::now();
        while start.elapsed() < self.warm_up() {
            work(batch);
        }
        let (start, mut operations) = (Instant::now(), 0);
        while start.elapsed() < self.time {
            work(batch);
            operations += batch;
        }
        per(start.elapsed(), operations)
    }
}

/// Nanoseconds an operation.
#[must_use]
pub fn per(elapsed: Duration, operations: u64) -> f64 {
    elapsed.as_nanos() as f64 / operations.max(1) as f64
}

/// Wall, user and system time from here on.
#[derive(Debug)]
pub struct Clock {
    start: Instant,
    user: i64,
    system: i64,
}

fn used() -> (i64, i64) {
    getrusage(UsageWho::RUSAGE_SELF).map_or((0, 0), |usage| {
        (
            usage.user_time().num_microseconds(),
            usage.system_time().num_microseconds(),
        )
    })
}

impl Clock {
    /// Starts it.
    #[must_use]
    pub fn start() -> Self {
        let (user, system) = used();
        Self {
            start: Instant::now(),
            user,
            system,
        }
    }

    /// `ns`, `user` and `system`, each an operation.
    #[must_use]
    pub fn stop(self, operations: u64) -> Samples {
        let wall = per(self.start.elapsed(), operations);
        let (user, system) = used();
        let each = |micros: i64| micros as f64 * 1000.0 / operations.max(1) as f64;
        vec![
            ("ns", wall),
            ("user", each(user - self.user)),
            ("system", each(system - self.system)),
        ]
    }
}

/// On which runtime a case runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavor {
    /// tokio's current-thread runtime.
    Ct,
    /// tokio's multi-thread runtime, a worker a core, as `#[tokio::main]` makes it.
    Mt,
}

impl Flavor {
    /// As it is written in tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ct => "ct",
            Self::Mt => "mt",
        }
    }

    /// Runs a measurement in a spawned task: a thread in `block_on` pays for a hop between threads
    /// whatever the library.
    ///
    /// # Panics
    ///
    /// When there is no runtime to be had, or the measurement panics.
    pub fn run<T: Send + 'static>(self, work: impl Future<Output = T> + Send + 'static) -> T {
        let mut builder = match self {
            Self::Ct => tokio::runtime::Builder::new_current_thread(),
            Self::Mt => tokio::runtime::Builder::new_multi_thread(),
        };
        let runtime = builder.enable_all().build().expect("a runtime");
        let done = runtime.block_on(async { tokio::spawn(work).await.expect("a measurement") });
        // Ending a million tasks in order is not what is measured; the process exits.
        std::mem::forget(runtime);
        done
    }
}

/// A small generator of pseudo-random numbers: the same order of keys for all.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// Starts from a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// The next number.
    pub fn number(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// One below `n`.
    pub fn below(&mut self, n: u64) -> usize {
        (self.number() % n) as usize
    }

    /// One between 0 and 1.
    pub fn unit(&mut self) -> f64 {
        (self.number() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// `session:0`, `session:1`, …
#[must_use]
pub fn names(n: u64) -> std::sync::Arc<[String]> {
    (0..n).map(|i| format!("session:{i}")).collect()
}

/// Bytes of this process that are in memory.
#[must_use]
pub fn resident() -> u64 {
    let pages = std::fs::read_to_string("/proc/self/statm")
        .ok()
        .and_then(|text| text.split_whitespace().nth(1)?.parse::<u64>().ok());
    pages.unwrap_or(0) * 4096
}
