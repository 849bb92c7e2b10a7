//! `Supervisor`: children in an order, started one after the other and ended in reverse.

use std::any::Any;
use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::child::AnyChildSpec;
use super::children::Registered;
use super::instance::Claim;
use super::process::{Request, SupervisorProcess, launch};
use super::stop::shut_down;
use super::{
    AutoShutdown, ChildInfo, ChildSpec, Children, Strategy, SupervisorError, SupervisorNotRunning,
};
use crate::gen_server::{Client, GenServer, ServerRef, StartError};
use crate::introspect::Declaration;
use crate::node::Node;
use crate::process::launch::{Parent, Place, launch_here};
use crate::process::reply::reply_slot;
use crate::process::runtime::Runtime;
use crate::process::{Actor, Cell, ExitReason, Pid, Proc, ReplyTo, deadlock, exit};
use crate::sync::Mutex;

/// What a supervisor is to be: its options and its children, in the order they start in.
///
/// # Examples
///
/// ```
/// # use registry_runtime::prelude::*;
/// use std::time::Duration;
///
/// #[gen_server]
/// struct Step { number: u32 }
///
/// #[gen_server]
/// impl Step {}
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let spec = SupervisorSpec::new("steps")  // or `Supervisor::builder`
///     .strategy(Strategy::RestForOne)
///     .max_restarts(10)
///     .within(Duration::from_secs(1))
///     .child(Step::child_spec(1).id("one"))
///     .child(Step::child_spec(2).id("two"));
/// let steps = spec.start().await?;
/// assert_eq!(steps.count_children().active, 2);
/// steps.shutdown().await;
/// # Ok(())
/// # }
/// ```
///
/// # Elixir
///
/// What `Supervisor.init/2` returns.
#[derive(Clone)]
pub struct SupervisorSpec {
    pub(crate) name: Cow<'static, str>,
    pub(crate) strategy: Strategy,
    pub(crate) max_restarts: u32,
    pub(crate) within: Duration,
    pub(crate) auto_shutdown: AutoShutdown,
    pub(crate) children: Vec<AnyChildSpec>,
    pub(crate) declaration: Option<&'static Declaration>,
    pub(crate) claim: ClaimFn,
}

/// Puts a supervisor in the place of a declared one.
pub(crate) type ClaimFn = Arc<dyn Fn(&Supervisor) -> Result<Claim, StartError> + Send + Sync>;

impl SupervisorSpec {
    /// A supervisor without children: one for one, three restarts within five seconds.
    ///
    /// Shown in the [example](Self#examples).
    #[must_use]
    pub fn new(name: impl Into<Cow<'static, str>>) -> Self {
        Self {
            name: name.into(),
            strategy: Strategy::default(),
            max_restarts: 3,
            within: Duration::from_secs(5),
            auto_shutdown: AutoShutdown::default(),
            children: Vec::new(),
            declaration: None,
            claim: Arc::new(|_| Ok(Claim::none())),
        }
    }

    /// Says which children are started again with one that ended.
    ///
    /// Shown in the [example](Self#examples).
    #[must_use]
    pub fn strategy(mut self, strategy: Strategy) -> Self {
        self.strategy = strategy;
        self
    }

    /// How many restarts it takes within [`within`](Self::within) before it gives up.
    ///
    /// Shown in the [example](Self#examples).
    #[must_use]
    pub fn max_restarts(mut self, most: u32) -> Self {
        self.max_restarts = most;
        self
    }

    /// The window that restarts are counted in.
    ///
    /// Shown in the [example](Self#examples).
    #[must_use]
    pub fn within(mut self, window: Duration) -> Self {
        self.within = window;
        self
    }

    /// Whether it ends by itself when its significant children have.
    ///
    /// Shown in the [example](Self#examples).
    #[must_use]
    pub fn auto_shutdown(mut self, auto_shutdown: AutoShutdown) -> Self {
        self.auto_shutdown = auto_shutdown;
        self
    }

    /// Adds a child, started after those before it.
    ///
    /// Shown in the [example](Self#examples).
    #[must_use]
    pub fn child(mut self, spec: impl Into<AnyChildSpec>) -> Self {
        self.children.push(spec.into());
        self
    }

