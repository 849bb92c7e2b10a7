//! The calls that have been sent from a thread and, when it last looked, had not been answered.
//!
//! To set a timer and to take it back costs more than a call, and nearly every answer is there before
//! the caller's thread has nothing else to do. So a caller sets none: it puts the slot of its answer on its
//! thread's list. The list is gone through when the thread would go to sleep, and every so many turns if
//! it never does. Who is found there without an answer is reminded of its time-out: it is woken, and sets
//! a timer.
//!
//! Invariants:
//!
//! 1. Who puts a slot on the list asks the scheduler for a look at it; nobody relies on one that
//!    somebody else has asked for, which may have gone with its runtime.
//! 2. A handler that blocks its thread keeps the thread from looking, and must not hold up the
//!    time-outs of who called from there. Where another thread could wake them, a timer looks as well,
//!    [`SOON`] after a slot was put on the list.
//! 3. No lock is held while slots are looked at, woken or dropped.
//! 4. A slot is on one list at most, once ([`super::reply`]), and may be used again while it is there. By the
//!    question's number a newer question is told from the one that it was listed for.

use std::cell::RefCell;
use std::future::Future;
use std::mem;
use std::pin::{Pin, pin};
use std::sync::Arc;
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
            soon: RefCell::default(),
        }
    }

    fn put(&self, listed: Listed) {
        self.list.put(listed);
        // `yield_now` is how one asks the scheduler to be woken when there is nothing else to do.
        let mut cx = Context::from_waker(&self.looks);
        // At once, if the thread is not one of a runtime's.
        let _ = pin!(yield_now()).poll(&mut cx);
        self.also_soon(&mut cx);
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
