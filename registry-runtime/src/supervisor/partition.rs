//! `PartitionSupervisor`: several of one kind, side by side, and keys that lead to them.

use std::fmt;
use std::hash::Hash;
use std::sync::Arc;

use super::partition_kind::{Partition, PartitionKey, PartitionSpec};
use super::partition_options::PartitionSupervisorOptions;
use super::partition_route::{Table, number};
use super::{ChildInfo, Children, Running, Supervisor};
use crate::process::{ExitReason, Pid};

/// A supervisor of several servers of one kind, or of several dynamic or task supervisors, among
/// which keys are divided.
///
/// What would be too much for one process is so spread over several, each with the keys that lead to
/// it. A partition that is restarted takes its predecessor's place.
///
/// A handle: cheap to clone, and usable from any task.
///
/// # Examples
///
/// ```
/// use registry_runtime::prelude::*;
///
/// #[gen_server]
/// pub struct Counter { #[default] n: u64 }
///
/// #[gen_server]
/// impl Counter {
///     #[call] fn bump(&mut self) -> u64 { self.n += 1; self.n }
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let counters = PartitionSupervisor::builder(Counter::child_spec()).partitions(4).start_link().await?;
/// counters.via("alice").bump().await?;
/// assert_eq!(counters.via("alice").bump().await?, 2);
/// assert_eq!((counters.partitions(), counters.count_children().active), (4, 4));
/// assert!(counters.which_children()[0].pid().is_some_and(|pid| pid.is_alive()));
/// counters.shutdown().await;
/// assert_eq!(counters.wait().await, ExitReason::Shutdown);
/// # Ok(()) }
/// ```
///
/// # Elixir
///
/// `PartitionSupervisor`.
pub struct PartitionSupervisor<S: Partition> {
    pub(super) supervisor: Supervisor,
    pub(super) table: Arc<Table<S::Running>>,
}

impl<S: Partition> PartitionSupervisor<S> {
    pub(super) fn new(supervisor: Supervisor, table: Arc<Table<S::Running>>) -> Self {
        Self { supervisor, table }
    }

    /// Options to start one with; each partition is started by `spec`.
    ///
    /// Shown in the [example](Self#examples).
    #[must_use]
    pub fn builder<P: PartitionSpec<Of = S>>(spec: P) -> PartitionSupervisorOptions<S>
    where
        S: Partition<Spec = P>,
    {
        PartitionSupervisorOptions::new(spec)
    }

    /// The supervisor's pid.
    #[must_use]
    pub fn pid(&self) -> Pid {
        self.supervisor.pid()
    }

    /// What runs in the partition that `key` leads to.
    ///
    /// Of a server it is a client that looks the partition up at each use: it survives restarts, and
    /// goes elsewhere after a [`resize`](Self::resize). Of a supervisor it is the one that runs now, or
    /// [`SupervisorError::NotRunning`](super::SupervisorError::NotRunning).
    ///
    /// An integer leads to the partition of that number, modulo their number and without its sign;
    /// so does a key that hashes as one integer. Other keys are hashed. Which partition a key leads to
    /// may change in later versions.
    ///
    /// Shown in the [example](Self#examples).
    ///
    /// # Elixir
    ///
    /// `{:via, PartitionSupervisor, {name, key}}`.
    #[must_use]
    pub fn via(&self, key: &(impl Hash + ?Sized)) -> S::Via {
        S::__lead(PartitionKey {
            table: Arc::clone(&self.table),
            number: number(key),
        })
    }

    /// How many partitions keys lead to.
    ///
    /// Shown in the [example](Self#examples).
    ///
    /// # Elixir
    ///
    /// `PartitionSupervisor.partitions/1`.
    #[must_use]
    pub fn partitions(&self) -> usize {
        self.table.open()
    }

    /// The partitions, in their order, with their numbers as ids; those that a resize has ended are
    /// there as stopped.
    ///
    /// Shown in the [example](Self#examples).
    ///
    /// # Elixir
    ///
    /// `PartitionSupervisor.which_children/1`.
    #[must_use]
    pub fn which_children(&self) -> Vec<ChildInfo> {
        self.supervisor.which_children()
    }

    /// How many partitions there are, and how many of them run.
    ///
    /// Shown in the [example](Self#examples).
    ///
    /// # Elixir
    ///
    /// `PartitionSupervisor.count_children/1`.
    #[must_use]
    pub fn count_children(&self) -> Children {
        self.supervisor.count_children()
    }

    /// Ends the partitions in reverse order, then the supervisor, and waits until all are gone.
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
    /// `PartitionSupervisor.stop/1`.
    pub async fn shutdown(&self) {
        self.supervisor.shutdown().await;
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
        self.supervisor.wait().await
    }
}

impl<S: Partition> Clone for PartitionSupervisor<S> {
    fn clone(&self) -> Self {
        Self::new(self.supervisor.clone(), Arc::clone(&self.table))
    }
}

impl<S: Partition> Running for PartitionSupervisor<S> {
    fn running_pid(&self) -> Pid {
        self.pid()
    }
}

impl<S: Partition> fmt::Debug for PartitionSupervisor<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.supervisor.0.name;
        write!(
            f,
            "PartitionSupervisor({name} {}, {} partitions)",
            self.pid(),
            self.partitions()
        )
    }
}
