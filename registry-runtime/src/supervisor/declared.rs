//! Supervisors and trees that `supervision_tree!` declares: types with the functions of the running
//! instance on the current node.
//!
//! The functions are provided here once. What takes a tree's own arguments (`start`, `start_link`,
//! `child_spec`) is written by the macro and calls [`supervisor_spec`] or [`start_tree`].

#![expect(
    clippy::must_use_candidate,
    reason = "what comes back is a future, which is `must_use` by itself"
)]

use std::borrow::Cow;
use std::sync::Arc;

use super::instance::{Claim, Instance, claim, running};
use super::{
    AnyChildSpec, App, ChildInfo, ChildSpec, Children, DynamicSupervisor, DynamicSupervisorOptions,
    Supervisor, SupervisorError, SupervisorSpec,
};
use crate::gen_server::{GenServer, ServerRef, StartError};
use crate::introspect::{Declaration, RegistryId, Step, Tree};
use crate::node::Slot;
use crate::process::Pid;

/// A dynamic supervisor that is declared as a type: written by `dynamic_supervisor!<…>`.
///
/// Each function acts on the instance that runs on the current [`Node`](crate::node::Node). It does
/// what the function of the same name of [`DynamicSupervisor`] does, and is documented there. While no
/// instance runs, a start returns [`StartError::SupervisorNotRunning`], the rest
/// [`SupervisorError::NotRunning`] or nothing.
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

    /// The declared options; see [`DynamicSupervisorOptions`].
    #[doc(hidden)]
    #[must_use]
    fn options() -> DynamicSupervisorOptions {
        DynamicSupervisorOptions::default()
    }

    /// A handle on the running instance.
    ///
    /// # Errors
    ///
    /// [`SupervisorError::NotRunning`].
    fn handle() -> Result<DynamicSupervisor, SupervisorError> {
        Ok(running(Self::slot(), Self::declaration())?)
    }

    /// As [`DynamicSupervisorOptions::start_link`].
    ///
    /// # Errors
    ///
    /// [`StartError::AlreadyStarted`] when an instance runs on this node, and as there.
    fn start_link() -> Result<DynamicSupervisor, StartError> {
        dynamic_options::<Self>().start_link()
    }

    /// As [`DynamicSupervisor::start_child`].
    ///
    /// # Errors
    ///
    /// As there.
    ///
    /// # Cancel safety
    ///
    /// As there.
    fn start_child<S>(
        spec: ChildSpec<S>,
    ) -> impl Future<Output = Result<ServerRef<S>, StartError>> + Send
    where
        S: GenServer,
        S::Args: Clone,
    {
        async {
            let supervisor = running(Self::slot(), Self::declaration())?;
            supervisor.start_child(spec).await
        }
    }

    /// As [`DynamicSupervisor::start_any`].
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

    /// As [`DynamicSupervisor::get_or_start`].
    ///
    /// # Errors
    ///
    /// As there.
    ///
    /// # Cancel safety
    ///
    /// As there.
    fn get_or_start<S>(
        spec: ChildSpec<S>,
    ) -> impl Future<Output = Result<ServerRef<S>, StartError>> + Send
    where
        S: GenServer,
        S::Args: Clone,
    {
        async {
            let supervisor = running(Self::slot(), Self::declaration())?;
            supervisor.get_or_start(spec).await
        }
    }

    /// As [`DynamicSupervisor::terminate_child`].
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

    /// As [`DynamicSupervisor::which_children`].
    #[must_use]
    fn which_children() -> Vec<ChildInfo> {
        Self::handle().map_or_else(|_| Vec::new(), |running| running.which_children())
    }

    /// As [`DynamicSupervisor::count_children`].
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

/// A supervisor or tree that is declared as a type: written by `supervision_tree!`.
///
/// Each function acts on the instance that runs on the current [`Node`](crate::node::Node). It does
/// what the function of the same name of [`Supervisor`] does, and is documented there. While no instance
/// runs, a start returns [`StartError::SupervisorNotRunning`], the rest [`SupervisorError::NotRunning`]
/// or nothing.
///
/// The type itself has `start`, `start_link` and `child_spec`, with the tree's arguments.
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

    /// A handle on the running instance.
    ///
    /// # Errors
    ///
    /// [`SupervisorError::NotRunning`].
    fn handle() -> Result<Supervisor, SupervisorError> {
        Ok(running(Self::slot(), Self::declaration())?)
    }

    /// As [`Supervisor::start_child`].
    ///
    /// # Errors
    ///
    /// As there.
    ///
    /// # Cancel safety
    ///
    /// As there.
    fn start_child<S>(
        spec: ChildSpec<S>,
    ) -> impl Future<Output = Result<ServerRef<S>, StartError>> + Send
    where
        S: GenServer,
        S::Args: Clone,
    {
        async {
            let supervisor = running(Self::slot(), Self::declaration())?;
            supervisor.start_child(spec).await
        }
    }

    /// As [`Supervisor::start_any`].
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

    /// As [`Supervisor::terminate_child`].
    ///
    /// # Errors
    ///
    /// As there.
    ///
    /// # Cancel safety
    ///
    /// As there.
    fn terminate_child(id: &str) -> impl Future<Output = Result<(), SupervisorError>> + Send {
        async move { Self::handle()?.terminate_child(id).await }
    }

    /// As [`Supervisor::restart_child`].
    ///
    /// # Errors
    ///
    /// As there.
    ///
    /// # Cancel safety
    ///
    /// As there.
    fn restart_child(id: &str) -> impl Future<Output = Result<Pid, SupervisorError>> + Send {
        async move { Self::handle()?.restart_child(id).await }
    }

    /// As [`Supervisor::delete_child`].
    ///
    /// # Errors
    ///
    /// As there.
    ///
    /// # Cancel safety
    ///
    /// As there.
    fn delete_child(id: &str) -> impl Future<Output = Result<(), SupervisorError>> + Send {
        async move { Self::handle()?.delete_child(id).await }
    }

    /// As [`Supervisor::which_children`].
    #[must_use]
    fn which_children() -> Vec<ChildInfo> {
        Self::handle().map_or_else(|_| Vec::new(), |running| running.which_children())
    }

    /// As [`Supervisor::count_children`].
    #[must_use]
    fn count_children() -> Children {
        Self::handle().map_or_else(|_| Children::default(), |running| running.count_children())
    }

    /// The pid of the running instance.
    #[must_use]
    fn whereis() -> Option<Pid> {
        Self::handle().ok().map(|running| running.pid())
    }

    /// The tree as it is now, to be displayed; its root alone when no instance runs.
    #[must_use]
    fn tree() -> Tree {
        Tree::of(Self::declaration().name, Self::whereis())
    }
}

/// The options of a declared dynamic supervisor, which takes its type's slot when it starts.
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

/// The specification of a declared supervisor, which takes its type's slot when it starts.
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

/// Starts a tree, linked to no process.
///
/// # Errors
///
/// As [`SupervisorSpec::start`].
pub async fn start_tree<D: DeclaredSupervisor>(args: D::Args) -> Result<App, StartError> {
    supervisor_spec::<D>(args).start().await.map(App::new)
}
