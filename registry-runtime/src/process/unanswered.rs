//! The calls that have been sent from a thread and, when it last looked, had not been answered.
//!
//! To set a timer and to take it back costs more than a call, and nearly every answer is there before
//! the caller's thread has nothing else to do. So a caller sets none: it puts the slot of its answer on its
//! thread's list. The list is gone through when the thread would go to sleep, and every so many turns if
//! it never does. Who is found there without an answer is reminded of its time-out: it is woken, and sets
//! a timer.
//!
//! An *ask* is the waker that a scheduler was given to wake when its thread has nothing else to do.
//!
//! Invariants:
//!
//! 1. While a slot is on the list, an ask for a look at the list is out that was made after the slot was put
//!    there. Every ask ends in a look: the scheduler wakes it, or drops it because the scheduler itself goes, or a
//!    `block_on` returns. Where there is no scheduler, the look comes at once.
//! 2. Such a look may come late if the scheduler's thread is blocked or does something else. So only the task of
//!    a process relies on a slot that an earlier poll has put on a list: the same runtime polls it always. Every other
//!    caller that is polled again sets its timer instead ([`super::reply`]).
//! 3. A handler that blocks its thread keeps the thread from looking, and must not hold up the
//!    time-outs of the others that called from there. Where another thread could wake them, a timer looks as well,
//!    [`SOON`] after a slot was put on the list.
//! 4. No lock is held while slots are looked at, woken or dropped.
//! 5. A slot is on one list at most, once ([`super::reply`]), and may be used again while it is there. By the
//!    question's number a newer question is told from the one that it was listed for.

use std::cell::RefCell;
use std::future::Future;
use std::mem;
use std::pin::{Pin, pin};
use std::sync::{Arc, Weak};
use std::task::{Context, Wake, Waker};
use std::time::Duration;

use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::task::{unconstrained, yield_now};
use tokio::time::{Sleep, sleep};

use super::runtime::has_timers;
use crate::sync::{Mutex, thread_local};

/// How long a blocked thread may keep a caller from setting its timer, which then counts from there.
const SOON: Duration = Duration::from_millis(5);

/// The room that a list keeps between two looks.
const ROOM: usize = 256;

/// The slot of an answer.
pub(super) trait Slot: Send + Sync {
    /// Wakes who waits, if there is no answer. To the question of this number it is late then; who has
    /// asked another since puts itself on the list again.
    fn look(&self, question: u64);
}

type Listed = (Arc<dyn Slot>, u64);

thread_local! {
    static HERE: Here = Here::new();
}

struct Here {
    list: Arc<List>,
    /// The last ask. The scheduler alone keeps it.
    asked: RefCell<Weak<Ask>>,
    /// Looks at the list.
    looks: Waker,
    soon: RefCell<Option<Pin<Box<Sleep>>>>,
}

/// Puts a slot on the thread's list.
pub(super) fn list(slot: Arc<dyn Slot>, question: u64) {
    let mut listed = Some((slot, question));
    let _ = HERE.try_with(|here| {
        if let Some(listed) = listed.take() {
            here.put(listed);
        }
    });
    // The thread is about to end.
    if let Some((slot, question)) = listed {
        slot.look(question);
    }
}

impl Here {
    fn new() -> Self {
        let list = Arc::new(List::default());
        Self {
            looks: Waker::from(Arc::clone(&list)),
            list,
            asked: RefCell::default(),
            soon: RefCell::default(),
        }
    }

    fn put(&self, listed: Listed) {
        self.list.put(listed);
        self.ask();
        self.also_soon(&mut Context::from_waker(&self.looks));
    }

    /// Asks the scheduler of the running code for a look.
    fn ask(&self) {
        let last = self.asked.borrow().upgrade();
        if let Some(last) = last {
            // By the schedulers of this thread: one may have been suspended for another to run.
            let held = Arc::strong_count(&last) - 1;
            let last = Waker::from(last);
            when_idle(&last);
            drop(last);
            if self.asked.borrow().strong_count() == held {
                return;
            }
            // This scheduler had another ask since, or is another one. It gets an ask that no other holds.
        }
        let ask = Arc::new(Ask(Arc::clone(&self.list)));
        *self.asked.borrow_mut() = Arc::downgrade(&ask);
        when_idle(&Waker::from(ask));
    }

    fn also_soon(&self, cx: &mut Context<'_>) {
        let mut soon = self.soon.borrow_mut();
        if soon.as_ref().is_some_and(|soon| !soon.is_elapsed()) {
            return;
        }
        let several = Handle::try_current().is_ok_and(|runtime| {
            runtime.runtime_flavor() != RuntimeFlavor::CurrentThread && has_timers(&runtime)
        });
        if several && !self.list.is_empty() {
            let mut timer = Box::pin(sleep(SOON));
            // Not the budget of whoever calls.
            let _ = pin!(unconstrained(timer.as_mut())).poll(cx);
            *soon = Some(timer);
        }
    }
}

/// Has the scheduler wake `ask` when there is nothing else to do: `yield_now` asks for that. At once, if the thread
/// is not one of a runtime's.
fn when_idle(ask: &Waker) {
    let _ = pin!(yield_now()).poll(&mut Context::from_waker(ask));
}

/// Looks at the list when it is woken, or else when it is dropped.
struct Ask(Arc<List>);

impl Wake for Ask {
    fn wake(self: Arc<Self>) {
        self.0.look();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.0.look();
    }
}

impl Drop for Ask {
    fn drop(&mut self) {
        self.0.look();
    }
}

#[derive(Default)]
struct List {
    slots: Mutex<Vec<Listed>>,
}

impl List {
    fn put(&self, listed: Listed) {
        self.slots.lock().push(listed);
    }

    fn is_empty(&self) -> bool {
        self.slots.lock().is_empty()
    }

    fn look(&self) {
        let mut slots = mem::take(&mut *self.slots.lock());
        for (slot, question) in slots.drain(..) {
            slot.look(question);
        }
        slots.shrink_to(ROOM);
        let mut now = self.slots.lock();
        if now.capacity() == 0 {
            *now = slots;
        }
    }
}

impl Wake for List {
    fn wake(self: Arc<Self>) {
        self.look();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.look();
    }
}

#[cfg(all(test, registry_loom))]
pub(super) mod asks {
    use super::{Arc, Ask, List, Listed, Waker};

    /// Puts a slot on a list, for a scheduler that drops the ask or wakes it: what is returned.
    pub(in super::super) fn of_a_scheduler(listed: Listed) -> Waker {
        let list = Arc::new(List::default());
        list.put(listed);
        Waker::from(Arc::new(Ask(list)))
    }
}
