//! What a partition supervisor is started with.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::child::{AnyChildSpec, BeforeRun, ChildOptions};
use super::instance::Claim;
use super::partition::PartitionSupervisor;
use super::partition_kind::{Partition, Seat};
use super::partition_route::Table;
use super::process::{SupervisorProcess, launch};
use super::{Strategy, SupervisorNotRunning, SupervisorSpec};
use crate::gen_server::StartError;
use crate::process::ExitReason;
use crate::process::launch::{Launched, LaunchedProc, Place, launch_here};
use crate::registry::{Partitions, RegistryOptions};

/// What a partition supervisor is to be: its partitions and its options.
///
/// # Examples
///
/// ```
/// # use registry_runtime::prelude::*;
/// use std::time::Duration;
///
/// #[gen_server]
/// struct Shard { number: usize }
///
/// #[gen_server]
/// impl Shard {
///     #[call] fn number(&self) -> usize { self.number }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let shards = PartitionSupervisor::builder(Shard::child_spec(0))
///     .with_arguments(Shard::child_spec)  // each with its own number, from 0
///     .partitions(4)
///     .name("shards")
///     .strategy(Strategy::OneForOne)
///     .max_restarts(10)
///     .within(Duration::from_secs(1))
///     .start()
///     .await?;
/// assert_eq!(shards.via(&6).number().await?, 6 % 4);
/// shards.shutdown().await;
/// # Ok(())
/// # }
/// ```
///
/// # Elixir
///
/// The options of `PartitionSupervisor.start_link/1`; `:auto_shutdown` can only be `:never` there.
pub struct PartitionSupervisorOptions<S: Partition> {
    partitions: Partitions,
    specs: Box<dyn Specs<S>>,
    /// Holds the strategy and the rest, and no children.
    pub(super) supervisor: SupervisorSpec,
    pub(super) claim: fn(&PartitionSupervisor<S>) -> Result<Claim, StartError>,
}

/// Makes the specification of each partition.
trait Specs<S: Partition>: Send {
    fn spec(&self, partition: usize) -> S::Spec;
    fn boxed(&self) -> Box<dyn Specs<S>>;
}

impl<S: Partition, F> Specs<S> for F
where
    F: Fn(usize) -> S::Spec + Clone + Send + 'static,
{
    fn spec(&self, partition: usize) -> S::Spec {
        self(partition)
    }

    fn boxed(&self) -> Box<dyn Specs<S>> {
        Box::new(self.clone())
    }
}

impl<S: Partition> PartitionSupervisorOptions<S> {
    pub(super) fn new(spec: S::Spec) -> Self {
        Self {
            partitions: Partitions::default(),
            specs: Box::new(move |_| spec.clone()),
            supervisor: SupervisorSpec::new("PartitionSupervisor"),
            claim: |_| Ok(Claim::none()),
        }
    }

    /// The options of a declared one.
    pub(super) fn declared<F>(partitions: Partitions, policy: SupervisorSpec, spec: F) -> Self
    where
        F: Fn(usize) -> S::Spec + Clone + Send + 'static,
    {
        Self {
            partitions,
            specs: Box::new(spec),
            supervisor: policy,
            claim: |_| Ok(Claim::none()),
        }
    }

    /// Says how many partitions there are: a number from 1 to 4096, or
    /// [`Partitions::Schedulers`], the default.
    ///
    /// Shown in the [example](Self#examples).
    #[must_use]
    pub fn partitions(mut self, partitions: impl Into<Partitions>) -> Self {
        self.partitions = partitions.into();
        self
    }

    /// Has each partition started by a specification of its own, which is given its number, from 0.
    ///
    /// Shown in the [example](Self#examples).
    ///
    /// # Elixir
    ///
    /// `:with_arguments`.
    #[must_use]
    pub fn with_arguments<F>(mut self, spec: F) -> Self
    where
        F: Fn(usize) -> S::Spec + Clone + Send + 'static,
    {
        self.specs = Box::new(spec);
        self
    }

    /// Names the supervisor in trees and reports.
    ///
    /// Shown in the [example](Self#examples).
    #[must_use]
    pub fn name(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.supervisor.name = name.into();
        self
    }

    /// Says which partitions are started again with one that ended; that one alone unless it is
    /// called.
    ///
    /// Shown in the [example](Self#examples).
    #[must_use]
    pub fn strategy(mut self, strategy: Strategy) -> Self {
        self.supervisor.strategy = strategy;
        self
    }

