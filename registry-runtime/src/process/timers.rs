//! The timers of one process: kept by the process itself, so they die with it.
//!
//! A *round* begins when a process has taken up all messages that it had taken out of its mailbox, and takes
//! out those that wait. Invariants:
//!
//! 1. A timer that is due when a round begins has one turn in that round, before the messages. One that
//!    becomes due later has its turn in a later round. So each timer goes before a message at most once, of
//!    those that become due while the message waits.
//! 2. A timer can be cancelled until it has had its turn. Its message never comes then.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::pin::Pin;
use std::sync::OnceLock;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until};

use super::alarm::far_enough;

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
    due: BTreeMap<(When, TimerRef), usize>,
    /// Those of them that have their turn in this round.
    turns: BTreeMap<(When, TimerRef), usize>,
    times: HashMap<TimerRef, When>,
    sleep: Option<Pin<Box<Sleep>>>,
    next: u64,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum When {
    At(Instant),
    /// Later than a clock can count.
    Never,
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
        write!(f, "Timers({})", self.clock.times.len())
    }
}

impl Clock {
    fn add(&mut self, after: Duration, place: usize) -> TimerRef {
        let timer = TimerRef(self.next);
        self.next += 1;
        self.put(
            far_enough(after).map_or(When::Never, When::At),
            timer,
            place,
        );
        timer
    }

    fn put(&mut self, at: When, timer: TimerRef, place: usize) {
        self.due.insert((at, timer), place);
        self.times.insert(timer, at);
    }

    /// Takes a timer out: when it was due, and the place of its message.
    fn remove(&mut self, timer: TimerRef) -> Option<(When, usize)> {
        let at = self.times.remove(&timer)?;
        let key = (at, timer);
        let place = self.due.remove(&key).or_else(|| self.turns.remove(&key));
        Some((at, place?))
    }

    /// Gives a turn to each timer that is due at `now`.
    fn give_turns(&mut self, now: Instant) {
        while let Some(first) = self.due.first_entry()
            && first.key().0 <= When::At(now)
        {
            let (key, place) = first.remove_entry();
            self.turns.insert(key, place);
        }
    }

    /// Takes a timer out that has its turn: when it was due, and the place of its message.
    fn next_turn(&mut self) -> Option<(When, TimerRef, usize)> {
        let ((at, timer), place) = self.turns.pop_first()?;
        self.times.remove(&timer);
        Some((at, timer, place))
    }

    /// Waits until the first timer is due, and tells when that was.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Instant> {
        let Some((&(When::At(at), _), _)) = self.due.first_key_value() else {
            self.sleep = None;
            return Poll::Pending;
        };
        let sleep = self.sleep.get_or_insert_with(|| Box::pin(sleep_until(at)));
        if sleep.deadline() != at {
            sleep.as_mut().reset(at);
        }
        sleep.as_mut().poll(cx).map(|()| at)
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
        self.shrink();
        message
    }

    /// Gives the room of timers that are over back, once it is three quarters of all.
    fn shrink(&mut self) {
        const ROOM: usize = 32;
        let Clock {
            due, turns, times, ..
        } = &mut self.clock;
        let (all, left) = (self.messages.len(), times.len());
        if all <= ROOM || left >= all / 4 {
            return;
        }
        let mut messages = Vec::with_capacity(left * 2);
        for place in due.values_mut().chain(turns.values_mut()) {
            messages.push(self.messages.get_mut(*place).and_then(Option::take));
            *place = messages.len() - 1;
        }
        self.messages = messages;
        self.free = Vec::new();
        times.shrink_to(left * 2);
    }

    /// The messages that were still to come.
    pub(crate) fn into_messages(self) -> impl Iterator<Item = Timed<M>> {
        self.messages.into_iter().flatten()
    }

    /// Cancels a timer: how long it would have taken, or `None` if it is over.
    pub(crate) fn cancel(&mut self, timer: TimerRef) -> Option<Duration> {
        let (at, place) = self.clock.remove(timer)?;
        drop(self.take(place));
        Some(match at {
            When::At(at) => at.saturating_duration_since(Instant::now()),
            When::Never => Duration::MAX,
        })
    }

    /// Begins a round: the message of the first timer that has its turn in it.
    // Most processes have no timers: out of their loop, which is compiled for each type of them.
    #[inline(never)]
    pub(crate) fn begin_round(&mut self) -> Option<M> {
        if self.clock.due.is_empty() {
            return None;
        }
        self.clock.give_turns(Instant::now());
        self.next_turn()
    }

    /// The message of the next timer that has its turn in this round.
    #[inline(never)]
    pub(crate) fn next_turn(&mut self) -> Option<M> {
        let (at, timer, place) = self.clock.next_turn()?;
        match (self.take(place)?, at) {
            (Timed::Once(message), _) => Some(message),
            // It has no turn.
            (Timed::Every(..), When::Never) => None,
            (Timed::Every(period, mut make), When::At(at)) => {
                let message = make();
                let next = not_missed(at + period, period);
                let place = self.keep(Timed::Every(period, make));
                self.clock.put(When::At(next), timer, place);
                Some(message)
            }
        }
    }

    /// Waits for the next timer that is due, when there is nothing else to do: a round of its own.
    #[inline(never)]
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<M> {
        let Poll::Ready(at) = self.clock.poll(cx) else {
            return Poll::Pending;
        };
        self.clock.give_turns(at.max(Instant::now()));
        self.next_turn().map_or(Poll::Pending, Poll::Ready)
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

/// When a process was started: an `Instant`, in half of its room.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment(i64);

impl Moment {
    pub(crate) fn now() -> Self {
        let now = Instant::now();
        let nanos = |time: Duration| i64::try_from(time.as_nanos()).unwrap_or(i64::MAX);
        // A paused clock may have begun before the first process of the program was started.
        Self(match now.checked_duration_since(Self::first()) {
            Some(since) => nanos(since),
            None => -nanos(Self::first().duration_since(now)),
        })
    }

    pub(crate) fn instant(self) -> Instant {
        let since = Duration::from_nanos(self.0.unsigned_abs());
        let first = Self::first();
        let moment = if self.0 < 0 {
            first.checked_sub(since)
        } else {
            first.checked_add(since)
        };
        moment.unwrap_or(first)
    }

    /// What moments are counted from.
    fn first() -> Instant {
        static FIRST: OnceLock<Instant> = OnceLock::new();
        *FIRST.get_or_init(Instant::now)
    }
}