    /// Starts the supervisor and its children, linked to the running process if there is one.
    ///
    /// Shown in the [example](Self#examples).
    ///
    /// # Errors
    ///
    /// [`StartError::Child`] names the child that did not start; those before it have been ended,
    /// in reverse. [`StartError::NoRuntime`] and [`StartError::NoTimers`].
    ///
    /// # Cancel safety
    ///
    /// Once polled, the supervisor starts even if the wait is given up.
    ///
    /// # Elixir
    ///
    /// `Supervisor.start_link/2`.
    pub async fn start_link(self) -> Result<Supervisor, StartError> {
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
    pub async fn start(self) -> Result<Supervisor, StartError> {
        self.start_with(false).await
    }

    async fn start_with(self, link: bool) -> Result<Supervisor, StartError> {
        let (supervisor, launched) = launch_here(link, |place| launch(self, place, &mut |_| ()))?;
        if let Some(init) = launched.init {
            init.done(None).await?;
        }
        Ok(supervisor)
    }
}

impl fmt::Debug for SupervisorSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SupervisorSpec")
            .field("name", &self.name)
            .field("strategy", &self.strategy)
            .field("children", &self.children)
            .finish_non_exhaustive()
    }
}

/// A running supervisor.
///
/// A handle: cheap to clone, and usable from any task. Requests are served one after the other by
/// the supervisor's process; while it starts or ends a child, they wait.
///
/// # Examples
///
/// ```
/// # use registry_runtime::prelude::*;
/// #[gen_server]
/// struct Clerk { #[default] served: u32 }
///
/// #[gen_server]
/// impl Clerk {
///     #[call] fn serve(&mut self) -> u32 { self.served += 1; self.served }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let office = Supervisor::builder("office").strategy(Strategy::OneForAll).start().await?;
/// let clerk = office.start_child(Clerk::child_spec().id("front").restart(Restart::Transient)).await?;
/// assert_eq!(clerk.serve().await?, 1);
/// office.terminate_child("front").await?;
/// assert!(!clerk.is_alive());
/// let pid = office.restart_child("front").await?;
/// assert_eq!(office.which_children()[0].pid(), Some(pid));
/// office.terminate_child("front").await?;
/// office.delete_child("front").await?;
/// office.start_any(Agent::child_spec(|| 0)).await?;  // of another kind: its pid
/// assert_eq!(office.count_children().active, 1);
/// office.shutdown().await;
/// # Ok(())
/// # }
/// ```
///
/// # Elixir
///
/// `Supervisor`.
#[derive(Clone)]
pub struct Supervisor(pub(crate) Arc<Shared>);

pub(crate) struct Shared {
    pub(crate) name: Cow<'static, str>,
    pub(crate) declaration: Option<&'static Declaration>,
    pub(crate) strategy: Strategy,
    pub(crate) auto_shutdown: AutoShutdown,
    pub(crate) process: Arc<Cell<SupervisorProcess>>,
    pub(crate) node: Node,
    pub(crate) runtime: Arc<Runtime>,
    pub(crate) children: Mutex<Registered>,
}

impl Shared {
    pub(crate) fn not_running(&self) -> SupervisorNotRunning {
        SupervisorNotRunning::new(&self.name, self.declaration)
    }

    pub(crate) fn place(&self) -> Place<'_> {
        Place::new(
            &self.node,
            &self.runtime,
            Parent::Supervisor(&*self.process),
        )
    }
}

impl Supervisor {
    /// A specification to start one from.
    ///
    /// Shown in the [example](Self#examples).
    pub fn builder(name: impl Into<Cow<'static, str>>) -> SupervisorSpec {
        SupervisorSpec::new(name)
    }

    /// The supervisor's pid.
    #[must_use]
    pub fn pid(&self) -> Pid {
        self.0.process.header.pid
    }

