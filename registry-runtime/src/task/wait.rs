//! `TaskAwait`: what `task.await` awaits.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::{Task, TaskError};
use crate::gen_server::Waiting;

/// The wait for a task's result: what `task.await` awaits.
///
/// While a process waits, a call of the task's that would come back to it is a
/// [`Deadlock`](crate::CallError::Deadlock), as among servers that call one another.
///
/// # Cancel safety
///
/// When it is dropped, the result is lost, and the task runs on.
#[must_use = "futures do nothing unless they are awaited"]
pub struct TaskAwait<T> {
    task: Task<T>,
    waiting: Note,
}

/// The note that the running process waits for the task.
enum Note {
    /// Not polled yet.
    ToMake,
    /// Made, by a process.
    Made { _until_dropped: Waiting },
    /// A plain task waits, of which no note is made, or nobody does any more.
    None,
}

impl<T> TaskAwait<T> {
    pub(super) fn kill(&mut self) {
        self.task.kill();
    }
}

impl<T> Unpin for TaskAwait<T> {}

impl<T> Future for TaskAwait<T> {
    type Output = Result<T, TaskError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        let result = this.task.poll_result(cx.waker());
        if result.is_ready() {
            this.waiting = Note::None;
        } else if let Note::ToMake = this.waiting {
            this.waiting = match Waiting::note(this.task.process().header(), || "Task") {
                Ok(None) => Note::None,
                Ok(Some(note)) => Note::Made {
                    _until_dropped: note,
                },
                Err(path) => return Poll::Ready(Err(TaskError::Deadlock(path))),
            };
        }
        result
    }
}

impl<T> IntoFuture for Task<T> {
    type Output = Result<T, TaskError>;
    type IntoFuture = TaskAwait<T>;

    fn into_future(self) -> TaskAwait<T> {
        TaskAwait {
            task: self,
            waiting: Note::ToMake,
        }
    }
}

impl<T> fmt::Debug for TaskAwait<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TaskAwait").field(&self.task.pid()).finish()
    }
}
