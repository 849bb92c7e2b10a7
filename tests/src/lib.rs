//! Helpers of the tests: events to wait for, gates to hold things up at, and bombs.
//!
//! Tests wait for events, never for time to pass. On the paused clock nothing here keeps the clock
//! from moving, [`eventually`] apart, which says so.

mod worker;

use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use registry_runtime::prelude::*;
use tokio::sync::{Notify, Semaphore, oneshot};

pub use worker::{Init, Script, Terminate, Worker, Workers, worker};

/// What happened, in order. A clone is the same log.
#[derive(Clone, Debug, Default)]
pub struct Log(Arc<(Mutex<Vec<String>>, Notify)>);

impl Log {
    /// An empty log.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Notes an event.
    pub fn add(&self, event: impl Into<String>) {
        self.lines().push(event.into());
        self.0.1.notify_waiters();
    }

    fn lines(&self) -> std::sync::MutexGuard<'_, Vec<String>> {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All events so far.
    #[must_use]
    pub fn all(&self) -> Vec<String> {
        self.lines().clone()
    }

    /// All events since the last time that this was asked.
    #[expect(clippy::must_use_candidate, reason = "also called to begin anew")]
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.lines())
    }

    /// How often an event has happened.
    #[must_use]
    pub fn count(&self, event: &str) -> usize {
        self.lines().iter().filter(|line| *line == event).count()
    }

    /// Waits until an event has happened.
    pub async fn until(&self, event: &str) {
        self.times(event, 1).await;
    }

    /// Waits until an event has happened this often.
    pub async fn times(&self, event: &str, times: usize) {
        loop {
            let mut changed = std::pin::pin!(self.0.1.notified());
            changed.as_mut().enable();
            if self.count(event) >= times {
                return;
            }
            changed.await;
        }
    }
}

/// Holds up whoever passes until it is opened. A clone is the same gate.
#[derive(Clone, Debug)]
pub struct Gate(Arc<Semaphore>);

impl Default for Gate {
    fn default() -> Self {
        Self::shut()
    }
}

impl Gate {
    /// A gate that lets nobody through.
    #[must_use]
    pub fn shut() -> Self {
        Self(Arc::new(Semaphore::new(0)))
    }

    /// A gate that holds up nobody.
    #[must_use]
    pub fn opened() -> Self {
        let gate = Self::shut();
        gate.open();
        gate
    }

    /// Lets everybody through from now on.
    pub fn open(&self) {
        self.0.close();
    }

    /// Lets one through.
    pub fn let_one_in(&self) {
        self.0.add_permits(1);
    }

    /// Waits to be let through.
    pub async fn pass(&self) {
        if let Ok(permit) = self.0.acquire().await {
            permit.forget();
        }
    }
}

/// Panics when it is dropped, also while another panic goes on.
#[derive(Debug)]
pub struct Bomb(pub &'static str);

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("{}", self.0);
    }
}

/// A look at the world from the middle of something.
pub type Look = Arc<dyn Fn() + Send + Sync>;

/// Calls a function when it is dropped.
#[derive(Clone)]
pub struct OnDrop(pub Look);

impl Drop for OnDrop {
    fn drop(&mut self) {
        (self.0)();
    }
}

impl fmt::Debug for OnDrop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OnDrop(..)")
    }
}

/// A future that is polled by hand, from anywhere. A clone is the same one.
pub struct ByHand<T>(Arc<Mutex<Option<BoxFuture<T>>>>);

type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

impl<T> Clone for ByHand<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> fmt::Debug for ByHand<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ByHand(..)")
    }
}

impl<T> ByHand<T> {
    /// Takes a future over, which nothing has polled yet.
    pub fn new(future: impl Future<Output = T> + Send + 'static) -> Self {
        Self(Arc::new(Mutex::new(Some(Box::pin(future)))))
    }

    /// What it has come to, at the poll that tells; nothing before, and nothing after.
    pub fn poll(&self) -> Option<T> {
        let mut future = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut cx = Context::from_waker(Waker::noop());
        match future.as_mut()?.as_mut().poll(&mut cx) {
            Poll::Ready(result) => {
                *future = None;
                Some(result)
            }
            Poll::Pending => None,
        }
    }
}

/// Waits until a condition holds, by letting other tasks run. Keeps a paused clock from moving.
///
/// # Panics
///
/// When it takes more than half a minute.
pub async fn eventually(condition: impl Fn() -> bool) {
    let begun = Instant::now();
    while !condition() {
        assert!(
            begun.elapsed() < Duration::from_secs(30),
            "it never came to hold"
        );
        tokio::task::yield_now().await;
    }
}

/// Lets all tasks that can run do so, many times over: for what must not happen.
pub async fn settle() {
    for _ in 0..200 {
        tokio::task::yield_now().await;
    }
}

/// The process that has a name by `whereis` once there is one other than `old`.
pub async fn successor(old: Pid, whereis: impl Fn() -> Option<Pid>) -> Pid {
    let new = || whereis().filter(|pid| *pid != old);
    eventually(|| new().is_some()).await;
    new().unwrap_or(old)
}

/// Runs a body as a process, and hands out what it comes to.
///
/// # Panics
///
/// When the process ends before its body does.
pub async fn in_process<M, Fut>(
    body: impl FnOnce(Process<M>) -> Fut + Send + 'static,
) -> Fut::Output
where
    M: Send + 'static,
    Fut: Future<Output: Send + 'static> + Send + 'static,
{
    let (done, result) = oneshot::channel();
    let process = spawn(async move |ctx: Process<M>| {
        let _ = done.send(body(ctx).await);
    });
    match result.await {
        Ok(result) => result,
        Err(_elapsed) => panic!(
            "the process ended before its body: {}",
            process.ended().await
        ),
    }
}

/// How many processes live on this node.
#[must_use]
pub fn processes() -> usize {
    Node::current().processes().len()
}

/// The message of a panic, if that is what a process ended of.
#[must_use]
pub fn panic_message(reason: &ExitReason) -> Option<&str> {
    match reason {
        ExitReason::Panic(info) => Some(info.message()),
        _ => None,
    }
}

/// A reproducible source of numbers.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// Starts at a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// A number below `limit`.
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 16).unwrap_or(0) % limit
    }
}
