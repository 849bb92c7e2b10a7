//! `DynamicSupervisor`: children that are started as the program runs.
//!
//! Whoever starts a child does the work of it, in their own task: so slow `init`s run side by side,
//! and the supervisor's process only does the restarts. Invariants:
//!
//! 1. A child is in the `State` from before it runs until it has ended: it is taken out, or marked
//!    as restarting, in its own task, before anyone learns of its end.
//! 2. Children and reserved places together never exceed `max_children`; those that wait to be
//!    restarted are children, under the pid they had.
//! 3. The state's lock is not held while a child is launched, ended or waited for, nor across any
//!    other code of the user's.
//! 4. Only the supervisor's own process restarts children.

use std::fmt;
use std::sync::Arc;

use super::child::{AnyChildSpec, ChildSpec};
use super::dynamic_children::{Child, Kept, State};
use super::dynamic_options::DynamicSupervisorOptions;
use super::dynamic_process::DynamicProcess;
use super::intensity::Intensity;
use super::stop::{shut_down, stop_child};
use super::{AutoShutdown, ChildInfo, ChildState, Children, SupervisorError, SupervisorNotRunning};
use crate::gen_server::{Client, GenServer, ServerRef, StartError};
use crate::node::Node;
use crate::process::launch::{LaunchedProc, Parent, Place};
use crate::process::runtime::Runtime;
use crate::process::{Cell, ExitReason, Pid, Proc, deadlock, exit, panics};
use crate::sync::Mutex;

/// A supervisor of children that are started as the program runs.
///
/// A handle: cheap to clone, and usable from any task.
///
/// # Examples
///
/// ```
/// # use registry_runtime::prelude::*;
/// #[gen_server]
/// struct Download { url: String }
///
/// #[gen_server]
/// impl Download {
///     #[call] fn url(&self) -> String { self.url.clone() }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let downloads = DynamicSupervisor::builder().max_children(1).start()?;
/// let one = downloads.start_child(Download::child_spec("a".into())).await?;
/// assert_eq!(one.url().await?, "a");
/// let two = downloads.start_child(Download::child_spec("b".into())).await;
/// assert_eq!(two.map(|_| ()), Err(StartError::MaxChildren));
/// assert_eq!(downloads.which_children()[0].pid(), Some(one.pid()));
/// downloads.terminate_child(one.pid()).await?;
/// assert_eq!(downloads.count_children().active, 0);
/// let pid = downloads.start_any(Agent::child_spec(|| 0)).await?;  // of another kind: its pid
/// assert!(pid.is_alive());
/// downloads.shutdown().await;
/// # Ok(())
/// # }
/// ```
///
/// # Elixir
///
/// `DynamicSupervisor`.
#[derive(Clone)]
pub struct DynamicSupervisor(pub(crate) Arc<Shared>);

pub(crate) struct Shared {
    pub(crate) options: DynamicSupervisorOptions,
    pub(crate) process: Arc<Cell<DynamicProcess>>,
    pub(crate) node: Node,
    pub(crate) runtime: Arc<Runtime>,
    pub(crate) state: Mutex<State>,
    pub(crate) intensity: Mutex<Intensity>,
}

impl Shared {
    pub(crate) fn not_running(&self) -> SupervisorNotRunning {
        SupervisorNotRunning::new(&self.options.name, self.options.declaration)
    }

    pub(crate) fn pid(&self) -> Pid {
        self.process.header.pid
    }

    pub(crate) fn place(&self) -> Place<'_> {
        Place::new(
            &self.node,
            &self.runtime,
            Parent::Supervisor(&*self.process),
        )
    }

    fn reserve(&self) -> Result<(), StartError> {
        let mut state = self.state.lock();
        if state.places() >= self.options.max_children {
            return Err(StartError::MaxChildren);
        }
        state.reserved += 1;
        Ok(())
    }

    fn take_in(&self, pid: Pid, kept: Kept) {
        let child = Child::new(kept);
        let mut state = self.state.lock();
        state.reserved -= 1;
        if self.process.header.is_alive() {
            state.insert(pid, child);
            return;
        }
        drop(state);
        // The supervisor has begun to end, and perhaps told its children so already.
        if let Some(process) = crate::process::resolve(pid) {
            exit::signal(&*process, Some(self.pid()), ExitReason::Kill);
        }
        drop(child);
    }

    /// Starts a child by `launch`, which is given what to do with its process before it runs.
    pub(crate) fn launch<R>(
        &self,
        kept: Kept,
        launch: impl FnOnce(Place<'_>, &mut dyn FnMut(Pid)) -> Result<R, StartError>,
    ) -> Result<R, StartError> {
        if let Kept::All(spec) = &kept {
            spec.check_significant(AutoShutdown::Never)?;
        }
        if !self.process.header.is_alive() {
            return Err(self.not_running().into());
        }
        self.reserve()?;
        let mut kept = Some(kept);
        let launched = panics::caught(|| {
            launch(self.place(), &mut |pid| {
                if let Some(kept) = kept.take() {
                    self.take_in(pid, kept);
                }
            })
        });
        let launched = launched.unwrap_or_else(|panic| Err(StartError::Init(panic)));
        if kept.is_some() {
            self.state.lock().reserved -= 1;
        }
        launched.map_err(|error| match error {
            // It has ended meanwhile, and its process tells its name no more.
            StartError::SupervisorNotRunning(_) => self.not_running().into(),
            other => other,
        })
    }

    /// Forgets a child whose `init` has failed; whoever started it is told.
    pub(crate) fn forget(&self, pid: Pid) {
        let child = self.state.lock().forget(pid);
        drop(child);
    }
}

