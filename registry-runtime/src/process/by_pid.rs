//! What anybody may do to a process by its pid.

use std::any::Any;
use std::future::poll_fn;
use std::mem;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::task::AbortHandle;
use tokio::time::Instant;

use super::alarm::{Alarm, far_enough};
use super::{ExitReason, Pid, SendError, current, exit};
use crate::node::Node;
use crate::sync::Mutex;

/// A message on its way to a process, until its time has come; made by [`Pid::send_after`].
///
/// Dropping it does nothing.
///
/// # Examples
///
/// ```
/// # use registry_runtime::prelude::*;
/// use std::time::Duration;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let waiting = spawn(async |mut ctx: Process<()>| ctx.recv_info::<u32>().await);
/// let never = waiting.pid().send_after(Duration::from_secs(60), 1_u32);
/// assert!(never.cancel().is_some_and(|left| left <= Duration::from_secs(60)));
/// waiting.pid().send_after(Duration::from_millis(1), 2_u32);
/// assert!(waiting.ended().await.is_normal());
/// # Ok(())
/// # }
/// ```
///
/// # Elixir
///
/// The reference that `Process.send_after/3` returns.
#[derive(Clone, Debug)]
pub struct DelayedSend {
    /// `None` if there was nobody to send it to.
    task: Option<AbortHandle>,
    /// `None` for a time that never comes.
    at: Option<Instant>,
    due: Arc<Due>,
}

impl DelayedSend {
    /// Takes the message back: how long it would have taken, or `None` if it is out or was taken back
    /// already.
    ///
    /// After `Some`, the message never comes. After `None`, nothing is sent any more: the message is in the mailbox
    /// or was received, unless the process had ended or its bounded mailbox was full.
    ///
    /// Shown in the [example](Self#examples).
    ///
    /// # Elixir
    ///
    /// `Process.cancel_timer/1`.
    #[expect(clippy::must_use_candidate, reason = "it is called for what it does")]
    pub fn cancel(&self) -> Option<Duration> {
        let task = self.task.as_ref()?;
        if !self.due.take_back() {
            return None;
        }
        task.abort();
        let left = |at: Instant| at.saturating_duration_since(Instant::now());
        Some(self.at.map_or(Duration::MAX, left))
    }
}

/// Whether a delayed message is still to be sent: it is sent or taken back, and only one of the two, once.
///
/// Lock order: the mailbox of the receiver is locked under it. Nobody is woken and nothing is dropped
/// under it.
#[derive(Debug)]
pub(super) struct Due(Mutex<bool>);

impl Due {
    pub(super) fn new() -> Self {
        Self(Mutex::new(true))
    }

    /// `true` if the message is taken back by this, and will not be sent.
    pub(super) fn take_back(&self) -> bool {
        mem::replace(&mut *self.0.lock(), false)
    }

    /// Sends the message, unless it was taken back.
    pub(super) fn send(&self, to: Pid, message: Box<dyn Any + Send>) {
        let target = super::resolve(to);
        let mut due = self.0.lock();
        if mem::replace(&mut *due, false)
            && let Some(target) = target
        {
            let pushed = target.put_any(message, false);
            drop(due);
            drop(pushed.settle(&*target));
        }
    }
}

impl Pid {
    /// Asks the process to exit; from inside a process, with that one as the sender.
    ///
    /// Nothing happens when it has ended. [`ExitReason::Kill`] ends any process at its next await;
    /// other reasons end those that do not trap exits, after their `terminate`.
    ///
    /// Shown in the [example](Self#examples).
    ///
    /// From a plain task, every reason but [`ExitReason::Normal`] ends a supervisor or a registry in order,
    /// although these trap exits. From a process that is not its parent, only [`ExitReason::Kill`] ends one.
    ///
    /// # Elixir
    ///
    /// `Process.exit/2`.
    pub fn exit(self, reason: ExitReason) {
        if let Some(target) = super::resolve(self) {
            let from = current::with(|process| process.map(|process| process.header().pid));
            exit::signal(&*target, from, reason);
        }
    }

    /// Whether the process runs, and is not ending.
    ///
    /// Shown in the [example](Self#examples).
    ///
    /// # Elixir
    ///
    /// `Process.alive?/1`.
    #[must_use]
    pub fn is_alive(self) -> bool {
        super::resolve(self).is_some_and(|process| process.header().is_alive())
    }

    /// Waits until the process has ended, and tells why; [`ExitReason::NoProc`] when it had ended
    /// before.
    ///
    /// # Cancel safety
    ///
    /// Safe.
    ///
    /// # Examples
    ///
    /// ```
    /// # use registry_runtime::prelude::*;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let worker = spawn(async |mut ctx: Process<()>| ctx.recv().await);
    /// worker.pid().exit(ExitReason::Kill);
    /// assert_eq!(worker.pid().ended().await, ExitReason::Killed);
    /// assert_eq!(worker.pid().ended().await, ExitReason::NoProc);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Elixir
    ///
    /// `Process.monitor/1` and a `receive`, for tasks that are no process.
    pub async fn ended(self) -> ExitReason {
        match super::resolve(self) {
            Some(process) => exit::ended(process).await,
            None => ExitReason::NoProc,
        }
    }

    /// Sends an untyped message: a server handles it by the `#[info]` of its type. One for which
    /// there is none is reported, and dropped.
    ///
    /// Shown in the [example](Self#examples).
    ///
    /// # Errors
    ///
    /// [`SendError::NotRunning`] when the process has ended; [`SendError::Full`] when its mailbox
    /// is bounded and full.
    ///
    /// # Elixir
    ///
    /// `send/2`.
    pub fn send<T: Send + 'static>(self, message: T) -> Result<(), SendError> {
        let target = super::resolve(self).ok_or(SendError::NotRunning)?;
        match target.push_any(Box::new(message), false) {
            Ok(()) => Ok(()),
            Err(_) if target.header().is_alive() => Err(SendError::Full),
            Err(_) => Err(SendError::NotRunning),
        }
    }

    /// Sends an untyped message after `after`, as [`send`](Self::send) does; to nobody, if the
    /// process has ended by then. Outside of a tokio runtime, and on one without timers, the clock of the
    /// process's own runtime counts.
    ///
    /// A process that sends to itself had better use [`Ctx::send_after`](super::Ctx::send_after),
    /// whose timers end with it.
    ///
    /// Shown in the example of [`DelayedSend`].
    ///
    /// # Elixir
    ///
    /// `Process.send_after/3`.
    pub fn send_after<T: Send + 'static>(self, after: Duration, message: T) -> DelayedSend {
        let at = far_enough(after);
        let due = Arc::new(Due::new());
        let decides = Arc::clone(&due);
        let runtime = super::resolve(self).and_then(|process| process.header().runtime.clone());
        let mut alarm = Alarm::new(after, runtime.as_ref());
        let send = Node::current().scope(async move {
            poll_fn(|cx| alarm.poll(cx)).await;
            decides.send(self, Box::new(message));
        });
        let task = match Handle::try_current() {
            Ok(here) => Some(here.spawn(send)),
            Err(_) => runtime.map(|runtime| runtime.spawn(send)),
        };
        DelayedSend {
            task: task.map(|task| task.abort_handle()),
            at,
            due,
        }
    }
}
