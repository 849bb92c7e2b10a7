//! The mailbox: a locked queue whose one receiver takes out whole batches.
//!
//! Invariants:
//!
//! 1. Messages come out in the order in which `push` took the lock.
//! 2. `parked` is true while nothing has been pushed since the receiver last took a batch. The push
//!    that finds it true takes it, and its caller must wake the receiver: one wake a batch. So the
//!    receiver need not say that it sleeps, and takes no lock when it finds nothing more.
//!    Who is woken is the process's task, by a waker that the process keeps: it is there before the
//!    receiver first locks the queue (`open`), so that a push which finds none comes before that, and
//!    is seen. A receiver that looks from inside of a join or the like says so before it looks.
//! 3. After `close` nothing goes in: `push` hands the message back.
//! 4. `received - handled` is the length: `received` is written under the lock, `handled` by the
//!    receiver alone. With a limit it is at most the limit for messages; signals are let through.
//!    A receiver that has taken up its whole batch finds them equal when nothing has come since, or
//!    when what has come will wake it.
//!
//! The lock is never held while a message is dropped, made, or a task is woken.

use std::collections::VecDeque;
use std::task::Waker;

use crate::sync::{AtomicU64, Mutex, Ordering};

/// An idle process gives back a buffer that has grown beyond this many messages.
const KEEP: usize = 32;

#[derive(Debug)]
pub(crate) struct Mailbox<T> {
    queue: Mutex<Queue<T>>,
    /// The most messages that may wait; `u32::MAX` is no limit.
    limit: u32,
    /// How many messages have gone in; written under the lock.
    received: AtomicU64,
    /// How many messages the process has taken up; written by the receiver alone.
    handled: AtomicU64,
}

#[derive(Debug)]
struct Queue<T> {
    items: VecDeque<T>,
    high_water: u32,
    parked: bool,
    closed: bool,
    /// Wakes the receiver where its task's waker would not.
    elsewhere: Option<Waker>,
    /// Senders that wait for room; only ever filled with a limit.
    waiting: Vec<Waker>,
}

/// What a push did.
#[derive(Debug)]
pub(crate) enum Push<T> {
    /// It is in; the receiver is awake, or will look before it sleeps.
    Queued,
    /// It is in, and the caller must wake the receiver: by this, or else its task.
    Wake(Option<Waker>),
    /// The mailbox holds as many messages as it may.
    Full(T),
    /// The process takes no more messages.
    Closed(T),
}

impl<T> Mailbox<T> {
    pub(crate) fn new(limit: Option<usize>) -> Self {
        let limit = limit.map_or(u32::MAX, |n| u32::try_from(n).unwrap_or(u32::MAX));
        Self {
            limit,
            queue: Mutex::new(Queue {
                items: VecDeque::new(),
                high_water: 0,
                // The first poll of a process needs no wake, and comes.
                parked: true,
                closed: false,
                elsewhere: None,
                waiting: Vec::new(),
            }),
            received: AtomicU64::new(0),
            handled: AtomicU64::new(0),
        }
    }

    /// Puts a message at the end, within the limit.
    #[inline]
    pub(crate) fn push(&self, item: T) -> Push<T> {
        let mut queue = self.queue.lock();
        if queue.closed {
            return Push::Closed(item);
        }
        if self.is_full() {
            return Push::Full(item);
        }
        self.put(&mut queue, item)
    }

    /// Puts a signal at the end: it goes in even when messages would not.
    pub(crate) fn push_signal(&self, item: T) -> Push<T> {
        let mut queue = self.queue.lock();
        if queue.closed {
            return Push::Closed(item);
        }
        self.put(&mut queue, item)
    }

