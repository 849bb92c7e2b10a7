//! The place that one answer is left in: for calls, starts, and tasks that wait for a death.
//!
//! Invariants:
//!
//! 1. `ReplyTo` fills the slot once: with a value, or with `Lost` when it is dropped.
//! 2. A waker in the slot belongs to the waiting side's last poll; it is taken out when the slot is
//!    filled or the waiting side goes away, so a cancelled waiter leaves no waker behind.
//! 3. The note of whom the waiting side waits for is taken back under the lock by which the slot is
//!    filled or given up: nobody sees an answer whose note is still there.
//! 4. Values and handles are dropped, and wakers woken, after the lock is released.

use std::fmt;
use std::sync::Arc;
use std::task::{Poll, Waker};

use super::deadlock::Note;
use super::{DeadlockPath, Header, Pid, current};
use crate::sync::Mutex;

/// The answer to a call: to be sent now, or kept and sent later.
///
/// A handler that takes a `ReplyTo<T>` returns nothing; the caller waits until [`ReplyTo::send`].
/// When it is dropped unsent, the caller gets `CallError::NoReply` at once, or
/// `CallError::Exited` if the server ended.
///
/// ```
/// # use registry_runtime::prelude::*;
/// #[gen_server]
/// struct Gate { #[default] waiting: Vec<ReplyTo<&'static str>> }
///
/// #[gen_server]
/// impl Gate {
///     #[call] fn pass(&mut self, reply: ReplyTo<&'static str>) { self.waiting.push(reply) }
///
///     #[cast]
///     fn open(&mut self) {
///         for reply in self.waiting.drain(..) { reply.send("through") }
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let gate = Gate::start().await?;
/// let one = tokio::spawn(gate.pass());
/// tokio::task::yield_now().await;
/// gate.open()?;
/// assert_eq!(one.await?, Ok("through"));
/// # Ok(())
/// # }
/// ```
///
/// # Elixir
///
/// The `from` of `handle_call/3` with `{:noreply, state}`; `send` is `GenServer.reply/2`.
pub struct ReplyTo<T> {
    slot: Option<Arc<Mutex<Slot<T>>>>,
}

/// The waiting side of a [`ReplyTo`].
pub(crate) struct Awaiting<T> {
    slot: Arc<Mutex<Slot<T>>>,
    /// The slot has been emptied, and nothing will come any more.
    over: bool,
}

struct Slot<T> {
    state: State<T>,
    waker: Option<Waker>,
    /// In force while the slot is empty; then kept until the waiting side drops it.
    note: Option<Note>,
}

impl<T> Slot<T> {
    /// Takes the note out, and back if it is in force. Its process is dropped by the caller, who
    /// holds no lock by then.
    #[must_use]
    fn take_note(&mut self) -> Option<Note> {
        let note = self.note.take();
        if let (State::Empty, Some(note)) = (&self.state, &note) {
            note.take_back();
        }
        note
    }
}

enum State<T> {
    Empty,
    Filled(T),
    Lost(Lost),
    /// The answer was taken, or nobody waits for it any more.
    Gone,
}

/// Why there will be no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lost {
    /// The `ReplyTo` was dropped.
    Dropped,
    /// It was dropped by a panic of this process, which is about to end.
    Panicking(Pid),
}

/// Makes both sides.
#[inline]
pub(crate) fn reply_slot<T>() -> (ReplyTo<T>, Awaiting<T>) {
    let slot = Arc::new(Mutex::new(Slot {
        state: State::Empty,
        waker: None,
        note: None,
    }));
    (
        ReplyTo {
            slot: Some(Arc::clone(&slot)),
        },
        Awaiting { slot, over: false },
    )
}

impl<T> ReplyTo<T> {
    /// Sends the answer. One that nobody waits for any more is dropped.
    pub fn send(mut self, value: T) {
        self.fill(State::Filled(value));
    }

    /// Whether the caller has gone: it timed out, died, or dropped the call.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.slot
            .as_ref()
            .is_none_or(|slot| matches!(slot.lock().state, State::Gone))
    }

    #[inline]
    fn fill(&mut self, with: State<T>) {
        let Some(slot) = self.slot.take() else { return };
        let mut locked = slot.lock();
        if matches!(locked.state, State::Gone) {
            drop(locked);
            drop(with);
            return;
        }
        locked.state = with;
        if let Some(note) = &locked.note {
            note.take_back();
        }
        let waker = locked.waker.take();
        drop(locked);
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl<T> Drop for ReplyTo<T> {
    fn drop(&mut self) {
        if self.slot.is_some() {
            let holder = if std::thread::panicking() {
                current::with(|process| process.map(|process| process.header().pid))
            } else {
                None
            };
            self.fill(State::Lost(holder.map_or(Lost::Dropped, Lost::Panicking)));
        }
    }
}

impl<T> fmt::Debug for ReplyTo<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReplyTo(..)")
    }
}

