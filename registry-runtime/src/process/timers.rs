//! The timers of one process: kept by the process itself, so they die with it.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until};

/// A timer of a process, to cancel it by.
///
/// Shown in the example of [`Ctx::interval`](super::Ctx::interval).
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

/// When which timer is due. It knows nothing of the messages, so that it is compiled once, and not
/// again for each type of server.
#[derive(Default)]
struct Clock {
    /// The timers by their time, each with the place of its message.
    due: BTreeMap<(Instant, TimerRef), usize>,
    times: HashMap<TimerRef, Instant>,
    sleep: Option<Pin<Box<Sleep>>>,
    next: u64,
}

pub(crate) struct Timers<M> {
    clock: Clock,
    messages: Vec<Option<Timed<M>>>,
    /// Places in `messages` that are empty.
    free: Vec<usize>,
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
            clock: Clock::default(),
            messages: Vec::new(),
            free: Vec::new(),
        }
    }
}

impl<M> fmt::Debug for Timers<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Timers({})", self.clock.due.len())
    }
}

impl Clock {
    fn add(&mut self, after: Duration, place: usize) -> TimerRef {
        let timer = TimerRef(self.next);
        self.next += 1;
        self.put(far_enough(after), timer, place);
        timer
    }

    fn put(&mut self, at: Instant, timer: TimerRef, place: usize) {
        self.due.insert((at, timer), place);
        self.times.insert(timer, at);
    }

    /// Takes a timer out: when it was due, and the place of its message.
    fn remove(&mut self, timer: TimerRef) -> Option<(Instant, usize)> {
        let at = self.times.remove(&timer)?;
        Some((at, self.due.remove(&(at, timer))?))
    }

    /// Takes the next timer out that is due; leaves the task to be woken for the one after it.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<(Instant, TimerRef, usize)> {
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
        match self.remove(timer) {
            Some((at, place)) => Poll::Ready((at, timer, place)),
            None => Poll::Pending,
        }
    }
}

impl<M> Timers<M> {
    pub(crate) fn add(&mut self, after: Duration, message: Timed<M>) -> TimerRef {
        let place = self.keep(message);
        self.clock.add(after, place)
    }

    fn keep(&mut self, message: Timed<M>) -> usize {
        if let Some(place) = self.free.pop()
            && let Some(slot) = self.messages.get_mut(place)
        {
            *slot = Some(message);
            return place;
        }
        self.messages.push(Some(message));
        self.messages.len() - 1
    }

    fn take(&mut self, place: usize) -> Option<Timed<M>> {
        let message = self.messages.get_mut(place)?.take();
        self.free.push(place);
        message
    }

    /// The messages that were still to come.
    pub(crate) fn into_messages(self) -> impl Iterator<Item = Timed<M>> {
        self.messages.into_iter().flatten()
    }

    /// Cancels a timer: how long it would have taken, or `None` if it is over.
    pub(crate) fn cancel(&mut self, timer: TimerRef) -> Option<Duration> {
        let (at, place) = self.clock.remove(timer)?;
        drop(self.take(place));
        Some(at.saturating_duration_since(Instant::now()))
    }

    /// The message of the next timer that is due; leaves the task to be woken for the next one.
    // Most processes have no timers: out of their loop, which is compiled for each type of them.
    #[inline(never)]
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<M> {
        let Poll::Ready((at, timer, place)) = self.clock.poll(cx) else {
            return Poll::Pending;
        };
        match self.take(place) {
            Some(Timed::Once(message)) => Poll::Ready(message),
            Some(Timed::Every(period, mut make)) => {
                let message = make();
                let next = not_missed(at + period, period);
                let place = self.keep(Timed::Every(period, make));
                self.clock.put(next, timer, place);
                Poll::Ready(message)
            }
            None => Poll::Pending,
        }
    }
}

/// The first of the moments `next`, `next + period`, … that was not missed: a process that was busy
/// for longer than the period is not flooded afterwards.
fn not_missed(next: Instant, period: Duration) -> Instant {
    /// So late may a tick be: tokio's timers go by milliseconds.
    const LATE: Duration = Duration::from_millis(5);
    let now = Instant::now();
    let behind = now.saturating_duration_since(next);
    if behind <= LATE {
        return next;
    }
    // No period, and so no moments to keep to: at once.
    let Some(since_last) = behind.as_nanos().checked_rem(period.as_nanos()) else {
        return now;
    };
    let since_last = u64::try_from(since_last).map_or(Duration::ZERO, Duration::from_nanos);
    now + period.saturating_sub(since_last)
}

/// The moment `after` from now; a time out of reach is far away instead.
pub(crate) fn far_enough(after: Duration) -> Instant {
    const FAR: Duration = Duration::from_secs(60 * 60 * 24 * 365 * 30);
    let now = Instant::now();
    now.checked_add(after).unwrap_or_else(|| now + FAR)
}
