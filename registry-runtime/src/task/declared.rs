//! Task supervisors that macros declare: types with functions of the running instance.

#![expect(
    clippy::must_use_candidate,
    reason = "what comes back is a future, which is `must_use` by itself"
)]

use std::borrow::Cow;

use super::{AsyncStream, Task, TaskSupervisor, TaskSupervisorOptions};
use crate::gen_server::StartError;
use crate::introspect::Declaration;
use crate::node::Slot;
use crate::process::Pid;
use crate::supervisor::{
    AnyChildSpec, ChildInfo, Children, Claim, DynamicSupervisor, Instance, Running,
    SupervisorError, claim, running,
};

/// A task supervisor that is declared as a type: written by `task_supervisor!<…>`.
///
/// Each function acts on the instance that runs on the current [`Node`](crate::node::Node). It does
/// what the function of the same name of [`TaskSupervisor`] does, and is documented there. While no
/// instance runs, a start returns [`StartError::SupervisorNotRunning`], the rest
/// [`SupervisorError::NotRunning`] or nothing.
///
/// Written by [`supervision_tree!`](macro@crate::supervision_tree), where it is shown.
///
/// # Elixir
///
/// `{Task.Supervisor, name: …}`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a declared task supervisor",
    label = "not declared by `task_supervisor!<…>`",
    note = "declare it in a tree: `task_supervisor!<pub {Self}>;`"
)]
pub trait DeclaredTaskSupervisor: Sized + 'static {
    #[doc(hidden)]
    fn slot() -> &'static Slot<Self, Instance<TaskSupervisor>>;

    /// What is declared, and where.
    fn declaration() -> &'static Declaration;

    #[doc(hidden)]
    #[must_use]
    fn options() -> TaskSupervisorOptions {
        TaskSupervisorOptions::default()
    }

    /// A handle on the running instance.
    ///
    /// # Errors
    ///
    /// [`SupervisorError::NotRunning`].
    fn handle() -> Result<TaskSupervisor, SupervisorError> {
        Ok(running(Self::slot(), Self::declaration())?)
    }

    /// As [`TaskSupervisorOptions::start_link`].
    ///
    /// # Errors
    ///
    /// [`StartError::AlreadyStarted`] when an instance runs on this node, and as there.
    fn start_link() -> Result<TaskSupervisor, StartError> {
        task_options::<Self>().start_link()
    }

    /// As [`TaskSupervisor::run`].
    ///
    /// # Errors
    ///
    /// As there.
    fn run<F>(future: F) -> Result<Task<F::Output>, StartError>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        running(Self::slot(), Self::declaration())?.run(future)
    }

    /// As [`TaskSupervisor::run_nolink`].
    ///
    /// # Errors
    ///
    /// As there.
    fn run_nolink<F>(future: F) -> Result<Task<F::Output>, StartError>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        running(Self::slot(), Self::declaration())?.run_nolink(future)
    }

    /// As [`TaskSupervisor::start_child`].
    ///
    /// # Errors
    ///
    /// As there.
    fn start_child<F>(future: F) -> Result<Pid, StartError>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        running(Self::slot(), Self::declaration())?.start_child(future)
    }

    /// As [`TaskSupervisor::start_any`].
    ///
    /// # Errors
    ///
    /// As there.
    ///
    /// # Cancel safety
    ///
    /// As there.
    fn start_any(
        spec: impl Into<AnyChildSpec> + Send,
    ) -> impl Future<Output = Result<Pid, StartError>> + Send {
        async {
            let supervisor = running(Self::slot(), Self::declaration())?;
            supervisor.start_any(spec).await
        }
    }

    /// As [`TaskSupervisor::async_stream`].
    ///
    /// # Errors
    ///
    /// [`StartError::SupervisorNotRunning`].
    fn async_stream<I, F, Fut>(
        items: I,
        body: F,
    ) -> Result<AsyncStream<I::IntoIter, F, Fut::Output>, StartError>
    where
        I: IntoIterator,
        F: FnMut(I::Item) -> Fut,
        Fut: Future<Output: Send> + Send + 'static,
    {
        Ok(running(Self::slot(), Self::declaration())?.async_stream(items, body))
    }

    /// As [`TaskSupervisor::async_stream_nolink`].
    ///
    /// # Errors
    ///
    /// [`StartError::SupervisorNotRunning`].
    fn async_stream_nolink<I, F, Fut>(
        items: I,
        body: F,
    ) -> Result<AsyncStream<I::IntoIter, F, Fut::Output>, StartError>
    where
        I: IntoIterator,
        F: FnMut(I::Item) -> Fut,
        Fut: Future<Output: Send> + Send + 'static,
    {
        Ok(running(Self::slot(), Self::declaration())?.async_stream_nolink(items, body))
    }

    /// As [`TaskSupervisor::terminate_child`].
    ///
    /// # Errors
    ///
    /// As there.
    ///
    /// # Cancel safety
    ///
    /// As there.
    fn terminate_child(pid: Pid) -> impl Future<Output = Result<(), SupervisorError>> + Send {
        async move { Self::handle()?.terminate_child(pid).await }
    }

    /// As [`TaskSupervisor::children`].
    #[must_use]
    fn children() -> Vec<Pid> {
        Self::handle().map_or_else(|_| Vec::new(), |running| running.children())
    }

    /// As [`TaskSupervisor::which_children`].
    #[must_use]
    fn which_children() -> Vec<ChildInfo> {
        Self::handle().map_or_else(|_| Vec::new(), |running| running.which_children())
    }

    /// As [`TaskSupervisor::count_children`].
    #[must_use]
    fn count_children() -> Children {
        Self::handle().map_or_else(|_| Children::default(), |running| running.count_children())
    }

    /// The pid of the running instance.
    #[must_use]
    fn whereis() -> Option<Pid> {
        Self::handle().ok().map(|running| running.pid())
    }
}

impl Running for TaskSupervisor {
    fn running_pid(&self) -> Pid {
        self.pid()
    }
}

/// The options of a declared task supervisor, which takes its type's place when it starts.
#[must_use]
pub fn task_options<D: DeclaredTaskSupervisor>() -> TaskSupervisorOptions {
    fn take<D: DeclaredTaskSupervisor>(running: &DynamicSupervisor) -> Result<Claim, StartError> {
        claim(D::slot(), &TaskSupervisor(running.clone()))
    }
    let mut options = D::options().name(Cow::Borrowed(D::declaration().name));
    options.0.claim = take::<D>;
    options.0.declaration = Some(D::declaration());
    options
}
