//! The place that one answer is left in: for calls, starts, and tasks that wait for a death.
//!
//! Invariants:
//!
//! 1. `ReplyTo` fills the slot once: with a value, or with `Lost` when it is dropped. If a panic drops it
//!    inside of a process, `Lost` waits until it is known whether the process ends of that panic
//!    ([`Undecided`]). So a process whose reply is lost is `EXITING` if it ends, when its caller looks.
//! 2. A waker in the slot belongs to the waiting side's last poll; it is taken out when the slot is
//!    filled or the waiting side goes away, so a cancelled waiter leaves no waker behind. Where there is
//!    none, the process in the slot is woken: a process that waits by itself leaves none.
//! 3. The wait that the answer ends is taken back under the lock by which the slot is filled or given
//!    up: nobody sees an answer while the one who asked still counts as waiting. It is noted before
//!    the question is sent, by the process that made the slot; or else under the lock.
//! 4. Values and handles are dropped, and wakers of others woken, after the lock is released. A process is
//!    woken under it, since nothing else keeps it: its waker is tokio's, and calls nobody.
//! 5. A slot is used again only by the process that made it, once its answer has been taken: whoever gave
//!    that is done with it. It is `Empty` then. It may still be on a thread's list of the
//!    unanswered, once, and stays there for the next question: `listed` says so. It is kept only if no poll but
//!    those of the process's own task has put it there.
//! 6. Who asks with `listed` set, without the lock, has noted its wait before it looks; and who takes the
//!    slot from the list has cleared `listed` before it looks for a wait. So one of them sees the other,
//!    and there is no question that nobody reminds of.

use std::fmt;
use std::mem;
use std::sync::Arc;
use std::task::{Poll, Waker};

use super::{DeadlockPath, Header, Pid, Proc, current, deadlock, exit, unanswered};
use crate::sync::{AtomicBool, AtomicU64, Mutex, MutexGuard, Ordering, stored_before_looking};

/// The answer to a call: to be sent now, or kept and sent later.
///
/// A handler that takes a `ReplyTo<T>` returns nothing; the caller waits until [`ReplyTo::send`].
/// When it is dropped unsent, the caller gets `CallError::NoReply` at once, or
/// `CallError::Exited` if the server ended. When a panic drops it inside of a process, the caller is told
/// as soon as it is known whether the process ends of that panic: at the next await of a process that
/// catches it.
///
/// # Examples
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
    slot: Option<Arc<Shared<T>>>,
}

/// The waiting side of a [`ReplyTo`].
pub(crate) struct Awaiting<T> {
    /// `None` when nothing will come any more.
    slot: Option<Arc<Shared<T>>>,
    /// The process that made it and is in the slot: nearly always the one that waits.
    made_by: Option<Pid>,
    /// Whether the task of that process alone has polled it, so that it need not leave a waker, and may rely on
    /// the list that it is on.
    by_itself: bool,
    /// Whether the answer was late, when it was last looked for.
    late: bool,
}

struct Shared<T> {
    /// Makes an answer that a panic has dropped: [`ReplyTo`]'s `Drop` does not know that `T` is `Send`.
    undecided: fn(Arc<Self>) -> Undecided,
    /// The wait that the answer ends, as `deadlock` numbers it; 0 while nobody is known to wait.
    wait: AtomicU64,
    /// Whether it is on a thread's list of the unanswered.
    listed: AtomicBool,
    slot: Mutex<Slot<T>>,
}

struct Slot<T> {
    state: State<T>,
    waker: Option<Waker>,
    /// Who waits, or would if there is a wait.
    waits: Option<Arc<dyn Proc>>,
    /// Whether who waits has been reminded that there is no answer yet.
    late: bool,
}

impl<T> Shared<T> {
    fn new(waits: Option<Arc<dyn Proc>>) -> Self
    where
        T: Send + 'static,
    {
        Self {
            undecided: |slot| Undecided(slot),
            wait: AtomicU64::new(0),
            listed: AtomicBool::new(false),
            slot: Mutex::new(Slot {
                state: State::Empty,
                waker: None,
                waits,
                late: false,
            }),
        }
    }

    /// Takes the wait back, if there is one.
    #[inline]
    fn end_wait(&self, locked: &Slot<T>) {
        // Stored before the question was sent, or under the lock.
        let wait = self.wait.load(Ordering::Relaxed);
        if wait != 0 {
            self.wait.store(0, Ordering::Relaxed);
            if let Some(process) = &locked.waits {
                deadlock::end(process.header(), wait);
            }
        }
    }

