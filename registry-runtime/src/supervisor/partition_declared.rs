//! Partition supervisors that macros declare: types with functions of the running instance.

#![expect(
    clippy::must_use_candidate,
    reason = "what comes back is a future, which is `must_use` by itself"
)]

use std::borrow::Cow;
use std::hash::Hash;

use super::instance::{Claim, Instance, claim, running};
use super::partition::PartitionSupervisor;
use super::partition_kind::Partition;
use super::partition_options::PartitionSupervisorOptions;
use super::partition_resize::ResizeError;
use super::{ChildInfo, Children, SupervisorError, SupervisorSpec};
use crate::gen_server::StartError;
use crate::introspect::{Declaration, Step};
use crate::node::Slot;
use crate::process::Pid;
use crate::registry::Partitions;

/// A partition supervisor that is declared as a type: written by `partition_supervisor!<…>`.
///
/// Each function acts on the instance that runs on the current [`Node`](crate::node::Node). It does
/// what the function of the same name of [`PartitionSupervisor`] does, and is documented there.
///
/// Written by [`supervision_tree!`](macro@crate::supervision_tree), where it is shown.
///
/// # Elixir
///
/// `{PartitionSupervisor, name: …}`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a declared partition supervisor",
    label = "not declared by `partition_supervisor!<…>`",
    note = "declare it in a tree: `partition_supervisor!<pub {Self}> {{ Server() }};`"
)]
pub trait DeclaredPartitionSupervisor: Sized + 'static {
    /// What it has several of.
    type Of: Partition;
    #[doc(hidden)]
    const STEPS: &'static [Step] = &[];

    #[doc(hidden)]
    fn slot() -> &'static Slot<Self, Instance<PartitionSupervisor<Self::Of>>>;

    /// What is declared, and where.
    fn declaration() -> &'static Declaration;

    /// The partitions and their options.
    fn options() -> PartitionSupervisorOptions<Self::Of>;

    /// A handle on the running instance.
    ///
    /// # Errors
    ///
    /// [`SupervisorError::NotRunning`].
    fn handle() -> Result<PartitionSupervisor<Self::Of>, SupervisorError> {
        Ok(running(Self::slot(), Self::declaration())?)
    }

    /// As [`PartitionSupervisorOptions::start_link`].
    ///
    /// # Errors
    ///
    /// [`StartError::AlreadyStarted`] when an instance runs on this node, and as there.
    ///
    /// # Cancel safety
    ///
    /// As there.
    fn start_link() -> impl Future<Output = Result<PartitionSupervisor<Self::Of>, StartError>> + Send
    {
        partition_options::<Self>().start_link()
    }

    /// As [`PartitionSupervisor::partitions`]; 0 while no instance runs.
    #[must_use]
    fn partitions() -> usize {
        Self::handle().map_or(0, |running| running.partitions())
    }

    /// As [`PartitionSupervisor::resize`].
    ///
    /// # Errors
    ///
    /// As there.
    ///
    /// # Cancel safety
    ///
    /// As there.
    fn resize(partitions: usize) -> impl Future<Output = Result<usize, ResizeError>> + Send {
        async move { Self::handle()?.resize(partitions).await }
    }

    /// As [`PartitionSupervisor::which_children`].
    #[must_use]
    fn which_children() -> Vec<ChildInfo> {
        Self::handle().map_or_else(|_| Vec::new(), |running| running.which_children())
    }

    /// As [`PartitionSupervisor::count_children`].
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

/// The types in the functions of a declared one.
///
/// By way of this trait, and the functions below by way of generics, so that the compiler tells but once,
/// where it is written, of what is no partition.
pub trait Types: DeclaredPartitionSupervisor {
    /// The running one.
    type Running;
    /// What it is started with.
    type Options;
    /// What a key leads to.
    type Via;
    /// Its place.
    type Slot: 'static;
}

impl<D: DeclaredPartitionSupervisor> Types for D {
    type Running = PartitionSupervisor<D::Of>;
    type Options = PartitionSupervisorOptions<D::Of>;
    type Via = <D::Of as Partition>::Via;
    type Slot = Slot<D, Instance<PartitionSupervisor<D::Of>>>;
}

/// The options of `D`: how each partition is started, given its number; how many there are; and the strategy and
/// the rest.
#[must_use]
pub fn options<D, F>(
    partitions: Option<Partitions>,
    policy: SupervisorSpec,
    spec: F,
) -> PartitionSupervisorOptions<D::Of>
where
    D: DeclaredPartitionSupervisor,
    F: Fn(usize) -> <D::Of as Partition>::Spec + Clone + Send + 'static,
{
    PartitionSupervisorOptions::declared(partitions.unwrap_or_default(), policy, spec)
}

/// The options of a declared partition supervisor, which takes its type's slot when it starts.
#[must_use]
pub fn partition_options<D: DeclaredPartitionSupervisor>() -> PartitionSupervisorOptions<D::Of> {
    fn take<D: DeclaredPartitionSupervisor>(
        running: &PartitionSupervisor<D::Of>,
    ) -> Result<Claim, StartError> {
        claim(D::slot(), running)
    }
    let mut options = D::options().name(Cow::Borrowed(D::declaration().name));
    options.claim = take::<D>;
    options.supervisor.declaration = Some(D::declaration());
    options
}

/// As [`PartitionSupervisor::via`], of the running instance.
///
/// # Errors
///
/// [`SupervisorError::NotRunning`].
pub fn via<D: DeclaredPartitionSupervisor>(
    key: &(impl Hash + ?Sized),
) -> Result<<D::Of as Partition>::Via, SupervisorError> {
    D::handle().map(|running| running.via(key))
}
