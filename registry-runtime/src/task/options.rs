//! What a task supervisor is started with.

use std::borrow::Cow;
use std::time::Duration;

use super::TaskSupervisor;
use crate::gen_server::StartError;
use crate::supervisor::{AnyChildSpec, DynamicSupervisorOptions};

/// What a task supervisor allows.
///
/// # Examples
///
/// ```
/// # use registry_runtime::prelude::*;
/// use std::time::Duration;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let tasks = TaskSupervisor::builder()
///     .name("mailers")
///     .max_children(100)
///     .max_restarts(10)
///     .within(Duration::from_secs(1))
///     .start()?;
/// assert_eq!(tasks.run(async { 1 + 2 })?.await?, 3);
/// tasks.shutdown().await;
/// # Ok(())
/// # }
/// ```
///
/// # Elixir
///
/// The options of `Task.Supervisor.start_link/1`.
#[derive(Clone, Debug)]
pub struct TaskSupervisorOptions(pub(crate) DynamicSupervisorOptions);

impl Default for TaskSupervisorOptions {
    fn default() -> Self {
        Self(DynamicSupervisorOptions::default().name("TaskSupervisor"))
    }
}

impl TaskSupervisorOptions {
    /// Names the supervisor in trees and reports.
    ///
    /// Shown in the [example](Self#examples).
    #[must_use]
    pub fn name(self, name: impl Into<Cow<'static, str>>) -> Self {
        Self(self.0.name(name))
    }

    /// How many tasks it may have at a time; no limit unless it is called.
    ///
    /// Shown in the [example](Self#examples).
    #[must_use]
    pub fn max_children(self, most: usize) -> Self {
        Self(self.0.max_children(most))
    }

    /// How many restarts it takes within [`within`](Self::within) before it gives up; 3 unless it
    /// is called. Only tasks of a specification that says so are restarted.
    ///
    /// Shown in the [example](Self#examples).
    #[must_use]
    pub fn max_restarts(self, most: u32) -> Self {
        Self(self.0.max_restarts(most))
    }

    /// The window that restarts are counted in; five seconds unless it is called.
    ///
    /// Shown in the [example](Self#examples).
    #[must_use]
    pub fn within(self, window: Duration) -> Self {
        Self(self.0.within(window))
    }

    /// Starts the supervisor, linked to the running process if there is one.
    ///
    /// Shown in the [example](Self#examples).
    ///
    /// # Errors
    ///
    /// [`StartError::NoRuntime`] and [`StartError::NoTimers`].
    ///
    /// # Elixir
    ///
    /// `Task.Supervisor.start_link/1`.
    pub fn start_link(self) -> Result<TaskSupervisor, StartError> {
        self.0.start_link().map(TaskSupervisor)
    }

    /// Starts the supervisor, linked to nobody.
    ///
    /// Shown in the [example](Self#examples).
    ///
    /// # Errors
    ///
    /// [`StartError::NoRuntime`] and [`StartError::NoTimers`].
    pub fn start(self) -> Result<TaskSupervisor, StartError> {
        self.0.start().map(TaskSupervisor)
    }
}

impl From<TaskSupervisorOptions> for AnyChildSpec {
    fn from(options: TaskSupervisorOptions) -> Self {
        options.0.into()
    }
}
