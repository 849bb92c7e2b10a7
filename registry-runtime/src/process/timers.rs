//! The timers of one process: kept by the process itself, so they die with it.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until};

/// A timer of a process, to cancel it by.
///
/// # Elixir
///
/// The reference that `Process.send_after/3` returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TimerRef(u64);

/// Makes the message of a timer: once, or each time it is due.
pub(crate) enum Timed<M> {
    Once(M),
    Every(Duration, Box<dyn FnMut() -> M + Send>),
}

pub(crate) struct Timers<M> {
    due: BTreeMap<(Instant, TimerRef), Timed<M>>,
    times: HashMap<TimerRef, Instant>,
    sleep: Option<Pin<Box<Sleep>>>,
    next: u64,
}

impl PartialOrd for TimerRef {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for TimerRef {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}

impl<M> Default for Timers<M> {
    fn default() -> Self {
        Self {
            due: BTreeMap::new(),
            times: HashMap::new(),
            sleep: None,
            next: 0,
        }
    }
}

impl<M> fmt::Debug for Timers<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Timers({})", self.due.len())
    }
}

impl<M> Timers<M> {
    pub(crate) fn add(&mut self, after: Duration, message: Timed<M>) -> TimerRef {
        let timer = TimerRef(self.next);
        self.next += 1;
        self.put(far_enough(after), timer, message);
        timer
    }

    fn put(&mut self, at: Instant, timer: TimerRef, message: Timed<M>) {
        self.due.insert((at, timer), message);
        self.times.insert(timer, at);
    }

    /// The messages that were still to come.
    pub(crate) fn into_messages(self) -> impl Iterator<Item = Timed<M>> {
        self.due.into_values()
    }

    /// Cancels a timer: how long it would have taken, or `None` if it is over.
    pub(crate) fn cancel(&mut self, timer: TimerRef) -> Option<Duration> {
        let at = self.times.remove(&timer)?;
        self.due.remove(&(at, timer));
        Some(at.saturating_duration_since(Instant::now()))
    }

    /// The message of the next timer that is due; leaves the task to be woken for the next one.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<M> {
        let Some((&(at, timer), _)) = self.due.first_key_value() else {
            self.sleep = None;
            return Poll::Pending;
        };
        let sleep = self.sleep.get_or_insert_with(|| Box::pin(sleep_until(at)));
        if sleep.deadline() != at {
            sleep.as_mut().reset(at);
        }
        if sleep.as_mut().poll(cx).is_pending() {
            return Poll::Pending;
        }
        self.times.remove(&timer);
        match self.due.remove(&(at, timer)) {
            Some(Timed::Once(message)) => Poll::Ready(message),
            Some(Timed::Every(period, mut make)) => {
                let message = make();
                // A process that was busy for longer than the period is not flooded afterwards.
                let next = (at + period).max(Instant::now());
                self.put(next, timer, Timed::Every(period, make));
                Poll::Ready(message)
            }
            None => Poll::Pending,
        }
    }
}

/// The moment `after` from now; a time out of reach is far away instead.
pub(crate) fn far_enough(after: Duration) -> Instant {
    const FAR: Duration = Duration::from_secs(60 * 60 * 24 * 365 * 30);
    let now = Instant::now();
    now.checked_add(after).unwrap_or_else(|| now + FAR)
}
