//! Waiting until something has happened so many times.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::Notify;

/// Counts down to zero, and wakes the one that waits.
#[derive(Clone, Debug, Default)]
pub struct Latch(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    left: AtomicU64,
    done: Notify,
}

impl Latch {
    /// A latch that [`Latch::hit`] opens after `n` times.
    #[must_use]
    pub fn new(n: u64) -> Self {
        let latch = Self::default();
        latch.set(n);
        latch
    }

    /// Closes it again.
    pub fn set(&self, n: u64) {
        self.0.left.store(n, Ordering::SeqCst);
    }

    /// It has happened once more.
    pub fn hit(&self) {
        if self.0.left.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.0.done.notify_one();
        }
    }

    /// Waits until it has happened often enough.
    pub async fn wait(&self) {
        while self.0.left.load(Ordering::SeqCst) != 0 {
            self.0.done.notified().await;
        }
    }
}
