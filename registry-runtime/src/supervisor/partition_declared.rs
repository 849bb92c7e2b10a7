//! Partition supervisors that macros declare: types with functions of the running instance.

use std::borrow::Cow;

use super::instance::{Claim, Instance, claim};
use super::partition::PartitionSupervisor;
use super::partition_kind::Partition;
use super::partition_options::PartitionSupervisorOptions;
use super::{AnyChildSpec, SupervisorError, SupervisorNotRunning};
use crate::gen_server::StartError;
use crate::introspect::{Declaration, Step};
use crate::node::Slot;

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

/// The options of a declared partition supervisor, which takes its type's place when it starts.
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

/// How a supervisor starts a declared partition supervisor.
#[must_use]
pub fn partition_child_spec<D: DeclaredPartitionSupervisor>() -> AnyChildSpec {
    partition_options::<D>().into()
}

/// The running instance on the current node.
///
/// # Errors
///
/// [`SupervisorError::NotRunning`].
pub fn partition_instance<D: DeclaredPartitionSupervisor>()
-> Result<PartitionSupervisor<D::Of>, SupervisorError> {
    D::slot()
        .get_or_init(Instance::vacant)
        .get()
        .ok_or_else(|| SupervisorNotRunning::declared(D::declaration()).into())
}
