//! `TaskAwait`: what `task.await` awaits.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::{Task, TaskError};
use crate::process::runtime::Runtime;

/// The wait for a task's result: what `task.await` awaits.
///
/// While a process waits, a call of the task's that would come back to it is a
/// [`Deadlock`](crate::CallError::Deadlock), as among servers that call one another.
///
/// Shown in the example of [`Task`](super::Task).
///
/// # Cancel safety
///
/// When it is dropped, the result is lost, and the task runs on.
#[must_use = "futures do nothing unless they are awaited"]
pub struct TaskAwait<T> {
    task: Task<T>,
    /// The running process has said that it waits.
    noted: bool,
}

impl<T> TaskAwait<T> {
    pub(super) fn runtime(&self) -> Option<Arc<Runtime>> {
        self.task.runtime()
    }

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
        if result.is_pending() && !std::mem::replace(&mut this.noted, true) {
            this.task.waits_for_it().map_err(TaskError::Deadlock)?;
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
            noted: false,
        }
    }
}

impl<T> fmt::Debug for TaskAwait<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TaskAwait").field(&self.task.pid()).finish()
    }
}