    async fn ask<T: Send + 'static>(
        &self,
        request: impl FnOnce(ReplyTo<T>) -> Request,
    ) -> Result<T, SupervisorError> {
        let (reply, mut awaiting) = reply_slot();
        awaiting
            .will_ask(&self.0.process.header, SupervisorProcess::type_name, None)
            .map_err(SupervisorError::Deadlock)?;
        let sent = self.0.process.send(request(reply));
        sent.map_err(|_| self.0.not_running())?;
        awaiting
            .recv()
            .await
            .map_err(|_| self.0.not_running().into())
    }

    /// Starts a server as the last child.
    ///
    /// Shown in the [example](Self#examples).
    ///
    /// # Errors
    ///
    /// What starting the server can come to; [`StartError::AlreadyStarted`] when a child with this
    /// id runs, [`StartError::DuplicateId`] when one is known that does not;
    /// [`StartError::NotSignificant`]; [`StartError::SupervisorNotRunning`];
    /// [`StartError::Deadlock`] from the `init` of one of its children, which it waits for.
    ///
    /// # Cancel safety
    ///
    /// Once polled, the child is started even if the wait is given up.
    ///
    /// # Elixir
    ///
    /// `Supervisor.start_child/2`.
    pub async fn start_child<S: GenServer>(
        &self,
        spec: ChildSpec<S>,
    ) -> Result<ServerRef<S>, StartError>
    where
        S::Args: Clone,
    {
        let process = self.start_process(spec.into()).await?;
        let any: Arc<dyn Any + Send + Sync> = process;
        match any.downcast::<Cell<S>>() {
            Ok(cell) => Ok(Client::local(cell).into()),
            Err(_) => Err(self.0.not_running().into()),
        }
    }

    /// Starts a child of any kind as the last one.
    ///
    /// Shown in the [example](Self#examples).
    ///
    /// # Errors
    ///
    /// As [`start_child`](Self::start_child).
    ///
    /// # Cancel safety
    ///
    /// As [`start_child`](Self::start_child).
    pub async fn start_any(&self, spec: impl Into<AnyChildSpec>) -> Result<Pid, StartError> {
        let process = self.start_process(spec.into()).await?;
        Ok(process.header().pid)
    }

    async fn start_process(&self, spec: AnyChildSpec) -> Result<Arc<dyn Proc>, StartError> {
        let started = self.ask(|reply| Request::Start(spec, reply)).await;
        started.unwrap_or_else(|error| match error {
            SupervisorError::Deadlock(path) => Err(StartError::Deadlock(path)),
            _ => Err(self.0.not_running().into()),
        })
    }

    /// Ends a child, and keeps its specification for [`restart_child`](Self::restart_child); that
    /// of a temporary child is deleted.
    ///
    /// Shown in the [example](Self#examples).
    ///
    /// # Errors
    ///
    /// [`SupervisorError::NotFound`], [`SupervisorError::NotRunning`]; [`SupervisorError::Deadlock`] in the
    /// `init` or the `terminate` of a process that is to end by this.
    ///
    /// # Cancel safety
    ///
    /// Once polled, the child is ended even if the wait is given up.
    ///
    /// # Elixir
    ///
    /// `Supervisor.terminate_child/2`.
    pub async fn terminate_child(&self, id: &str) -> Result<(), SupervisorError> {
        let running = self.0.children.lock().running(id);
        let held = running.and_then(deadlock::end_of);
        if let Some(path) = held.and_then(|held| held.path_of_the_ending()) {
            return Err(SupervisorError::Deadlock(path));
        }
        self.ask(|reply| Request::Terminate(id.into(), reply))
            .await?
    }

    /// Starts a child again that has ended.
    ///
    /// Shown in the [example](Self#examples).
    ///
    /// # Errors
    ///
    /// [`SupervisorError::Running`], [`SupervisorError::Restarting`],
    /// [`SupervisorError::NotFound`], [`SupervisorError::NotRunning`], and
    /// [`SupervisorError::Start`] when it does not start.
    ///
    /// # Cancel safety
    ///
    /// Once polled, the child is started even if the wait is given up.
    ///
    /// # Elixir
    ///
    /// `Supervisor.restart_child/2`.
    pub async fn restart_child(&self, id: &str) -> Result<Pid, SupervisorError> {
        self.ask(|reply| Request::Restart(id.into(), reply)).await?
    }

    /// Forgets a child that has ended.
    ///
    /// Shown in the [example](Self#examples).
    ///
    /// # Errors
    ///
    /// [`SupervisorError::Running`], [`SupervisorError::Restarting`],
    /// [`SupervisorError::NotFound`], [`SupervisorError::NotRunning`].
    ///
    /// # Cancel safety
    ///
    /// Once polled, the child is deleted even if the wait is given up.
    ///
    /// # Elixir
    ///
    /// `Supervisor.delete_child/2`.
    pub async fn delete_child(&self, id: &str) -> Result<(), SupervisorError> {
        self.ask(|reply| Request::Delete(id.into(), reply)).await?
    }

    /// The children, in the order they start in, as they are now.
    ///
    /// Shown in the [example](Self#examples).
    ///
    /// # Elixir
    ///
    /// `Supervisor.which_children/1`, which lists them in reverse.
    #[must_use]
    pub fn which_children(&self) -> Vec<ChildInfo> {
        self.0.children.lock().infos()
    }

    /// How many children there are.
    ///
    /// Shown in the [example](Self#examples).
    ///
    /// # Elixir
    ///
    /// `Supervisor.count_children/1`.
    #[must_use]
    pub fn count_children(&self) -> Children {
        self.0.children.lock().count()
    }

    /// Ends the children in reverse order, then the supervisor, and waits until all are gone.
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
    /// `Supervisor.stop/1`.
    pub async fn shutdown(&self) {
        shut_down(&self.0.process).await;
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
        exit::ended(Arc::clone(&self.0.process) as Arc<dyn Proc>).await
    }
}

impl fmt::Debug for Supervisor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Supervisor({} {})", self.0.name, self.pid())
    }
}
