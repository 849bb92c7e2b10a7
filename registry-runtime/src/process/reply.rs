//! The place that one answer is left in: for calls, starts, and tasks that wait for a death.
//!
//! Invariants:
//!
//! 1. `ReplyTo` fills the slot once: with a value, or with `Lost` when it is dropped.
//! 2. A waker in the slot belongs to the waiting side's last poll; it is taken out when the slot is
//!    filled or the waiting side goes away, so a cancelled waiter leaves no waker behind.
//! 3. Values are dropped, and wakers woken, after the lock is released.

use std::fmt;
use std::sync::Arc;
use std::task::{Poll, Waker};

use super::{Pid, current};
use crate::sync::Mutex;

/// The answer to a call: to be sent now, or kept and sent later.
///
/// A handler that takes a `ReplyTo<T>` returns nothing; the caller waits until [`ReplyTo::send`].
/// When it is dropped unsent, the caller gets `CallError::NoReply` at once, or
/// `CallError::Exited` if the server ended.
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

enum Slot<T> {
    Empty(Option<Waker>),
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
    let slot = Arc::new(Mutex::new(Slot::Empty(None)));
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
        self.fill(Slot::Filled(value));
    }

    /// Whether the caller has gone: it timed out, died, or dropped the call.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.slot
            .as_ref()
            .is_none_or(|slot| matches!(*slot.lock(), Slot::Gone))
    }

    #[inline]
    fn fill(&mut self, with: Slot<T>) {
        let Some(slot) = self.slot.take() else { return };
        let mut locked = slot.lock();
        if matches!(*locked, Slot::Gone) {
            drop(locked);
            drop(with);
        } else if let Slot::Empty(Some(waker)) = std::mem::replace(&mut *locked, with) {
            drop(locked);
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
            self.fill(Slot::Lost(holder.map_or(Lost::Dropped, Lost::Panicking)));
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
        if let Slot::Empty(waiting) = &mut *slot {
            match waiting {
                Some(old) if old.will_wake(waker) => {}
                _ => {
                    let old = waiting.replace(waker.clone());
                    drop(slot);
                    drop(old);
                }
            }
            return Poll::Pending;
        }
        let taken = std::mem::replace(&mut *slot, Slot::Gone);
        drop(slot);
        self.over = true;
        match taken {
            Slot::Filled(value) => Poll::Ready(Ok(value)),
            Slot::Lost(lost) => Poll::Ready(Err(lost)),
            // Polled again after the end.
            Slot::Empty(_) | Slot::Gone => Poll::Ready(Err(Lost::Dropped)),
        }
    }

    /// Waits for the answer.
    pub(crate) async fn recv(mut self) -> Result<T, Lost> {
        std::future::poll_fn(|cx| self.poll(cx.waker())).await
    }
}

impl<T> Drop for Awaiting<T> {
    fn drop(&mut self) {
        if !self.over {
            let left = std::mem::replace(&mut *self.slot.lock(), Slot::Gone);
            drop(left);
        }
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
