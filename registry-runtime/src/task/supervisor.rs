//! `TaskSupervisor`: a dynamic supervisor of tasks.

use std::fmt;
use std::sync::Arc;

use super::process::{Linked, Member, launch};
use super::{Task, TaskSupervisorOptions};
use crate::gen_server::StartError;
use crate::process::{ExitReason, Pid};
use crate::supervisor::{
    AnyChildSpec, ChildInfo, Children, DynamicSupervisor, Kept, Shutdown, SupervisorError,
};

/// A supervisor of tasks: they end before it does.
///
/// A handle: cheap to clone, and usable from any task.
///
/// # Examples
///
/// ```
/// # use registry_runtime::prelude::*;
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let tasks = TaskSupervisor::builder().max_children(100).start_link()?;
/// let page = tasks.run(async { "a page" })?;
/// assert_eq!(page.await?, "a page");
/// let failed = tasks.run_nolink(async { panic!("oops") })?;
/// assert!(matches!(failed.await, Err::<(), _>(TaskError::Exited(_))));
/// let hung = tasks.start_child(std::future::pending::<()>())?;
/// assert_eq!(tasks.children(), [hung]);
/// tasks.terminate_child(hung).await?;
/// let again = Task::child_spec(|| async {}).restart(Restart::Transient);  // if it fails
/// tasks.start_any(again).await?.ended().await;
/// assert_eq!(tasks.count_children().active, 0);
/// tasks.shutdown().await;
/// # Ok(()) }
/// ```
///
/// # Elixir
///
/// `Task.Supervisor`.
#[derive(Clone)]
pub struct TaskSupervisor(pub(crate) DynamicSupervisor);

impl TaskSupervisor {
    /// Options to start one with.
    ///
    /// Shown in the [example](Self#examples).
    #[must_use]
    pub fn builder() -> TaskSupervisorOptions {
        TaskSupervisorOptions::default()
    }

    /// The supervisor's pid.
    #[must_use]
    pub fn pid(&self) -> Pid {
        self.0.pid()
    }

    /// Runs a supervised task, to be awaited; linked to the running process if there is one, as by
    /// [`Task::run`].
    ///
    /// Shown in the [example](Self#examples).
    ///
    /// # Errors
    ///
    /// [`StartError::MaxChildren`], [`StartError::SupervisorNotRunning`].
    ///
    /// # Elixir
    ///
    /// `Task.Supervisor.async/2`, which raises.
    pub fn run<F>(&self, future: F) -> Result<Task<F::Output>, StartError>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        self.spawn(Linked::Yes, future)
    }

    /// As [`run`](Self::run), linked to nobody: neither takes the other down. What servers use that
    /// go on when a task fails.
    ///
    /// Shown in the [example](Self#examples).
    ///
    /// # Errors
    ///
    /// [`StartError::MaxChildren`], [`StartError::SupervisorNotRunning`].
    ///
    /// # Elixir
    ///
    /// `Task.Supervisor.async_nolink/2`.
    pub fn run_nolink<F>(&self, future: F) -> Result<Task<F::Output>, StartError>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        self.spawn(Linked::No, future)
    }

    /// Runs a supervised task for its effect, linked to nobody; its pid. It is not restarted:
    /// [`start_any`](Self::start_any) with a [`Task::child_spec`] starts one that is.
    ///
    /// Shown in the [example](Self#examples).
    ///
    /// # Errors
    ///
    /// [`StartError::MaxChildren`], [`StartError::SupervisorNotRunning`].
    ///
    /// # Elixir
    ///
    /// `Task.Supervisor.start_child/2`.
    pub fn start_child<F>(&self, future: F) -> Result<Pid, StartError>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        self.spawn(Linked::No, future).map(|task| task.pid())
    }

    /// Starts a task of a specification, with a restart and a shutdown of its own.
    ///
    /// Shown in the [example](Self#examples).
    ///
    /// # Errors
    ///
    /// [`StartError::MaxChildren`], [`StartError::SupervisorNotRunning`].
    ///
    /// # Cancel safety
    ///
    /// Once polled, the task runs.
    ///
    /// # Elixir
    ///
    /// `Task.Supervisor.start_child/3` with `:restart` and `:shutdown`.
    pub async fn start_any(&self, spec: impl Into<AnyChildSpec>) -> Result<Pid, StartError> {
        self.0.start_any(spec).await
    }

    pub(super) fn spawn<F>(&self, linked: Linked, future: F) -> Result<Task<F::Output>, StartError>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        let kept = Kept::Worker {
            type_name: || "Task",
            shutdown: Shutdown::default(),
        };
        self.0.0.launch(kept, |place, take_in| {
            launch(place, linked, future, |cell| {
                take_in(cell.header.pid);
                Some(Member::new(self.0.clone(), Arc::clone(cell)))
            })
        })
    }

    /// The pids of the tasks that run, in no order.
    ///
    /// Shown in the [example](Self#examples).
    ///
    /// # Elixir
    ///
    /// `Task.Supervisor.children/1`.
    #[must_use]
    pub fn children(&self) -> Vec<Pid> {
        self.which_children()
            .iter()
            .filter_map(ChildInfo::pid)
            .collect()
    }

    /// The tasks, in no order, with what they are doing.
    ///
    /// Shown in the [example](Self#examples).
    ///
    /// # Elixir
    ///
    /// `DynamicSupervisor.which_children/1`.
    #[must_use]
    pub fn which_children(&self) -> Vec<ChildInfo> {
        self.0.which_children()
    }

    /// How many tasks there are.
    ///
    /// Shown in the [example](Self#examples).
    ///
    /// # Elixir
    ///
    /// `DynamicSupervisor.count_children/1`.
    #[must_use]
    pub fn count_children(&self) -> Children {
        self.0.count_children()
    }

    /// Ends a task for good, and waits until it is gone.
    ///
    /// Shown in the [example](Self#examples).
    ///
    /// # Errors
    ///
    /// [`SupervisorError::NotFound`].
    ///
    /// # Cancel safety
    ///
    /// Once polled, the task ends even if the wait is given up.
    ///
    /// # Elixir
    ///
    /// `Task.Supervisor.terminate_child/2`.
    pub async fn terminate_child(&self, pid: Pid) -> Result<(), SupervisorError> {
        self.0.terminate_child(pid).await
    }

    /// Ends all tasks, then the supervisor, and waits until they are gone.
    ///
    /// In a process that it holds, this only asks it to end, and returns at once: the process would wait for
    /// itself. [`wait`](Self::wait) tells so by [`ExitReason::Deadlock`].
    ///
    /// Shown in the [example](Self#examples).
    ///
    /// # Cancel safety
    ///
    /// Once polled, it ends even if the wait is given up.
    ///
    /// # Elixir
    ///
    /// `Supervisor.stop/1`.
    pub async fn shutdown(&self) {
        self.0.shutdown().await;
    }

    /// Waits until the supervisor has ended, and tells why.
    ///
    /// In the `terminate` of a process that it holds, the answer is [`ExitReason::Deadlock`] at once: the
    /// process would wait for itself. In a handler it is so once this process is told to end.
    ///
    /// Shown in the [example](Self#examples).
    ///
    /// # Cancel safety
    ///
    /// Safe.
    pub async fn wait(&self) -> ExitReason {
        self.pid().ended().await
    }
}

impl fmt::Debug for TaskSupervisor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "TaskSupervisor({} {})",
            self.0.0.options.name,
            self.pid()
        )
    }
}
