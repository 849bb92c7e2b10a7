//! What travels through a mailbox besides the process's own messages.

use std::any::Any;

use super::{ExitReason, Pid};

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
}

/// A request to end after what is in the mailbox: `GenServer.stop/3`.
#[derive(Debug)]
pub(crate) struct Stop(pub(crate) ExitReason);