    /// How many restarts it takes within [`within`](Self::within) before it gives up; 3 unless it
    /// is called.
    ///
    /// Shown in the [example](Self#examples).
    #[must_use]
    pub fn max_restarts(mut self, most: u32) -> Self {
        self.supervisor.max_restarts = most;
        self
    }

    /// The window that restarts are counted in; five seconds unless it is called.
    ///
    /// Shown in the [example](Self#examples).
    #[must_use]
    pub fn within(mut self, window: Duration) -> Self {
        self.supervisor.within = window;
        self
    }

    /// Starts the supervisor and its partitions, linked to the running process if there is one.
    ///
    /// Shown in the [example](Self#examples).
    ///
    /// # Errors
    ///
    /// [`StartError::Child`] names the partition that did not start, by its number; those before it
    /// have been ended. [`StartError::Init`] with an [`OptionError`](crate::registry::OptionError)
    /// for a number of partitions that cannot be, [`StartError::NoRuntime`] and [`StartError::NoTimers`].
    ///
    /// # Cancel safety
    ///
    /// Once polled, the supervisor starts even if the wait is given up.
    ///
    /// # Elixir
    ///
    /// `PartitionSupervisor.start_link/1`.
    pub async fn start_link(self) -> Result<PartitionSupervisor<S>, StartError> {
        self.start_with(true).await
    }

    /// As [`start_link`](Self::start_link), linked to nobody.
    ///
    /// Shown in the [example](Self#examples).
    ///
    /// # Errors
    ///
    /// As [`start_link`](Self::start_link).
    ///
    /// # Cancel safety
    ///
    /// As [`start_link`](Self::start_link).
    pub async fn start(self) -> Result<PartitionSupervisor<S>, StartError> {
        self.start_with(false).await
    }

    async fn start_with(self, link: bool) -> Result<PartitionSupervisor<S>, StartError> {
        let (partitions, launched) = launch_here(link, |place| self.launch(place, &mut |_| ()))?;
        if let Some(init) = launched.init {
            init.done(None).await?;
        }
        Ok(partitions)
    }

    fn launch(
        &self,
        place: Place<'_>,
        before_run: BeforeRun<'_>,
    ) -> Result<(PartitionSupervisor<S>, Launched<SupervisorProcess>), StartError> {
        let count = RegistryOptions::default()
            .partitions(self.partitions)
            .count();
        let count = count.map_err(|error| StartError::Init(ExitReason::error(error)))?;
        let Self { supervisor, .. } = self;
        let not_running = SupervisorNotRunning::new(&supervisor.name, supervisor.declaration);
        let table = Arc::new(Table::new(count, not_running));
        let mut spec = self.supervisor.clone();
        for index in 0..count {
            let seat = Seat {
                table: Arc::clone(&table),
                index,
            };
            let child = S::child(self.specs.spec(index), seat);
            spec = spec.child(child.id(index.to_string()));
        }
        let (claim, seats) = (self.claim, Arc::clone(&table));
        spec.claim = Arc::new(move |running| {
            claim(&PartitionSupervisor::new(
                running.clone(),
                Arc::clone(&seats),
            ))
        });
        let (supervisor, launched) = launch(spec, place, before_run)?;
        Ok((PartitionSupervisor::new(supervisor, table), launched))
    }
}

impl<S: Partition> Clone for PartitionSupervisorOptions<S> {
    fn clone(&self) -> Self {
        Self {
            partitions: self.partitions,
            specs: self.specs.boxed(),
            supervisor: self.supervisor.clone(),
            claim: self.claim,
        }
    }
}

impl<S: Partition> From<PartitionSupervisorOptions<S>> for AnyChildSpec {
    fn from(options: PartitionSupervisorOptions<S>) -> Self {
        let name = options.supervisor.name.clone();
        let start = move |place: Place<'_>, before_run: BeforeRun<'_>| {
            options
                .launch(place, before_run)
                .map(|(_, launched)| LaunchedProc::from(launched))
        };
        Self::starting(name, ChildOptions::supervisor(), start)
    }
}

impl<S: Partition> fmt::Debug for PartitionSupervisorOptions<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PartitionSupervisorOptions")
            .field("partitions", &self.partitions)
            .field("supervisor", &self.supervisor)
            .finish_non_exhaustive()
    }
}
