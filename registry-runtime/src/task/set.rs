//! Several tasks that are waited for at once.
//!
//! Each task wakes a bell of its own, which notes its number: so only tasks that have something to
//! tell are polled, however many there are. The lock of the notes is a leaf; wakers are woken after
//! it is released.

use std::borrow::BorrowMut;
use std::collections::HashMap;
use std::marker::PhantomData;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

use super::{Task, TaskError};
use crate::process::runtime::Runtime;
use crate::sync::Mutex;

/// Tasks by number; `H` is a handle, or a borrowed one.
pub(super) struct TaskSet<T, H> {
    tasks: HashMap<u64, (H, Waker)>,
    rung: Arc<Rung>,
    results: PhantomData<fn() -> T>,
}

/// The numbers whose bells have rung.
#[derive(Default)]
struct Rung(Mutex<(Vec<u64>, Option<Waker>)>);

struct Bell {
    number: u64,
    rung: Arc<Rung>,
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let waker = {
            let mut rung = self.rung.0.lock();
            rung.0.push(self.number);
            rung.1.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl<T, H: BorrowMut<Task<T>>> TaskSet<T, H> {
    pub(super) fn new() -> Self {
        Self {
            tasks: HashMap::new(),
            rung: Arc::default(),
            results: PhantomData,
        }
    }

    /// Puts a task in, to be looked at once.
    pub(super) fn insert(&mut self, number: u64, task: H) {
        let bell = Arc::new(Bell {
            number,
            rung: Arc::clone(&self.rung),
        });
        bell.wake_by_ref();
        self.tasks.insert(number, (task, Waker::from(bell)));
    }

    pub(super) fn len(&self) -> usize {
        self.tasks.len()
    }

    /// The next task that is over, which leaves the set; `None` when the set is empty.
    pub(super) fn poll_next(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<(u64, Result<T, TaskError>)>> {
        if self.tasks.is_empty() {
            return Poll::Ready(None);
        }
        loop {
            let number = {
                let mut rung = self.rung.0.lock();
                let number = rung.0.pop();
                let old = if number.is_none() {
                    rung.1.replace(cx.waker().clone())
                } else {
                    None
                };
                drop(rung);
                drop(old);
                number
            };
            let Some(number) = number else {
                return Poll::Pending;
            };
            let Some((task, waker)) = self.tasks.get_mut(&number) else {
                continue;
            };
            if let Poll::Ready(result) = (*task).borrow_mut().poll_result(waker) {
                self.tasks.remove(&number);
                return Poll::Ready(Some((number, result)));
            }
        }
    }

    /// The runtime of one of the tasks.
    pub(super) fn runtime(&self) -> Option<Arc<Runtime>> {
        self.tasks.values().next()?.0.borrow().runtime()
    }

    pub(super) fn contains(&self, number: u64) -> bool {
        self.tasks.contains_key(&number)
    }

    /// Kills one task, which stays in the set until it is over.
    pub(super) fn kill(&mut self, number: u64) {
        if let Some((task, _)) = self.tasks.get_mut(&number) {
            (*task).borrow_mut().kill();
        }
    }

    /// Kills all tasks, and forgets them.
    pub(super) fn kill_all(&mut self) {
        for (_, (mut task, _)) in self.tasks.drain() {
            task.borrow_mut().kill();
        }
    }
}
