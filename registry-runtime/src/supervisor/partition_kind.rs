//! What a partition may be: a server, a dynamic supervisor, a task supervisor.

use std::fmt;
use std::sync::Arc;

use super::child::{AnyChildSpec, BeforeRun, ChildOptions, ChildSpec};
use super::dynamic_process::launch as launch_dynamic;
use super::partition_route::Table;
use super::{DynamicSupervisor, DynamicSupervisorOptions, SupervisorError};
use crate::agent::{Agent, AgentServer};
use crate::gen_server::{self, Address, Client, GenServer};
use crate::process::launch::{LaunchedProc, Place};
use crate::process::{Cell, Proc};
use crate::task::{TaskSupervisor, TaskSupervisorOptions};

/// What a [`PartitionSupervisor`](super::PartitionSupervisor) can have several of: a server whose
/// arguments can be cloned, an [`Agent`], a [`DynamicSupervisor`], a [`TaskSupervisor`].
///
/// # Examples
///
/// ```
/// # use registry_runtime::prelude::*;
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let sups = PartitionSupervisor::builder(DynamicSupervisor::builder()).partitions(2).start().await?;
/// let agent = sups.via("ann")?.start_child(Agent::child_spec(|| 1)).await?;
/// assert_eq!(agent.get(|n| *n).await?, 1);
/// let tasks = PartitionSupervisor::builder(TaskSupervisor::builder()).partitions(2).start().await?;
/// assert_eq!(tasks.via(&7)?.run(async { 1 + 2 })?.await?, 3);
/// # Ok(())
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a partition: it is no server whose arguments can be cloned",
    label = "not a server that can be started several times",
    note = "write `#[gen_server]` on `struct {Self}` and on an `impl` block, and see that its arguments are `Clone`"
)]
pub trait Partition: Sized + 'static {
    /// How one is started.
    type Spec: PartitionSpec;
    /// What `via` leads to: the client of a server, which looks its partition up at each use, or the
    /// supervisor that runs.
    type Via;
    #[doc(hidden)]
    type Running: Clone + Send + Sync + 'static;

    #[doc(hidden)]
    fn child(spec: Self::Spec, seat: Seat<Self>) -> AnyChildSpec;

    #[doc(hidden)]
    fn __lead(route: PartitionKey<Self>) -> Self::Via;
}

/// How the partitions of a [`PartitionSupervisor`](super::PartitionSupervisor) are started: a
/// [`ChildSpec`], [`DynamicSupervisorOptions`], [`TaskSupervisorOptions`].
///
/// Shown in the example of [`Partition`].
///
/// # Elixir
///
/// `:child_spec`.
pub trait PartitionSpec: Clone + Send + 'static {
    /// What is started.
    type Of: Partition<Spec = Self>;
}

/// The place of one partition.
pub struct Seat<S: Partition> {
    pub(super) table: Arc<Table<S::Running>>,
    pub(super) index: usize,
}

impl<S: Partition> Seat<S> {
    fn take(&self, running: S::Running) {
        self.table.seat(self.index, Some(running));
    }
}

impl<S: Partition> Clone for Seat<S> {
    fn clone(&self) -> Self {
        Self {
            table: Arc::clone(&self.table),
            index: self.index,
        }
    }
}

impl<S: Partition> fmt::Debug for Seat<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Seat").field(&self.index).finish()
    }
}

/// A key of a partition supervisor: leads, at each use, to the process that runs in its partition.
///
/// What [`PartitionSupervisor::via`](super::PartitionSupervisor::via) makes of its argument.
pub struct PartitionKey<S: Partition> {
    pub(super) table: Arc<Table<S::Running>>,
    pub(super) number: u128,
}

impl<S: Partition> PartitionKey<S> {
    fn running(&self) -> Option<S::Running> {
        self.table.find(self.number)
    }
}

impl<S: Partition> Clone for PartitionKey<S> {
    fn clone(&self) -> Self {
        Self {
            table: Arc::clone(&self.table),
            number: self.number,
        }
    }
}

impl<S: Partition> fmt::Debug for PartitionKey<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PartitionKey").field(&self.number).finish()
    }
}