    /// The answer was dropped unsent.
    #[cold]
    fn lost(self: Arc<Self>) {
        let panics = if std::thread::panicking() {
            current::get()
        } else {
            None
        };
        match panics {
            None => self.fill(State::Lost),
            Some(process) => exit::decide_later(&*process, (self.undecided)(self)),
        }
    }

    #[inline]
    fn fill(&self, with: State<T>) {
        let mut locked = self.slot.lock();
        if matches!(locked.state, State::Gone) {
            drop(locked);
            drop(with);
            return;
        }
        locked.state = with;
        self.end_wait(&locked);
        Self::wake(locked);
    }

    /// Wakes who waits, and lets go of the lock.
    #[inline]
    fn wake(mut locked: MutexGuard<'_, Slot<T>>) {
        let Some(waker) = locked.waker.take() else {
            if let Some(process) = &locked.waits {
                process.header().wake();
            }
            return;
        };
        drop(locked);
        waker.wake();
    }
}

impl<T: Send + 'static> Shared<T> {
    /// Has who waits reminded, if there is no answer soon. `false` if the slot is on a list already.
    #[inline]
    fn list(self: &Arc<Self>) -> bool {
        if self.listed.load(Ordering::SeqCst) {
            return false;
        }
        self.listed.store(true, Ordering::Relaxed);
        let wait = self.wait.load(Ordering::Relaxed);
        unanswered::list(Arc::clone(self) as _, wait);
        true
    }
}

impl<T: Send> unanswered::Slot for Shared<T> {
    fn look(&self, question: u64) {
        let mut locked = self.slot.lock();
        self.listed.store(false, Ordering::SeqCst);
        stored_before_looking();
        let process = locked.waits.as_ref();
        let waits = process.is_some_and(|process| deadlock::has_noted(process.header()));
        // After that: see there.
        let wait = self.wait.load(Ordering::Relaxed);
        if !matches!(locked.state, State::Empty) {
            return;
        }
        if wait == question {
            locked.late = true;
        } else if !waits || wait == 0 {
            return;
        }
        Self::wake(locked);
    }
}

enum State<T> {
    Empty,
    Filled(T),
    Lost,
    /// The answer was taken, or nobody waits for it any more.
    Gone,
}

/// There will be no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lost;

/// An answer that a panic dropped. Whoever waits for it is told that it is lost when this is dropped.
pub(crate) struct Undecided(Arc<dyn Lose>);

trait Lose: Send + Sync {
    fn lose(&self);
}

impl<T: Send> Lose for Shared<T> {
    fn lose(&self) {
        self.fill(State::Lost);
    }
}

impl Drop for Undecided {
    fn drop(&mut self) {
        self.0.lose();
    }
}

impl fmt::Debug for Undecided {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Undecided(..)")
    }
}

/// Makes both sides.
#[inline]
pub(crate) fn reply_slot<T: Send + 'static>() -> (ReplyTo<T>, Awaiting<T>) {
    let made = current::keeping(|process, spare| {
        let again = spare.take().and_then(|spare| spare.downcast().ok());
        let slot = again.unwrap_or_else(|| Arc::new(Shared::new(Some(Arc::clone(process)))));
        (slot, process.header().pid)
    });
    let (slot, made_by) = match made {
        Some((slot, pid)) => (slot, Some(pid)),
        None => (Arc::new(Shared::new(None)), None),
    };
    let reply = ReplyTo {
        slot: Some(Arc::clone(&slot)),
    };
    let awaiting = Awaiting {
        slot: Some(slot),
        made_by,
        by_itself: false,
        late: false,
    };
    (reply, awaiting)
}

impl<T> ReplyTo<T> {
    /// Sends the answer. One that nobody waits for any more is dropped.
    ///
    /// Shown in the [example](Self#examples).
    pub fn send(mut self, value: T) {
        if let Some(slot) = self.slot.take() {
            slot.fill(State::Filled(value));
        }
    }

    /// Whether the caller has gone: it timed out, died, or dropped the call.
    ///
    /// # Examples
    ///
    /// ```
    /// # use registry_runtime::prelude::*;
    /// use std::time::Duration;
    ///
    /// #[gen_server]
    /// struct Desk { #[default] asked: Vec<ReplyTo<u32>> }
    ///
    /// #[gen_server]
    /// impl Desk {
    ///     #[call] fn ask(&mut self, reply: ReplyTo<u32>) { self.asked.push(reply) }
    ///
    ///     /// How many still wait for an answer.
    ///     #[call]
    ///     fn waiting(&mut self) -> usize {
    ///         self.asked.retain(|reply| !reply.is_closed());
    ///         self.asked.len()
    ///     }
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let desk = Desk::start().await?;
    /// let hasty = desk.clone().timeout(Duration::from_millis(1));
    /// assert_eq!(hasty.ask().await, Err(CallError::Timeout));
    /// assert_eq!(desk.waiting().await?, 0);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.slot
            .as_ref()
            .is_none_or(|slot| matches!(slot.slot.lock().state, State::Gone))
    }
}