impl DynamicSupervisor {
    /// Options to start one with.
    ///
    /// Shown in the [example](Self#examples).
    #[must_use]
    pub fn builder() -> DynamicSupervisorOptions {
        DynamicSupervisorOptions::default()
    }

    /// The supervisor's pid.
    #[must_use]
    pub fn pid(&self) -> Pid {
        self.0.pid()
    }

    /// Starts a child, and waits until its `init` is done. Starts of different children run side
    /// by side.
    ///
    /// Shown in the [example](Self#examples).
    ///
    /// # Errors
    ///
    /// What starting the server can come to; [`StartError::MaxChildren`];
    /// [`StartError::SupervisorNotRunning`]. A child that did not start is not kept, unless one of
    /// its name waited to be restarted: then it is started again in that one's place.
    ///
    /// # Cancel safety
    ///
    /// Once polled, the child may run, and is supervised, even if the wait is given up.
    ///
    /// # Elixir
    ///
    /// `DynamicSupervisor.start_child/2`.
    pub async fn start_child<S: GenServer>(
        &self,
        spec: ChildSpec<S>,
    ) -> Result<ServerRef<S>, StartError>
    where
        S::Args: Clone,
    {
        self.start(spec)
            .await
            .map(|cell| Client::local(cell).into())
    }

    async fn start<S: GenServer>(&self, spec: ChildSpec<S>) -> Result<Arc<Cell<S>>, StartError>
    where
        S::Args: Clone,
    {
        let limit = spec.options.start_timeout;
        let (args, kept) = spec.split();
        let launched = self.0.launch(kept, |place, take_in| {
            crate::gen_server::launch::<S>(args, place, &mut |cell| take_in(cell.header.pid))
        })?;
        if let Some(init) = launched.init
            && let Err(error) = init.done(limit).await
        {
            self.0.forget(launched.cell.header.pid);
            return Err(error);
        }
        Ok(launched.cell)
    }

    /// The running server that has the name which the specification leads to, or a new child.
    /// Whoever asks at the same moment gets the same server: one starts it, the others find it,
    /// perhaps while its `init` is under way; their calls then wait for that.
    ///
    /// # Errors
    ///
    /// As [`start_child`](Self::start_child); [`StartError::AlreadyStarted`] only when the name
    /// belongs to a process of another type.
    ///
    /// # Cancel safety
    ///
    /// As [`start_child`](Self::start_child).
    ///
    /// # Examples
    ///
    /// ```
    /// # use registry_runtime::prelude::*;
    /// supervision_tree! {
    ///     App;
    ///     registry!<pub(self) Rooms, keys = unique, key = String>;
    ///     dynamic_supervisor!<pub(self) RoomSup>;
    /// }
    ///
    /// #[gen_server(registry = Rooms, key = <name>)]
    /// struct Room { name: String }
    ///
    /// #[gen_server]
    /// impl Room {}
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let app = App::start().await?;
    /// let (one, two) = tokio::join!(
    ///     RoomSup::get_or_start(Room::child_spec("lobby".into())),
    ///     RoomSup::get_or_start(Room::child_spec("lobby".into())),
    /// );
    /// assert_eq!(one?.pid(), two?.pid());
    /// app.shutdown().await;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Elixir
    ///
    /// `start_child`, and a match on `{:error, {:already_started, pid}}`.
    pub async fn get_or_start<S: GenServer>(
        &self,
        spec: ChildSpec<S>,
    ) -> Result<ServerRef<S>, StartError>
    where
        S::Args: Clone,
    {
        loop {
            // The user's code makes the key, and copies the arguments.
            let found = panics::caught(|| S::find_running(&spec.args)).map_err(StartError::Init)?;
            let found: Arc<Cell<S>> = match found {
                Some(cell) => cell,
                None => match self
                    .start(panics::caught(|| spec.clone()).map_err(StartError::Init)?)
                    .await
                {
                    Ok(cell) => return Ok(Client::local(cell).into()),
                    Err(StartError::AlreadyStarted(pid)) => {
                        let Some(process) = crate::process::resolve(pid) else {
                            continue;
                        };
                        let any: Arc<dyn std::any::Any + Send + Sync> = process;
                        any.downcast()
                            .map_err(|_| StartError::AlreadyStarted(pid))?
                    }
                    Err(error) => return Err(error),
                },
            };
            if found.header.is_alive() {
                return Ok(Client::local(found).into());
            }
            // Its name is about to be free, or its successor's.
            if let ExitReason::Deadlock(path) = exit::ended(found as Arc<dyn Proc>).await {
                return Err(StartError::Deadlock((*path).clone()));
            }
        }
    }