impl<S: GenServer> PartitionSpec for ChildSpec<S>
where
    S::Args: Clone,
{
    type Of = S;
}

#[diagnostic::do_not_recommend]
impl<S: GenServer> Partition for S
where
    S::Args: Clone,
{
    type Spec = ChildSpec<S>;
    type Via = S::Client<PartitionKey<S>>;
    type Running = Arc<Cell<S>>;

    fn child(spec: ChildSpec<S>, seat: Seat<S>) -> AnyChildSpec {
        server(spec, seat)
    }

    fn __lead(route: PartitionKey<S>) -> Self::Via {
        Client::new(route).into()
    }
}

/// A partition that is an agent: its server, called by the name that programs have for it.
#[diagnostic::do_not_recommend]
impl<T: Send + 'static> Partition for Agent<T> {
    type Spec = ChildSpec<AgentServer<T>>;
    type Via = Agent<T, PartitionKey<AgentServer<T>>>;
    type Running = Arc<Cell<AgentServer<T>>>;

    fn child(spec: Self::Spec, seat: Seat<Self>) -> AnyChildSpec {
        server(spec, seat)
    }

    fn __lead(route: PartitionKey<Self>) -> Self::Via {
        let PartitionKey { table, number } = route;
        Client::new(PartitionKey { table, number }).into()
    }
}

/// A server, or what has one, in its place.
fn server<S, P>(spec: ChildSpec<S>, seat: Seat<P>) -> AnyChildSpec
where
    S: GenServer<Args: Clone>,
    P: Partition<Running = Arc<Cell<S>>>,
{
    let ChildSpec { args, options, .. } = spec;
    let start = move |place: Place<'_>, before_run: BeforeRun<'_>| {
        let launched = gen_server::launch::<S>(args.clone(), place, &mut |cell| {
            seat.take(Arc::clone(cell));
            before_run(&(Arc::clone(cell) as Arc<dyn Proc>));
        });
        launched.map(LaunchedProc::from)
    };
    AnyChildSpec::starting(S::type_name(), options, start)
}

impl<S: GenServer> Address<S> for PartitionKey<S>
where
    S::Args: Clone,
{
    fn resolve(&self) -> Option<Arc<Cell<S>>> {
        self.running()
    }
}

impl PartitionSpec for DynamicSupervisorOptions {
    type Of = DynamicSupervisor;
}

impl Partition for DynamicSupervisor {
    type Spec = DynamicSupervisorOptions;
    type Via = Result<Self, SupervisorError>;
    type Running = Self;

    fn child(options: DynamicSupervisorOptions, seat: Seat<Self>) -> AnyChildSpec {
        let name = options.name.clone();
        let start = move |place: Place<'_>, before_run: BeforeRun<'_>| {
            let (supervisor, launched) = launch_dynamic(options.clone(), place, before_run)?;
            seat.take(supervisor);
            Ok(LaunchedProc::from(launched))
        };
        AnyChildSpec::starting(name, ChildOptions::supervisor(), start)
    }

    fn __lead(route: PartitionKey<Self>) -> Result<Self, SupervisorError> {
        route
            .running()
            .ok_or_else(|| route.table.not_running().into())
    }
}

impl PartitionSpec for TaskSupervisorOptions {
    type Of = TaskSupervisor;
}

impl Partition for TaskSupervisor {
    type Spec = TaskSupervisorOptions;
    type Via = Result<Self, SupervisorError>;
    type Running = Self;

    fn child(options: TaskSupervisorOptions, seat: Seat<Self>) -> AnyChildSpec {
        let TaskSupervisorOptions(options) = options;
        let name = options.name.clone();
        let start = move |place: Place<'_>, before_run: BeforeRun<'_>| {
            let (supervisor, launched) = launch_dynamic(options.clone(), place, before_run)?;
            seat.take(Self(supervisor));
            Ok(LaunchedProc::from(launched))
        };
        AnyChildSpec::starting(name, ChildOptions::supervisor(), start)
    }

    fn __lead(route: PartitionKey<Self>) -> Result<Self, SupervisorError> {
        route
            .running()
            .ok_or_else(|| route.table.not_running().into())
    }
}
