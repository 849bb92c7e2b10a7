//! `Task`: the handle that a task's result is waited for with.

use std::fmt;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Poll, Waker, ready};
use std::time::Duration;

use super::TaskError;
use super::process::TaskProcess;
use crate::process::alarm::within;
use crate::process::exit::Ending;
use crate::process::reply::{Awaiting, Lost};
use crate::process::runtime::Runtime;
use crate::process::{Actor, DeadlockPath, ExitReason, Pid, Proc, exit, links, resolve};
use crate::supervisor::{Shutdown, stop_child};

/// A running task, and the claim to its result.
///
/// Made by [`Task::run`], or by a [`TaskSupervisor`](super::TaskSupervisor). `task.await` waits for
/// the result as long as it takes. The handle may be sent anywhere, and awaited there.
///
/// Dropping the handle, or a future that awaits it, does not end the task: it runs on, and its result
/// is dropped. What ends it early is [`shutdown`](Self::shutdown), a time-out of
/// [`await_timeout`](Self::await_timeout), its supervisor's end, an exit signal, and the death of the
/// process that it is linked to.
///
/// # Examples
///
/// ```
/// # use registry_runtime::prelude::*;
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), TaskError> {
/// let sum = Task::run(async { 1 + 2 });
/// let product = Task::run(async { 3 * 4 });
/// assert_eq!(sum.await? + product.await?, 15);
/// # Ok(()) }
/// ```
///
/// # Elixir
///
/// The struct `Task`. There only the process that started a task may await it.
#[must_use = "the task runs on, but its result is lost; `Task::start` starts one for its effect"]
pub struct Task<T> {
    process: Arc<dyn Proc>,
    answer: Awaiting<T>,
    /// Tells of the task's end, once the answer is known to be lost.
    end: Option<Ending>,
    /// The process that it is linked to.
    owner: Option<Pid>,
    /// The result has been taken.
    taken: bool,
}

impl<T> Task<T> {
    pub(super) fn new(process: Arc<dyn Proc>, answer: Awaiting<T>, owner: Option<Pid>) -> Self {
        Self {
            process,
            answer,
            end: None,
            owner,
            taken: false,
        }
    }

    pub(super) fn process(&self) -> &Arc<dyn Proc> {
        &self.process
    }

    /// The runtime that the task is on.
    pub(super) fn runtime(&self) -> Option<Arc<Runtime>> {
        self.process.header().runtime.clone()
    }

    /// Says that the running process waits for the result.
    pub(super) fn waits_for_it(&mut self) -> Result<(), DeadlockPath> {
        let task = self.process.header();
        self.answer.waits_for(task, TaskProcess::type_name)
    }

    /// The task's pid.
    #[must_use]
    pub fn pid(&self) -> Pid {
        self.process.header().pid
    }

    /// Takes the result out, or leaves `waker` to be woken when it comes.
    pub(super) fn poll_result(&mut self, waker: &Waker) -> Poll<Result<T, TaskError>> {
        if self.taken {
            return Poll::Ready(Err(TaskError::Exited(ExitReason::NoProc)));
        }
        let result = loop {
            if let Some(end) = &mut self.end {
                break Err(ready!(end.poll(waker)));
            }
            match ready!(self.answer.poll(waker)) {
                Ok(result) => break Ok(result),
                // Told only once the task's names are gone, and why it ended is known.
                Err(Lost) => self.end = Some(Ending::new(Arc::clone(&self.process))),
            }
        };
        self.taken = true;
        Poll::Ready(result.map_err(TaskError::Exited))
    }

    /// Takes the result out if it is there.
    fn result_now(&mut self) -> Option<Result<T, TaskError>> {
        match self.poll_result(Waker::noop()) {
            Poll::Ready(result) => Some(result),
            Poll::Pending => None,
        }
    }

    fn unlink(&mut self) {
        if let Some(owner) = self.owner.take().and_then(resolve) {
            links::unlink(&*owner, self.pid());
        }
    }

    /// Kills the task, without its owner.
    pub(super) fn kill(&mut self) {
        self.unlink();
        exit::signal(&*self.process, None, ExitReason::Kill);
    }

    /// Waits for the result at most this long, and kills the task when it takes longer; its owner
    /// lives on.
    ///
    /// Shown in the example of [`TaskError`].
    ///
    /// # Errors
    ///
    /// [`TaskError::Timeout`]: the task ends at its next await. [`TaskError::Exited`] when it ended
    /// without a result; [`TaskError::Deadlock`].
    ///
    /// # Cancel safety
    ///
    /// When it is dropped, the result is lost, and the task runs on.
    ///
    /// # Elixir
    ///
    /// `Task.await/2`, which ends the caller as well when it takes too long. Its default is five
    /// seconds.
    pub async fn await_timeout(self, limit: Duration) -> Result<T, TaskError> {
        let mut waiting = self.into_future();
        let runtime = waiting.runtime();
        if let Some(result) = within(limit, runtime.as_ref(), &mut waiting).await {
            return result;
        }
        waiting.kill();
        Err(TaskError::Timeout)
    }

    /// Waits for the result at most this long; `None` when the task is not done by then: it runs on.
    ///
    /// When the result has been taken before, [`TaskError::Exited`] says [`ExitReason::NoProc`].
    ///
    /// # Cancel safety
    ///
    /// Safe: the result is taken out only when it is returned.
    ///
    /// # Examples
    ///
    /// ```
    /// # use registry_runtime::prelude::*;
    /// # use std::time::Duration;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// let mut task = Task::run(std::future::pending::<()>());
    /// assert_eq!(task.yield_for(Duration::from_millis(1)).await, None);
    /// assert_eq!(task.shutdown(Shutdown::default()).await, None);
    /// # }
    /// ```
    ///
    /// # Elixir
    ///
    /// `Task.yield/2`.
    pub async fn yield_for(&mut self, limit: Duration) -> Option<Result<T, TaskError>> {
        let runtime = self.runtime();
        let result = poll_fn(|cx| self.poll_result(cx.waker()));
        within(limit, runtime.as_ref(), result).await
    }

    /// Ends the task, and waits until it is gone; its owner lives on. `None` when it ended of that;
    /// the result when it was done before; [`TaskError::Exited`] when it ended otherwise, or had to be
    /// killed since it did not end in time.
    ///
    /// Shown in the example of [`yield_for`](Self::yield_for).
    ///
    /// # Cancel safety
    ///
    /// Once polled, the task ends even if the wait is given up.
    ///
    /// # Elixir
    ///
    /// `Task.shutdown/2`.
    pub async fn shutdown(&mut self, how: Shutdown) -> Option<Result<T, TaskError>> {
        let result = if let Some(result) = self.result_now() {
            result
        } else {
            self.unlink();
            stop_child(Arc::clone(&self.process), self.pid(), how).await;
            poll_fn(|cx| self.poll_result(cx.waker())).await
        };
        let asked = match how {
            Shutdown::BrutalKill => ExitReason::Killed,
            Shutdown::After(_) | Shutdown::Infinity => ExitReason::Shutdown,
        };
        match result {
            Err(TaskError::Exited(reason)) if reason == asked => None,
            result => Some(result),
        }
    }

    /// Lets the task run on by itself, linked to nobody: it survives its owner, and its owner it. The
    /// result if it is there already.
    ///
    /// # Examples
    ///
    /// ```
    /// # use registry_runtime::prelude::*;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let (sender, done) = tokio::sync::oneshot::channel();
    /// let task = Task::run(async { sender.send("on its own") });
    /// assert!(task.ignore().is_none());  // it has not run yet
    /// assert_eq!(done.await?, "on its own");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Elixir
    ///
    /// `Task.ignore/1`.
    #[must_use = "the result may be there already"]
    pub fn ignore(mut self) -> Option<Result<T, TaskError>> {
        self.unlink();
        self.result_now()
    }
}

impl<T> fmt::Debug for Task<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Task").field(&self.pid()).finish()
    }
}
