//! The mailbox: a locked queue whose one receiver takes out whole batches.
//!
//! Invariants:
//!
//! 1. Messages come out in the order in which `push` took the lock.
//! 2. `parked` is true while there is nothing that has been pushed since the receiver last took a batch. The push
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
//! 5. A message that may wait for room joins the line when the mailbox is full or others stand in the
//!    line. What may not wait is then refused. So messages go in in the order in which they came, and no
//!    newcomer passes one that waits.
//! 6. The line is the end of the queue: to join it is a push for invariant 2. The receiver alone lets
//!    messages in, in the order of the line. It does so when it has taken up a message, and for certain
//!    when it takes a batch. It does not sleep while the line is not empty. `in_line` is the length of
//!    the line, written under the lock. A receiver that reads it too early lets the message in at its next
//!    look, before it would have come to that message.
//! 7. The sender of a message in the line holds its place. It takes the message back by that, or finds
//!    that the message has gone in. There is no room that is kept for a sender: one that stops polling
//!    holds nobody up.
//!
//! The lock is never held while a message is dropped, made, or a task is woken.

use std::collections::VecDeque;
use std::task::Waker;

use super::line::{Line, Place};
use crate::sync::{AtomicU32, AtomicU64, Mutex, Ordering};

/// An idle process gives back a buffer that has grown beyond this many messages.
const KEEP: usize = 32;

#[derive(Debug)]
pub(crate) struct Mailbox<T> {
    queue: Mutex<Queue<T>>,
    /// The most messages that may wait; `u32::MAX` is no limit.
    limit: u32,
    /// How many messages wait for room; written under the lock.
    in_line: AtomicU32,
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
    /// Messages that wait for room.
    line: Line<T>,
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
            in_line: AtomicU32::new(0),
            queue: Mutex::new(Queue {
                items: VecDeque::new(),
                high_water: 0,
                // The first poll of a process needs no wake, and comes.
                parked: true,
                closed: false,
                elsewhere: None,
                line: Line::default(),
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

    /// As [`Mailbox::push`]; when there is no room, the message waits in the line, at the place that is
    /// returned.
    #[inline]
    pub(crate) fn push_or_wait(&self, item: T) -> (Push<T>, Option<Place>) {
        let mut queue = self.queue.lock();
        if queue.closed {
            return (Push::Closed(item), None);
        }
        if self.is_full() {
            return self.join(&mut queue, item);
        }
        (self.put(&mut queue, item), None)
    }

    #[cold]
    #[inline(never)]
    fn join(&self, queue: &mut Queue<T>, item: T) -> (Push<T>, Option<Place>) {
        let place = queue.line.join(item);
        self.note_line(queue);
        (Self::unpark(queue), Some(place))
    }

    fn note_line(&self, queue: &Queue<T>) {
        let length = u32::try_from(queue.line.len()).unwrap_or(u32::MAX);
        self.in_line.store(length, Ordering::Relaxed);
    }

    /// Takes a message that waits for room back, to be dropped by the caller; `None` when it has gone in.
    pub(crate) fn leave(&self, place: &Place) -> Option<T> {
        let mut queue = self.queue.lock();
        let item = queue.line.leave(place);
        self.note_line(&queue);
        self.park_if_empty(&mut queue);
        item
    }

    /// Whether the message of this place has gone in.
    pub(crate) fn has_let_in(&self, place: &Place) -> bool {
        self.queue.lock().line.has_let_in(place)
    }

    #[inline]
    fn put(&self, queue: &mut Queue<T>, item: T) -> Push<T> {
        self.add(queue, item);
        Self::unpark(queue)
    }

    #[inline]
    fn add(&self, queue: &mut Queue<T>, item: T) {
        queue.items.push_back(item);
        let received = self.received.load(Ordering::Relaxed) + 1;
        self.received.store(received, Ordering::Relaxed);
        let length = u32::try_from(self.length()).unwrap_or(u32::MAX);
        if length > queue.high_water {
            queue.high_water = length;
        }
    }

    /// Something has come: says whether to wake the receiver.
    #[inline]
    fn unpark(queue: &mut Queue<T>) -> Push<T> {
        if queue.parked {
            queue.parked = false;
            Push::Wake(queue.elsewhere.clone())
        } else {
            Push::Queued
        }
    }

    #[inline]
    fn is_full(&self) -> bool {
        self.limit != u32::MAX && (self.length() >= u64::from(self.limit) || self.has_line())
    }

    #[inline]
    fn has_line(&self) -> bool {
        self.in_line.load(Ordering::Relaxed) != 0
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
        if self.length() == 0 && !self.has_line() {
            return false;
        }
        let mut queue = self.queue.lock();
        if self.has_line() {
            self.let_in(&mut queue);
        }
        queue.parked = !queue.closed;
        std::mem::swap(&mut queue.items, batch);
        !batch.is_empty()
    }

    /// The receiver's: one more message is taken up. The first in the line gets its room.
    #[inline]
    pub(crate) fn count_handled(&self) {
        // Written by the receiver alone: no read-modify-write needed.
        let handled = self.handled.load(Ordering::Relaxed);
        self.handled.store(handled + 1, Ordering::Relaxed);
        if self.has_line() {
            self.let_in_next();
        }
    }

    #[cold]
    #[inline(never)]
    fn let_in_next(&self) {
        self.let_in(&mut self.queue.lock());
    }

    /// The receiver's: lets in as many as there is room for. It is awake, and will look.
    #[cold]
    #[inline(never)]
    fn let_in(&self, queue: &mut Queue<T>) {
        while self.length() < u64::from(self.limit)
            && let Some(item) = queue.line.let_in()
        {
            self.add(queue, item);
        }
        self.note_line(queue);
    }

    /// Takes no more messages, and hands out those that are left, to be dropped by the caller; those that
    /// wait for room among them, which do not go in any more.
    pub(crate) fn close(&self) -> VecDeque<T> {
        let mut queue = self.queue.lock();
        queue.closed = true;
        queue.parked = false;
        let mut items = std::mem::take(&mut queue.items);
        items.extend(queue.line.clear());
        self.note_line(&queue);
        let waker = queue.elsewhere.take();
        drop(queue);
        drop(waker);
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
        self.park_if_empty(&mut queue);
        out
    }

    /// All that had come was taken out again. It is as if the receiver had taken a batch: it finds nothing,
    /// and sleeps until the next push.
    fn park_if_empty(&self, queue: &mut Queue<T>) {
        if queue.items.is_empty() && !self.has_line() {
            queue.parked = !queue.closed;
        }
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
