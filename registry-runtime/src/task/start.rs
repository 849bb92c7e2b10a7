//! Starting tasks that no task supervisor holds.

use std::sync::Arc;

use super::Task;
use super::process::{Linked, launch};
use crate::gen_server::StartError;
use crate::process::launch::{LaunchedProc, Place, launch_here};
use crate::process::{Pid, Proc};
use crate::supervisor::{AnyChildSpec, BeforeRun, ChildOptions, Restart};

impl<T: Send + 'static> Task<T> {
    /// Runs a future as a process of its own, to be awaited; linked to the running process if there
    /// is one.
    ///
    /// The link makes the two share a fate: when the task panics, its owner gets an exit signal, and
    /// when the owner ends other than `Normal`, the task does. In a plain tokio task there is nothing
    /// to link to, and a panic is but an error of the await.
    ///
    /// Shown in the [example](Task#examples).
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime, as `tokio::spawn` does; and on one without timers (`enable_time`).
    ///
    /// # Elixir
    ///
    /// `Task.async/1`.
    pub fn run<F>(future: F) -> Self
    where
        F: Future<Output = T> + Send + 'static,
    {
        begin(Linked::Yes, future)
    }
}

impl Task<()> {
    /// Runs a future as a process of its own, for its effect; linked to nobody. Its pid.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime, as `tokio::spawn` does; and on one without timers (`enable_time`).
    ///
    /// # Examples
    ///
    /// ```
    /// # use registry_runtime::prelude::*;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// let pid = Task::start(async { println!("sent") });
    /// pid.ended().await;
    /// # }
    /// ```
    ///
    /// # Elixir
    ///
    /// `Task.start/1`.
    pub fn start<F>(future: F) -> Pid
    where
        F: Future<Output: Send> + Send + 'static,
    {
        begin(Linked::No, future).pid()
    }

    /// As [`start`](Self::start), linked to the running process if there is one.
    ///
    /// Shown in the example of [`start`](Self::start).
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime, as `tokio::spawn` does; and on one without timers (`enable_time`).
    ///
    /// # Elixir
    ///
    /// `Task.start_link/1`.
    pub fn start_link<F>(future: F) -> Pid
    where
        F: Future<Output: Send> + Send + 'static,
    {
        begin(Linked::Yes, future).pid()
    }

    /// How a supervisor starts a task. `body` is called for each start. Restart is `Temporary`, as
    /// tasks are there to end, shutdown five seconds, unless said otherwise.
    ///
    /// # Examples
    ///
    /// ```
    /// # use registry_runtime::prelude::*;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), StartError> {
    /// let warm_up = Task::child_spec(|| async { /* fill the cache */ }).id("warm up");
    /// let tree = SupervisorSpec::new("App").child(warm_up).start().await?;
    /// # tree.shutdown().await;
    /// # Ok(()) }
    /// ```
    ///
    /// # Elixir
    ///
    /// `Task.child_spec/1`.
    #[must_use]
    pub fn child_spec<F, Fut>(body: F) -> AnyChildSpec
    where
        F: Fn() -> Fut + Clone + Send + 'static,
        Fut: Future<Output: Send> + Send + 'static,
    {
        let start = move |place: Place<'_>, before_run: BeforeRun<'_>| {
            let task = launch(place, Linked::No, body(), |cell| {
                before_run(&(Arc::clone(cell) as Arc<dyn Proc>));
                None
            })?;
            Ok(LaunchedProc {
                process: Arc::clone(task.process()),
                init: None,
            })
        };
        AnyChildSpec::starting("Task", child_options(), start)
    }
}

/// The options of a task that is started once.
pub(super) fn child_options() -> ChildOptions {
    ChildOptions {
        restart: Restart::Temporary,
        ..ChildOptions::worker()
    }
}

/// Starts a task here: on the current node and runtime.
pub(super) fn begin<F>(linked: Linked, future: F) -> Task<F::Output>
where
    F: Future<Output: Send> + Send + 'static,
{
    match try_begin(linked, future) {
        Ok(task) => task,
        Err(error) => panic!("{error}"),
    }
}

pub(super) fn try_begin<F>(linked: Linked, future: F) -> Result<Task<F::Output>, StartError>
where
    F: Future<Output: Send> + Send + 'static,
{
    launch_here(false, |place| launch(place, linked, future, |_| None))
}
