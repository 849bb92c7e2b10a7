//! Task supervisors that macros declare: types with functions of the running instance.

use std::borrow::Cow;

use super::{TaskSupervisor, TaskSupervisorOptions};
use crate::gen_server::StartError;
use crate::introspect::Declaration;
use crate::node::Slot;
use crate::process::Pid;
use crate::supervisor::{
    AnyChildSpec, Claim, DynamicSupervisor, Instance, Running, SupervisorError,
    SupervisorNotRunning, claim,
};

/// A task supervisor that is declared as a type: written by `task_supervisor!<…>`.
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

/// How a supervisor starts a declared task supervisor.
#[must_use]
pub fn task_child_spec<D: DeclaredTaskSupervisor>() -> AnyChildSpec {
    task_options::<D>().into()
}

/// The running instance on the current node.
///
/// # Errors
///
/// [`SupervisorError::NotRunning`].
pub fn task_instance<D: DeclaredTaskSupervisor>() -> Result<TaskSupervisor, SupervisorError> {
    D::slot()
        .get_or_init(Instance::vacant)
        .get()
        .ok_or_else(|| SupervisorNotRunning::declared(D::declaration()).into())
}

/// As [`task_instance`], for those who start a task.
///
/// # Errors
///
/// [`StartError::SupervisorNotRunning`].
pub fn task_running<D: DeclaredTaskSupervisor>() -> Result<TaskSupervisor, StartError> {
    task_instance::<D>().map_err(|_| SupervisorNotRunning::declared(D::declaration()).into())
}
