//! What travels through a mailbox besides the process's own messages.

use std::any::Any;

use super::mailbox::Push;
use super::{ExitReason, Pid, Proc};

/// A place in a mailbox: a typed message, unboxed, or something any process may get.
#[derive(Debug)]
pub(crate) enum Envelope<M> {
    /// A message of the process's own type.
    Message(M),
    /// An untyped message; also how `Down` and `Exit` travel, since they are rare.
    Any(Box<dyn Any + Send>),
}

/// A monitored process died.
///
/// Comes after every message that the process had sent. Handled by `#[info] fn …(&mut self, down: Down)`.
///
/// # Examples
///
/// ```
/// # use registry_runtime::prelude::*;
/// #[gen_server]
/// struct Guard { charge: Pid, #[default] alarm: Option<ExitReason> }
///
/// #[gen_server]
/// impl Guard {
///     fn init(&mut self, ctx: &mut Ctx<Self>) { let _monitor = ctx.monitor(self.charge); }
///     #[info] fn on_down(&mut self, down: Down) { self.alarm = Some(down.reason) }
///     #[call] fn alarm(&self) -> Option<ExitReason> { self.alarm.clone() }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let charge = spawn(async |mut ctx: Process<()>| ctx.recv().await);
/// let guard = Guard::start(charge.pid()).await?;
/// charge.pid().exit(ExitReason::Kill);
/// charge.ended().await;
/// assert_eq!(guard.alarm().await?, Some(ExitReason::Killed));
/// # Ok(())
/// # }
/// ```
///
/// # Elixir
///
/// `{:DOWN, ref, :process, pid, reason}`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Down {
    /// The monitor, as `monitor` returned it.
    pub monitor: MonitorRef,
    /// The process that died.
    pub pid: Pid,
    /// Why; [`ExitReason::NoProc`] when it was dead before the monitor was made.
    pub reason: ExitReason,
}

/// A linked process died, or someone asked this process to exit, and it traps exits.
///
/// Shown in the example of [`Ctx::link`](super::Ctx::link).
///
/// # Elixir
///
/// `{:EXIT, pid, reason}`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Exit {
    /// Who died or asked; `None` when a plain task asked.
    pub from: Option<Pid>,
    /// Why.
    pub reason: ExitReason,
}

/// The identity of a monitor.
///
/// Shown in the example of [`Ctx::monitor`](super::Ctx::monitor).
///
/// # Elixir
///
/// The reference that `Process.monitor/1` returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MonitorRef(pub(crate) u64);

impl Down {
    pub(crate) fn new(monitor: MonitorRef, pid: Pid, reason: ExitReason) -> Self {
        Self {
            monitor,
            pid,
            reason,
        }
    }
}

impl Exit {
    pub(crate) fn new(from: Option<Pid>, reason: ExitReason) -> Self {
        Self { from, reason }
    }
}

/// A supervised process ended: what its supervisor is told.
#[derive(Debug)]
pub(crate) struct ChildExit {
    pub(crate) pid: Pid,
    pub(crate) reason: ExitReason,
    /// Whether its `init` had been over.
    pub(crate) started: bool,
    /// Whether somebody has killed it.
    pub(crate) killed: bool,
}

/// A request to end after what is in the mailbox: `GenServer.stop/3`.
#[derive(Debug)]
pub(crate) struct Stop(pub(crate) ExitReason);

/// What is left to do after a push, once no lock is held; opaque outside of the crate.
#[derive(Debug)]
#[must_use = "somebody may have to be woken"]
pub struct Pushed(pub(crate) Push<Box<dyn Any + Send>>);

impl Pushed {
    /// Wakes the process if it is to be woken.
    ///
    /// # Errors
    ///
    /// The message, if the process has not taken it.
    pub(crate) fn settle(self, target: &dyn Proc) -> Result<(), Box<dyn Any + Send>> {
        match self.0 {
            Push::Queued => Ok(()),
            Push::Wake(elsewhere) => {
                target.header().wake_at(elsewhere);
                Ok(())
            }
            Push::Full(message) | Push::Closed(message) => Err(message),
        }
    }
}