    /// As [`Mailbox::push`]; when there is no room, `waker` is woken as soon as there may be.
    pub(crate) fn push_or_wait(&self, item: T, waker: &Waker) -> Push<T> {
        let mut queue = self.queue.lock();
        if queue.closed {
            return Push::Closed(item);
        }
        if self.is_full() {
            if !queue.waiting.iter().any(|waiting| waiting.will_wake(waker)) {
                queue.waiting.push(waker.clone());
            }
            return Push::Full(item);
        }
        self.put(&mut queue, item)
    }

    #[inline]
    fn put(&self, queue: &mut Queue<T>, item: T) -> Push<T> {
        queue.items.push_back(item);
        let received = self.received.load(Ordering::Relaxed) + 1;
        self.received.store(received, Ordering::Relaxed);
        let length = u32::try_from(self.length()).unwrap_or(u32::MAX);
        if length > queue.high_water {
            queue.high_water = length;
        }
        if queue.parked {
            queue.parked = false;
            Push::Wake(queue.elsewhere.clone())
        } else {
            Push::Queued
        }
    }

    #[inline]
    fn is_full(&self) -> bool {
        self.limit != u32::MAX && self.length() >= u64::from(self.limit)
    }

    #[inline]
    fn length(&self) -> u64 {
        let received = self.received.load(Ordering::Relaxed);
        received.saturating_sub(self.handled.load(Ordering::Relaxed))
    }

    /// The receiver's, before its first look: its task's waker is there.
    pub(crate) fn open(&self) {
        drop(self.queue.lock());
    }

    /// The receiver's: says what wakes it in place of its task's waker.
    pub(crate) fn wake_elsewhere(&self, waker: Option<&Waker>) {
        let waker = waker.cloned();
        let old = std::mem::replace(&mut self.queue.lock().elsewhere, waker);
        drop(old);
    }

    /// The receiver's: moves all that waits into `batch`, which must be empty and taken up; `false`
    /// when there is nothing, and the next push will say to wake.
    #[inline]
    pub(crate) fn take_batch(&self, batch: &mut VecDeque<T>) -> bool {
        debug_assert!(batch.is_empty());
        if self.length() == 0 {
            return false;
        }
        let mut queue = self.queue.lock();
        queue.parked = !queue.closed;
        std::mem::swap(&mut queue.items, batch);
        !batch.is_empty()
    }

    /// The receiver's: one more message is taken up. Senders that wait for room are let in.
    #[inline]
    pub(crate) fn count_handled(&self) {
        // Written by the receiver alone: no read-modify-write needed.
        let handled = self.handled.load(Ordering::Relaxed);
        self.handled.store(handled + 1, Ordering::Relaxed);
        if self.limit != u32::MAX {
            self.let_in();
        }
    }

    #[cold]
    fn let_in(&self) {
        // A sender waits under the lock that it found the mailbox full under, so taking the lock
        // after `handled` has moved misses none.
        let waiting = std::mem::take(&mut self.queue.lock().waiting);
        for waker in waiting {
            waker.wake();
        }
    }

    /// Takes no more messages, and hands out those that are left, to be dropped by the caller.
    pub(crate) fn close(&self) -> VecDeque<T> {
        let (items, waiting, waker) = {
            let mut queue = self.queue.lock();
            queue.closed = true;
            queue.parked = false;
            (
                std::mem::take(&mut queue.items),
                std::mem::take(&mut queue.waiting),
                queue.elsewhere.take(),
            )
        };
        drop(waker);
        for waker in waiting {
            waker.wake();
        }
        items
    }

    /// The receiver's: keeps only what `keep` says. The rest is handed out, to be dropped by the caller,
    /// who counts it as handled.
    pub(crate) fn retain(&self, mut keep: impl FnMut(&T) -> bool) -> Vec<T> {
        let mut out = Vec::new();
        let mut queue = self.queue.lock();
        for _ in 0..queue.items.len() {
            match queue.items.pop_front() {
                Some(item) if keep(&item) => queue.items.push_back(item),
                item => out.extend(item),
            }
        }
        // As if it had taken a batch: it will find nothing, and sleep until the next push.
        if queue.items.is_empty() {
            queue.parked = !queue.closed;
        }
        out
    }