impl<T> Drop for ReplyTo<T> {
    #[inline]
    fn drop(&mut self) {
        if let Some(slot) = self.slot.take() {
            Shared::lost(slot);
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
        let answer = self.look(waker, State::Gone);
        if answer.is_ready() {
            self.slot = None;
        }
        answer
    }

    /// As [`Awaiting::poll`], for who asks for one thing after the other: is woken also when the answer is
    /// late. The process that made the slot keeps it for its next question, unless it is large.
    #[inline]
    pub(crate) fn poll_call(&mut self, waker: &Waker) -> Poll<Result<T, Lost>>
    where
        T: Send + 'static,
    {
        const KEEP: usize = 256;
        let keep = size_of::<Shared<T>>() <= KEEP;
        let answer = self.look(waker, if keep { State::Empty } else { State::Gone });
        if answer.is_pending() {
            if let Some(slot) = self.slot.as_ref().filter(|_| !self.late) {
                // The list may be that of a scheduler which has nothing to do with this poll.
                self.late = !slot.list() && !self.by_itself;
            }
            return answer;
        }
        let mut slot = self.slot.take();
        if keep {
            current::keeping(|process, spare| {
                let own = self.by_itself && self.made_by == Some(process.header().pid);
                if own && spare.is_none() {
                    *spare = slot.take().map(|slot| slot as current::Spare);
                }
            });
        }
        answer
    }

    /// In place of the first [`Awaiting::poll_call`], right after the question was sent, and in the poll that
    /// has called [`Awaiting::will_ask`]: `false` if that has to be called.
    #[inline]
    pub(crate) fn sent(&mut self) -> bool
    where
        T: Send + 'static,
    {
        match &self.slot {
            Some(slot) if self.by_itself => {
                slot.list();
                true
            }
            _ => false,
        }
    }

    /// Whether the answer was late, when it was last looked for.
    #[inline]
    pub(crate) fn is_late(&self) -> bool {
        self.late
    }

    #[inline]
    fn look(&mut self, waker: &Waker, then: State<T>) -> Poll<Result<T, Lost>> {
        let Some(slot) = &self.slot else {
            return Poll::Ready(Err(Lost));
        };
        let mut locked = slot.slot.lock();
        if let State::Empty = locked.state {
            self.late = locked.late;
            let own = locked
                .waits
                .as_ref()
                .is_some_and(|p| p.header().is_woken_by(waker));
            self.by_itself &= own;
            let old = if own {
                locked.waker.take()
            } else if locked
                .waker
                .as_ref()
                .is_some_and(|old| old.will_wake(waker))
            {
                None
            } else {
                locked.waker.replace(waker.clone())
            };
            drop(locked);
            drop(old);
            return Poll::Pending;
        }
        let taken = mem::replace(&mut locked.state, then);
        locked.late = false;
        drop(locked);
        Poll::Ready(match taken {
            State::Filled(value) => Ok(value),
            // The last two: taken out or given up, and then there is no slot any more.
            State::Lost | State::Empty | State::Gone => Err(Lost),
        })
    }

    /// Notes that the running process waits for `target`, which is about to be asked the question that
    /// this is the answer to; until it comes or is given up.
    ///
    /// # Errors
    ///
    /// The cycle, if the process would wait for itself. The wait is then given up.
    #[inline]
    pub(crate) fn will_ask(
        &mut self,
        target: &Header,
        name: fn() -> &'static str,
        waker: Option<&Waker>,
    ) -> Result<(), DeadlockPath> {
        let (Some(slot), Some(made_by)) = (&self.slot, self.made_by) else {
            return self.waits_for(target, name);
        };
        // Nobody else has anything to do with the slot yet: no lock is needed.
        let suspect = current::with(|process| {
            let me = process?.header();
            if me.pid != made_by {
                return None;
            }
            deadlock::begin(me, target.pid, &slot.wait);
            self.by_itself = waker.is_some_and(|waker| me.is_woken_by(waker));
            Some(deadlock::may_close_a_cycle(me, target))
        });
        match suspect {
            Some(false) => Ok(()),
            Some(true) => self.check(made_by, target.pid, name),
            None => self.waits_for(target, name),
        }
    }

    /// As [`Awaiting::will_ask`], for a question that has been asked already, or was made by somebody
    /// else than the process that waits.
    ///
    /// # Errors
    ///
    /// As [`Awaiting::will_ask`].
    pub(crate) fn waits_for(
        &mut self,
        target: &Header,
        name: fn() -> &'static str,
    ) -> Result<(), DeadlockPath> {
        match current::get() {
            None => Ok(()),
            Some(me) => self.waits_as(me, target, name),
        }
    }

    pub(super) fn waits_as(
        &mut self,
        me: Arc<dyn Proc>,
        target: &Header,
        name: fn() -> &'static str,
    ) -> Result<(), DeadlockPath> {
        let pid = me.header().pid;
        if self.note(me, target) {
            return self.check(pid, target.pid, name);
        }
        Ok(())
    }

    /// As [`Awaiting::waits_for`], whatever the target waits for: it has been told to give that up. Who
    /// asks the running process from now on hears of the cycle instead.
    pub(crate) fn waits_all_the_same(&mut self, target: &Header) {
        if let Some(me) = current::get() {
            self.note(me, target);
        }
    }

    /// Notes the wait; whether it may close a cycle.
    fn note(&mut self, me: Arc<dyn Proc>, target: &Header) -> bool {
        let Some(slot) = &self.slot else {
            return false;
        };
        let pid = me.header().pid;
        let mut locked = slot.slot.lock();
        if !matches!(locked.state, State::Empty) {
            // Answered already: nobody is waited for.
            return false;
        }
        debug_assert_eq!(slot.wait.load(Ordering::Relaxed), 0, "one waits, once");
        deadlock::begin(me.header(), target.pid, &slot.wait);
        let suspect = deadlock::may_close_a_cycle(me.header(), target);
        let before = locked.waits.replace(me);
        drop(locked);
        drop(before);
        self.made_by = Some(pid);
        suspect
    }

    #[cold]
    fn check(
        &mut self,
        me: Pid,
        target: Pid,
        name: fn() -> &'static str,
    ) -> Result<(), DeadlockPath> {
        match deadlock::cycle(me, target, name()) {
            None => Ok(()),
            Some(path) => {
                self.give_up();
                Err(path)
            }
        }
    }

    /// Whoever said that it waits goes on with something else; another may await the answer.
    pub(crate) fn handed_on(&mut self) {
        if let Some(slot) = &self.slot {
            slot.end_wait(&slot.slot.lock());
        }
    }

    /// Nobody waits for the answer any more.
    #[inline]
    pub(crate) fn give_up(&mut self) {
        let Some(slot) = self.slot.take() else { return };
        let mut locked = slot.slot.lock();
        slot.end_wait(&locked);
        let left = mem::replace(&mut locked.state, State::Gone);
        let (waker, waits) = (locked.waker.take(), locked.waits.take());
        drop(locked);
        drop((left, waker, waits));
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

#[cfg(all(test, registry_loom))]
impl<T: Send + 'static> Awaiting<T> {
    /// As if it were on the list of another thread; for that to look at.
    pub(super) fn listed_elsewhere(&self) -> impl FnOnce() + Send + 'static {
        let slot = Arc::clone(self.slot.as_ref().unwrap());
        slot.listed.store(true, Ordering::SeqCst);
        let question = slot.wait.load(Ordering::Relaxed);
        move || unanswered::Slot::look(&*slot, question)
    }

    /// As if it were on the list of another thread: what that thread's scheduler wakes or drops.
    pub(super) fn asked_elsewhere(&self) -> Waker {
        let slot = Arc::clone(self.slot.as_ref().unwrap());
        slot.listed.store(true, Ordering::SeqCst);
        let question = slot.wait.load(Ordering::Relaxed);
        unanswered::asks::of_a_scheduler((slot, question))
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
        assert_eq!(awaiting.poll(Waker::noop()), Poll::Ready(Err(Lost)));
    }

    #[test]
    fn a_dropped_reply_says_so_and_a_late_one_is_dropped() {
        let (reply, mut awaiting) = reply_slot::<Arc<()>>();
        drop(reply);
        assert_eq!(awaiting.poll(Waker::noop()), Poll::Ready(Err(Lost)));

        let value = Arc::new(());
        let (reply, awaiting) = reply_slot();
        assert!(!reply.is_closed());
        drop(awaiting);
        assert!(reply.is_closed());
        reply.send(Arc::clone(&value));
        assert_eq!(Arc::strong_count(&value), 1);
    }
}