impl<T> Awaiting<T> {
    /// Takes the answer out, or leaves `waker` to be woken when it comes.
    #[inline]
    pub(crate) fn poll(&mut self, waker: &Waker) -> Poll<Result<T, Lost>> {
        let mut slot = self.slot.lock();
        if let State::Empty = slot.state {
            let known = slot.waker.as_ref().is_some_and(|old| old.will_wake(waker));
            if !known {
                let old = slot.waker.replace(waker.clone());
                drop(slot);
                drop(old);
            }
            return Poll::Pending;
        }
        let taken = std::mem::replace(&mut slot.state, State::Gone);
        let note = slot.note.take();
        drop(slot);
        drop(note);
        self.over = true;
        match taken {
            State::Filled(value) => Poll::Ready(Ok(value)),
            State::Lost(lost) => Poll::Ready(Err(lost)),
            // Polled again after the end.
            State::Empty | State::Gone => Poll::Ready(Err(Lost::Dropped)),
        }
    }

    /// Notes that the running process waits for `target`, whose answer this is, until it comes or
    /// is given up. To be said once, before the question is sent.
    ///
    /// # Errors
    ///
    /// The cycle, if the process would wait for itself. The wait is then given up.
    #[inline]
    pub(crate) fn waits_for(
        &mut self,
        target: &Header,
        name: fn() -> &'static str,
    ) -> Result<(), DeadlockPath> {
        match Note::make(target.pid) {
            None => Ok(()),
            Some(note) => self.noted(note, target, name),
        }
    }

    #[inline]
    pub(super) fn noted(
        &mut self,
        note: Note,
        target: &Header,
        name: fn() -> &'static str,
    ) -> Result<(), DeadlockPath> {
        if note.may_close_a_cycle(target)
            && let Some(path) = note.cycle(name())
        {
            note.take_back();
            self.give_up();
            return Err(path);
        }
        let mut slot = self.slot.lock();
        if let State::Empty = slot.state {
            let old = slot.note.replace(note);
            drop(slot);
            debug_assert!(old.is_none(), "one process waits, and says so once");
        } else {
            // Answered already: nobody is waited for.
            drop(slot);
            note.take_back();
        }
        Ok(())
    }

    /// Whoever said that it waits goes on with something else; another may await the answer.
    pub(crate) fn handed_on(&mut self) {
        let note = self.slot.lock().take_note();
        drop(note);
    }

    /// Nobody waits for the answer any more.
    #[inline]
    pub(crate) fn give_up(&mut self) {
        if self.over {
            return;
        }
        self.over = true;
        let mut slot = self.slot.lock();
        let note = slot.take_note();
        let left = std::mem::replace(&mut slot.state, State::Gone);
        let waker = slot.waker.take();
        drop(slot);
        drop((left, note, waker));
    }

    /// Waits for the answer.
    pub(crate) async fn recv(&mut self) -> Result<T, Lost> {
        std::future::poll_fn(|cx| self.poll(cx.waker())).await
    }
}

impl<T> Drop for Awaiting<T> {
    fn drop(&mut self) {
        self.give_up();
    }
}

impl<T> fmt::Debug for Awaiting<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Awaiting(..)")
    }
}

#[cfg(all(test, not(registry_loom)))]
mod tests {
    use super::*;

    #[test]
    fn a_value_arrives_once() {
        let (reply, mut awaiting) = reply_slot();
        reply.send(7);
        assert_eq!(awaiting.poll(Waker::noop()), Poll::Ready(Ok(7)));
        assert_eq!(
            awaiting.poll(Waker::noop()),
            Poll::Ready(Err(Lost::Dropped))
        );
    }

    #[test]
    fn a_dropped_reply_says_so_and_a_late_one_is_dropped() {
        let (reply, mut awaiting) = reply_slot::<Arc<()>>();
        drop(reply);
        assert_eq!(
            awaiting.poll(Waker::noop()),
            Poll::Ready(Err(Lost::Dropped))
        );

        let value = Arc::new(());
        let (reply, awaiting) = reply_slot();
        assert!(!reply.is_closed());
        drop(awaiting);
        assert!(reply.is_closed());
        reply.send(Arc::clone(&value));
        assert_eq!(Arc::strong_count(&value), 1);
    }
}
