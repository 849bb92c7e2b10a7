//! Waits that have a time, wherever they are awaited.
//!
//! A wait goes by the clock of the runtime that it is awaited on. Where there is none (another executor,
//! a plain thread, a runtime without timers, one that has shut down), it goes by the clock of the
//! process that is waited for: a task on that process's runtime sleeps in its place.

use std::future::{pending, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tokio::time::{Instant, Sleep, sleep_until};

use super::panics::quietly;
use super::runtime::{Runtime, has_timers};

/// Rings when a time is over.
pub(crate) struct Alarm {
    clock: Clock,
    /// That of the process that is waited for.
    runtime: Option<Arc<Runtime>>,
}

enum Clock {
    /// The time is longer than any clock counts; or the clock that counted it is gone, with the
    /// process that is waited for, so that the wait ends without it.
    Never,
    Here(Pin<Box<Sleep>>),
    There(JoinHandle<()>),
}

impl Alarm {
    /// Rings `after` from now. `runtime` is that of the process that is waited for.
    pub(crate) fn new(after: Duration, runtime: Option<&Arc<Runtime>>) -> Self {
        let here = Handle::try_current().is_ok_and(|here| has_timers(&here));
        let clock = match (here, far_enough(after)) {
            (_, None) => Clock::Never,
            (true, Some(at)) => Clock::Here(Box::pin(sleep_until(at))),
            (false, Some(_)) => Clock::there(after, runtime),
        };
        Self {
            clock,
            runtime: runtime.cloned(),
        }
    }

    /// Waits for a future, until it rings; `None` then.
    pub(crate) async fn limits<F: Future>(&mut self, future: F) -> Option<F::Output> {
        let mut future = pin!(future);
        poll_fn(|cx| match future.as_mut().poll(cx) {
            Poll::Ready(done) => Poll::Ready(Some(done)),
            Poll::Pending => self.poll(cx).map(|()| None),
        })
        .await
    }

    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            match &mut self.clock {
                Clock::Never => return Poll::Pending,
                Clock::Here(sleep) => {
                    // tokio panics when the runtime has shut down that the timer was made on.
                    if let Some(polled) = quietly(|| sleep.as_mut().poll(cx)) {
                        return polled;
                    }
                    let left = sleep.deadline().saturating_duration_since(Instant::now());
                    self.clock = Clock::there(left, self.runtime.as_ref());
                }
                Clock::There(sleeper) => match Pin::new(sleeper).poll(cx) {
                    Poll::Pending => return Poll::Pending,
                    Poll::Ready(slept) => {
                        self.clock = Clock::Never;
                        if slept.is_ok() {
                            return Poll::Ready(());
                        }
                    }
                },
            }
        }
    }
}

impl Clock {
    fn there(after: Duration, runtime: Option<&Arc<Runtime>>) -> Self {
        match runtime {
            Some(runtime) => Self::There(runtime.spawn(sleep(after))),
            None => Self::Never,
        }
    }
}

impl Drop for Clock {
    fn drop(&mut self) {
        if let Self::There(sleeper) = self {
            sleeper.abort();
        }
    }
}

/// Waits for a future, at most this long; `None` when it takes longer. `runtime` is that of the process
/// that is waited for.
pub(crate) async fn within<F: Future>(
    limit: Duration,
    runtime: Option<&Arc<Runtime>>,
    future: F,
) -> Option<F::Output> {
    Alarm::new(limit, runtime).limits(future).await
}

/// Waits this long, on a runtime with timers.
async fn sleep(after: Duration) {
    match far_enough(after) {
        Some(at) => sleep_until(at).await,
        None => pending().await,
    }
}

/// The moment `after` from now; `None` if it is further away than thirty years, which is never: clocks
/// cannot count so far, and a paused one would jump there.
pub(crate) fn far_enough(after: Duration) -> Option<Instant> {
    const FAR: Duration = Duration::from_secs(60 * 60 * 24 * 365 * 30);
    if after > FAR {
        return None;
    }
    Instant::now().checked_add(after)
}
