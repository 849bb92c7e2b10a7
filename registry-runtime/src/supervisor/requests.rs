//! What supervisors answer, and what can go wrong with it.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::sync::Arc;

use super::{ChildKind, SupervisorNotRunning};
use crate::gen_server::StartError;
use crate::process::DeadlockPath;
use crate::process::{ExitReason, Pid};

/// Why a request to a supervisor failed.
///
/// # Examples
///
/// ```
/// # use registry_runtime::prelude::*;
/// use registry_runtime::SupervisorError;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let sup = Supervisor::builder("sup").child(Agent::child_spec(|| 0).id("zero")).start().await?;
/// assert_eq!(sup.restart_child("zero").await, Err(SupervisorError::Running));
/// assert_eq!(sup.delete_child("one").await, Err(SupervisorError::NotFound));
/// sup.shutdown().await;
/// assert!(matches!(sup.terminate_child("zero").await, Err(SupervisorError::NotRunning(_))));
/// # Ok(())
/// # }
/// ```
///
/// # Elixir
///
/// `{:error, :not_found}`, `{:error, :running}`, `{:error, :restarting}` of `Supervisor`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SupervisorError {
    /// The supervisor is not running, or is ending.
    NotRunning(SupervisorNotRunning),
    /// It has no such child.
    NotFound,
    /// The child runs; terminate it first.
    Running,
    /// The child is about to be restarted.
    Restarting,
    /// The child did not start.
    Start(StartError),
    /// The supervisor waits for the `init` of the process that asks, or of one that waits for it: it
    /// would never answer. It was not asked.
    Deadlock(DeadlockPath),
}

impl fmt::Display for SupervisorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotRunning(missing) => missing.fmt(f),
            Self::NotFound => f.write_str("the supervisor has no such child; see `which_children`"),
            Self::Running => f.write_str("the child is running; `terminate_child` it first"),
            Self::Restarting => {
                f.write_str("the child is being restarted; `terminate_child` it first, or wait")
            }
            Self::Start(error) => error.fmt(f),
            Self::Deadlock(path) => write!(f, "the supervisor waits for whoever asks it ({path})"),
        }
    }
}

impl Error for SupervisorError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Start(error) => Some(error),
            _ => None,
        }
    }
}

/// A child of a supervisor, as it was a moment ago.
///
/// # Examples
///
/// ```
/// # use registry_runtime::prelude::*;
/// use registry_runtime::{ChildKind, ChildState, Children};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let sup = Supervisor::builder("sup").child(Agent::child_spec(|| 0).id("zero")).start().await?;
/// let zero = &sup.which_children()[0];
/// assert_eq!((&*zero.id, zero.kind, zero.restarts), ("zero", ChildKind::Worker, 0));
/// assert!(zero.pid().is_some_and(|pid| zero.state == ChildState::Running(pid)));
///
/// sup.terminate_child("zero").await?;
/// assert_eq!(sup.which_children()[0].state, ChildState::Stopped);
/// let Children { specs, active, .. } = sup.count_children();
/// assert_eq!((specs, active), (1, 0));
/// sup.shutdown().await;
/// # Ok(())
/// # }
/// ```
///
/// # Elixir
///
/// An element of `Supervisor.which_children/1`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ChildInfo {
    /// The child's id.
    pub id: Arc<str>,
    /// What it is doing; holds its pid.
    pub state: ChildState,
    /// Whether it is a supervisor.
    pub kind: ChildKind,
    /// The name of its type.
    pub type_name: Cow<'static, str>,
    /// How often it has been started again.
    pub restarts: u32,
    /// Why its last process ended, if one has and was noted.
    pub last_exit: Option<ExitReason>,
}

impl ChildInfo {
    /// The child's pid, if it runs.
    #[must_use]
    pub fn pid(&self) -> Option<Pid> {
        match self.state {
            ChildState::Running(pid) => Some(pid),
            ChildState::Restarting | ChildState::Stopped => None,
        }
    }
}

/// What a child of a supervisor is doing.
///
/// Shown in the example of [`ChildInfo`].
///
/// # Elixir
///
/// The pid, `:restarting` or `:undefined` of `Supervisor.which_children/1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChildState {
    /// It runs, or its `init` does.
    Running(Pid),
    /// It has ended, and waits to be started again.
    Restarting,
    /// It has ended, and stays so until `restart_child`.
    Stopped,
}

/// How many children a supervisor has.
///
/// Shown in the example of [`ChildInfo`].
///
/// # Elixir
///
/// `Supervisor.count_children/1`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Children {
    /// All that it has a specification of.
    pub specs: usize,
    /// Those that run.
    pub active: usize,
    /// Those that are supervisors.
    pub supervisors: usize,
    /// Those that are not.
    pub workers: usize,
}

impl Children {
    pub(crate) fn count(&mut self, kind: ChildKind, running: bool) {
        self.specs += 1;
        self.active += usize::from(running);
        match kind {
            ChildKind::Supervisor => self.supervisors += 1,
            ChildKind::Worker => self.workers += 1,
        }
    }
}
