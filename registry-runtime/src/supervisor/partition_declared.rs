//! Partition supervisors that macros declare: types with functions of the running instance.

use std::borrow::Cow;
use std::hash::Hash;

use super::instance::{Claim, Instance, claim};
use super::partition::PartitionSupervisor;
use super::partition_kind::Partition;
use super::partition_options::PartitionSupervisorOptions;
use super::partition_resize::ResizeError;
use super::{
    AnyChildSpec, ChildInfo, Children, SupervisorError, SupervisorNotRunning, SupervisorSpec,
};
use crate::gen_server::StartError;
use crate::introspect::{Declaration, Step};
use crate::node::Slot;
use crate::process::Pid;
use crate::registry::Partitions;

/// A partition supervisor that is declared as a type: written by `partition_supervisor!<…>`.
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

/// The options of a declared one, which takes its type's place when it starts.
fn named<D: DeclaredPartitionSupervisor>() -> PartitionSupervisorOptions<D::Of> {
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

/// How a supervisor starts a declared partition supervisor.
#[must_use]
pub fn child_spec<D: DeclaredPartitionSupervisor>() -> AnyChildSpec {
    named::<D>().into()
}

/// The running instance on the current node.
///
/// # Errors
///
/// [`SupervisorError::NotRunning`].
pub fn handle<D: DeclaredPartitionSupervisor>()
-> Result<PartitionSupervisor<D::Of>, SupervisorError> {
    D::slot()
        .get_or_init(Instance::vacant)
        .get()
        .ok_or_else(|| SupervisorNotRunning::declared(D::declaration()).into())
}

/// Starts it, linked.
///
/// # Errors
///
/// [`StartError::Child`], [`StartError::AlreadyStarted`], [`StartError::NoRuntime`].
pub async fn start_link<D: DeclaredPartitionSupervisor>()
-> Result<PartitionSupervisor<D::Of>, StartError> {
    named::<D>().start_link().await
}

/// What a key leads to.
///
/// # Errors
///
/// [`SupervisorError::NotRunning`].
pub fn via<D: DeclaredPartitionSupervisor>(
    key: &(impl Hash + ?Sized),
) -> Result<<D::Of as Partition>::Via, SupervisorError> {
    handle::<D>().map(|running| running.via(key))
}

/// How many there are.
#[must_use]
pub fn partitions<D: DeclaredPartitionSupervisor>() -> usize {
    handle::<D>().map_or(0, |running| running.partitions())
}

/// Changes how many there are.
///
/// # Errors
///
/// [`ResizeError`].
pub async fn resize<D: DeclaredPartitionSupervisor>(
    partitions: usize,
) -> Result<usize, ResizeError> {
    handle::<D>()?.resize(partitions).await
}

/// The partitions.
#[must_use]
pub fn which_children<D: DeclaredPartitionSupervisor>() -> Vec<ChildInfo> {
    handle::<D>().map_or_else(|_| Vec::new(), |running| running.which_children())
}

/// How many run.
#[must_use]
pub fn count_children<D: DeclaredPartitionSupervisor>() -> Children {
    handle::<D>().map_or_else(|_| Children::default(), |running| running.count_children())
}

/// The supervisor's pid.
#[must_use]
pub fn whereis<D: DeclaredPartitionSupervisor>() -> Option<Pid> {
    handle::<D>().ok().map(|running| running.pid())
}