    /// Gives back the memory of a buffer that has grown large.
    pub(crate) fn shrink(batch: &mut VecDeque<T>) {
        if batch.is_empty() && batch.capacity() > KEEP {
            *batch = VecDeque::new();
        }
    }

    /// Messages waiting, the most that ever waited, messages taken up.
    pub(crate) fn figures(&self) -> MailboxFigures {
        let queue = self.queue.lock();
        MailboxFigures {
            length: self.length(),
            high_water: queue.high_water,
            handled: self.handled.load(Ordering::Relaxed),
        }
    }
}

/// What a mailbox has counted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MailboxFigures {
    pub(crate) length: u64,
    pub(crate) high_water: u32,
    pub(crate) handled: u64,
}

#[cfg(all(test, not(registry_loom)))]
mod tests {
    use super::*;

    fn items(mailbox: &Mailbox<u32>) -> Vec<u32> {
        let mut batch = VecDeque::new();
        mailbox.take_batch(&mut batch);
        batch.into()
    }

    #[test]
    fn messages_come_out_in_the_order_of_the_pushes() {
        let mailbox = Mailbox::new(None);
        for n in 0..100 {
            mailbox.push(n);
        }
        assert_eq!(items(&mailbox), (0..100).collect::<Vec<_>>());
    }

    #[test]
    fn only_the_first_push_since_the_last_batch_says_to_wake() {
        let mailbox = Mailbox::new(None);
        let mut batch = VecDeque::new();
        assert!(!mailbox.take_batch(&mut batch));
        for n in [1, 3] {
            assert!(matches!(mailbox.push(n), Push::Wake(_)));
            assert!(matches!(mailbox.push(n + 1), Push::Queued));
            assert!(mailbox.take_batch(&mut batch));
            assert_eq!(batch, [n, n + 1]);
            for _ in batch.drain(..) {
                mailbox.count_handled();
            }
            assert!(!mailbox.take_batch(&mut batch));
        }
    }

    #[test]
    fn a_push_after_all_was_taken_out_by_hand_says_to_wake() {
        let mailbox = Mailbox::new(None);
        let mut batch = VecDeque::new();
        mailbox.push(1);
        mailbox.push(2);
        assert_eq!(mailbox.retain(|item| *item != 1), [1]);
        mailbox.count_handled();
        assert!(matches!(mailbox.push(3), Push::Queued));
        assert_eq!(mailbox.retain(|_| false), [2, 3]);
        mailbox.count_handled();
        mailbox.count_handled();
        assert!(!mailbox.take_batch(&mut batch));
        assert!(matches!(mailbox.push(4), Push::Wake(_)));
    }

    #[test]
    fn a_closed_mailbox_hands_messages_back() {
        let mailbox = Mailbox::new(None);
        mailbox.push(1);
        assert_eq!(mailbox.close(), [1]);
        assert!(matches!(mailbox.push(2), Push::Closed(2)));
        assert!(matches!(mailbox.push_signal(3), Push::Closed(3)));
    }

    #[test]
    fn a_limit_counts_messages_until_they_are_taken_up_and_lets_signals_through() {
        let mailbox = Mailbox::new(Some(2));
        mailbox.push(1);
        mailbox.push(2);
        assert!(matches!(mailbox.push(3), Push::Full(3)));
        assert!(matches!(mailbox.push_signal(4), Push::Queued));
        let mut batch = VecDeque::new();
        mailbox.take_batch(&mut batch);
        assert!(
            matches!(mailbox.push(5), Push::Full(5)),
            "taken out, not taken up"
        );
        mailbox.count_handled();
        mailbox.count_handled();
        assert!(matches!(mailbox.push(6), Push::Wake(_)));
        assert_eq!(mailbox.figures().high_water, 3);
    }
}
