//! Supervisors and trees that macros declare: types with functions of the running instance.

use std::borrow::Cow;
use std::sync::Arc;

use super::instance::{Claim, Instance, claim};
use super::{
    AnyChildSpec, App, DynamicSupervisor, DynamicSupervisorOptions, Supervisor, SupervisorError,
    SupervisorNotRunning, SupervisorSpec,
};
use crate::gen_server::StartError;
use crate::introspect::{Declaration, RegistryId, Step, Tree};
use crate::node::Slot;

/// A dynamic supervisor that is declared as a type: written by `dynamic_supervisor!<…>`.
///
/// Written by [`supervision_tree!`](macro@crate::supervision_tree), where it is shown.
///
/// # Elixir
///
/// `{DynamicSupervisor, name: …}`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a declared dynamic supervisor",
    label = "not declared by `dynamic_supervisor!<…>`",
    note = "declare it in a tree: `dynamic_supervisor!<pub {Self}>;`"
)]
pub trait DeclaredDynamicSupervisor: Sized + 'static {
    #[doc(hidden)]
    const STEPS: &'static [Step] = &[];

    #[doc(hidden)]
    fn slot() -> &'static Slot<Self, Instance<DynamicSupervisor>>;

    /// What is declared, and where.
    fn declaration() -> &'static Declaration;

    #[doc(hidden)]
    #[must_use]
    fn options() -> DynamicSupervisorOptions {
        DynamicSupervisorOptions::default()
    }
}

/// A supervisor or tree that is declared as a type: written by `supervision_tree!`.
///
/// Written by [`supervision_tree!`](macro@crate::supervision_tree), where it is shown.
///
/// # Elixir
///
/// A module with `use Supervisor`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a declared supervisor",
    label = "not declared by `supervision_tree!` or `supervisor!<…>`",
    note = "declare it: `supervision_tree! {{ pub {Self}; … }}`"
)]
pub trait DeclaredSupervisor: Sized + 'static {
    /// What it is started with.
    type Args: Clone + Send + 'static;
    #[doc(hidden)]
    const STEPS: &'static [Step] = &[];
    #[doc(hidden)]
    const REQUIRES: &'static [RegistryId] = &[];

    #[doc(hidden)]
    fn slot() -> &'static Slot<Self, Instance<Supervisor>>;

    /// What is declared, and where.
    fn declaration() -> &'static Declaration;

    /// The supervisor with its children.
    fn spec(args: Self::Args) -> SupervisorSpec;
}

/// The options of a declared dynamic supervisor, which takes its type's place when it starts.
#[must_use]
pub fn dynamic_options<D: DeclaredDynamicSupervisor>() -> DynamicSupervisorOptions {
    fn take<D: DeclaredDynamicSupervisor>(
        running: &DynamicSupervisor,
    ) -> Result<Claim, StartError> {
        claim(D::slot(), running)
    }
    let mut options = D::options().name(Cow::Borrowed(D::declaration().name));
    options.claim = take::<D>;
    options.declaration = Some(D::declaration());
    options
}

/// How a supervisor starts a declared dynamic supervisor.
#[must_use]
pub fn dynamic_child_spec<D: DeclaredDynamicSupervisor>() -> AnyChildSpec {
    dynamic_options::<D>().into()
}

/// The running instance on the current node.
///
/// # Errors
///
/// [`SupervisorError::NotRunning`].
pub fn dynamic_instance<D: DeclaredDynamicSupervisor>() -> Result<DynamicSupervisor, SupervisorError>
{
    D::slot()
        .get_or_init(Instance::vacant)
        .get()
        .ok_or_else(|| SupervisorNotRunning::declared(D::declaration()).into())
}

/// The specification of a declared supervisor, which takes its type's place when it starts.
#[must_use]
pub fn supervisor_spec<D: DeclaredSupervisor>(args: D::Args) -> SupervisorSpec {
    fn take<D: DeclaredSupervisor>(running: &Supervisor) -> Result<Claim, StartError> {
        claim(D::slot(), running)
    }
    let mut spec = D::spec(args);
    spec.name = Cow::Borrowed(D::declaration().name);
    spec.claim = Arc::new(take::<D>);
    spec.declaration = Some(D::declaration());
    spec
}

/// The running instance on the current node.
///
/// # Errors
///
/// [`SupervisorError::NotRunning`].
pub fn supervisor_instance<D: DeclaredSupervisor>() -> Result<Supervisor, SupervisorError> {
    D::slot()
        .get_or_init(Instance::vacant)
        .get()
        .ok_or_else(|| SupervisorNotRunning::declared(D::declaration()).into())
}

/// The living tree under a declared supervisor; empty when it does not run.
#[must_use]
pub fn tree<D: DeclaredSupervisor>() -> Tree {
    let running = supervisor_instance::<D>().ok();
    Tree::of(D::declaration().name, running.map(|running| running.pid()))
}

/// As [`dynamic_instance`], for those who start a child.
///
/// # Errors
///
/// [`StartError::SupervisorNotRunning`].
pub fn dynamic_running<D: DeclaredDynamicSupervisor>() -> Result<DynamicSupervisor, StartError> {
    dynamic_instance::<D>().map_err(|_| SupervisorNotRunning::declared(D::declaration()).into())
}

/// As [`supervisor_instance`], for those who start a child.
///
/// # Errors
///
/// [`StartError::SupervisorNotRunning`].
pub fn supervisor_running<D: DeclaredSupervisor>() -> Result<Supervisor, StartError> {
    supervisor_instance::<D>().map_err(|_| SupervisorNotRunning::declared(D::declaration()).into())
}

/// Starts a tree, linked to nobody.
///
/// # Errors
///
/// What the start of a supervisor can come to.
pub async fn start_tree<D: DeclaredSupervisor>(args: D::Args) -> Result<App, StartError> {
    supervisor_spec::<D>(args).start().await.map(App::new)
}