    /// Starts a child of any kind.
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
        let mut spec: AnyChildSpec = spec.into();
        let limit = spec.0.options.start_timeout;
        let kept = Kept::All(spec.clone().0);
        let launched: LaunchedProc = self.0.launch(kept, |place, take_in| {
            let mut before_run = |process: &Arc<dyn Proc>| take_in(process.header().pid);
            spec.0.launch.launch(place, &mut before_run)
        })?;
        let pid = launched.process.header().pid;
        if let Some(init) = launched.init
            && let Err(error) = init.done(limit).await
        {
            self.0.forget(pid);
            return Err(error);
        }
        Ok(pid)
    }

    /// Ends a child for good, as its specification says, and waits until it is gone. The pid of a
    /// child that waits to be restarted is the one it had.
    ///
    /// Shown in the [example](Self#examples).
    ///
    /// # Errors
    ///
    /// [`SupervisorError::NotFound`]; [`SupervisorError::Deadlock`] in the `terminate` of a process that is to
    /// end by this.
    ///
    /// # Cancel safety
    ///
    /// Once polled, the child ends even if the wait is given up.
    ///
    /// # Elixir
    ///
    /// `DynamicSupervisor.terminate_child/2`.
    pub async fn terminate_child(&self, pid: Pid) -> Result<(), SupervisorError> {
        let held = deadlock::end_of(pid);
        if let Some(path) = held.and_then(|held| held.path_of_the_ending()) {
            return Err(SupervisorError::Deadlock(path));
        }
        let child = self.0.state.lock().remove(pid);
        let child = child.ok_or(SupervisorError::NotFound)?;
        if let Some(process) = crate::process::resolve(pid) {
            let stopping = stop_child(process, self.pid(), child.shutdown());
            // In a task of its own, so that a caller who gives up does not leave it half-way.
            let _ = self.0.runtime.spawn(stopping).await;
        }
        Ok(())
    }

    /// The children, in no order, as they were a moment ago.
    ///
    /// Shown in the [example](Self#examples).
    ///
    /// # Elixir
    ///
    /// `DynamicSupervisor.which_children/1`.
    #[must_use]
    pub fn which_children(&self) -> Vec<ChildInfo> {
        let state = self.0.state.lock();
        let info = |(pid, child): (Pid, &Child)| ChildInfo {
            id: match child.id() {
                Some(id) => Arc::clone(id),
                None => Arc::from(child.type_name()),
            },
            state: if child.is_restarting() {
                ChildState::Restarting
            } else {
                ChildState::Running(pid)
            },
            kind: child.kind(),
            type_name: child.type_name(),
            restarts: child.restarts(),
            last_exit: child.last_exit().cloned(),
        };
        state.iter().map(info).collect()
    }

    /// How many children there are; those that wait to be restarted count as not active.
    ///
    /// Shown in the [example](Self#examples).
    ///
    /// # Elixir
    ///
    /// `DynamicSupervisor.count_children/1`.
    #[must_use]
    pub fn count_children(&self) -> Children {
        self.0.state.lock().count()
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

    /// Ends all children, then the supervisor, and waits until they are gone.
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
    /// `DynamicSupervisor.stop/1`.
    pub async fn shutdown(&self) {
        shut_down(&self.0.process).await;
    }
}

impl fmt::Debug for DynamicSupervisor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "DynamicSupervisor({} {})",
            self.0.options.name,
            self.pid()
        )
    }
}
