//! How every process starts: found and named first, then run.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::alarm::Alarm;
use super::cell::{START_AWAITED, STARTED};
use super::reply::{Awaiting, ReplyTo, reply_slot};
use super::runtime::Runtime;
use super::task::{EndedBy, Task};
use super::{Actor, Cell, ExitReason, Proc, current, exit, links, panics, resolve};
use crate::gen_server::StartError;
use crate::node::Node;
use crate::supervisor::SupervisorNotRunning;
use crate::sync::Ordering;

/// Whose child a new process is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Parent<'a> {
    None,
    /// Linked to this process.
    Link(&'a dyn Proc),
    /// Supervised by this process: ends before it does.
    Supervisor(&'a dyn Proc),
}

/// Where a new process is to live.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'a> {
    pub(crate) node: &'a Node,
    pub(crate) runtime: &'a Arc<Runtime>,
    pub(crate) parent: Parent<'a>,
}

/// A process that has its name and runs; its `init` may not be over.
pub struct Launched<A: Actor> {
    pub(crate) cell: Arc<Cell<A>>,
    pub(crate) init: Option<InitWait>,
}

impl<A: Actor> fmt::Debug for Launched<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Launched({:?})", self.cell)
    }
}

/// As [`Launched`], of any type.
#[derive(Debug)]
pub(crate) struct LaunchedProc {
    pub(crate) process: Arc<dyn Proc>,
    pub(crate) init: Option<InitWait>,
}

impl<A: Actor> From<Launched<A>> for LaunchedProc {
    fn from(launched: Launched<A>) -> Self {
        Self {
            process: launched.cell as Arc<dyn Proc>,
            init: launched.init,
        }
    }
}

/// Waits for the end of an `init`.
#[derive(Debug)]
pub(crate) struct InitWait {
    process: Arc<dyn Proc>,
    started: Awaiting<()>,
}

impl InitWait {
    /// To be awaited by somebody else: the launcher goes on, and waits for nothing.
    pub(crate) fn handed_on(mut self) -> Self {
        self.given_up();
        self.started.handed_on();
        self
    }

    /// Nobody will be told of the start by its result: a link to the process tells of its end.
    fn given_up(&self) {
        let flags = &self.process.header().flags;
        flags.fetch_and(!START_AWAITED, Ordering::AcqRel);
    }

    /// Waits until `init` is done. When it fails, the process has ended, and its name is free, by
    /// the time that this returns. After `limit` the process is killed, also if the wait is given up.
    pub(crate) async fn done(mut self, limit: Option<Duration>) -> Result<(), StartError> {
        let Some(limit) = limit else {
            return self.done_by(None).await;
        };
        let alarm = Alarm::new(limit, self.process.header().runtime.as_ref());
        let mut held = HeldTo(Some((self, alarm)));
        let done = match &mut held.0 {
            Some((init, alarm)) => init.done_by(Some(alarm)).await,
            None => Ok(()),
        };
        held.0 = None;
        done
    }

    async fn done_by(&mut self, alarm: Option<&mut Alarm>) -> Result<(), StartError> {
        let Self { process, started } = self;
        let started = match alarm {
            None => started.recv().await,
            Some(alarm) => {
                let Some(started) = alarm.limits(started.recv()).await else {
                    // Whoever started it with a link is told by the error, and not killed by it.
                    let header = process.header();
                    if let (false, Some(parent)) = (header.supervised, header.parent)
                        && let Some(parent) = resolve(parent)
                    {
                        links::unlink(&*parent, header.pid);
                    }
                    exit::signal(&**process, None, ExitReason::Kill);
                    exit::Ending::new(Arc::clone(process)).reason().await;
                    return Err(StartError::Timeout);
                };
                started
            }
        };
        match started {
            Ok(()) => Ok(()),
            Err(_) => match exit::Ending::new(Arc::clone(process)).reason().await {
                _ if process.header().has_ignored() => Err(StartError::Ignored),
                // A supervisor says which of its children did not start.
                ExitReason::Error(error) => Err(match error.downcast_ref::<StartError>() {
                    Some(error) => error.clone(),
                    None => StartError::Init(ExitReason::Error(error)),
                }),
                reason => Err(StartError::Init(reason)),
            },
        }
    }
}

impl Drop for InitWait {
    fn drop(&mut self) {
        self.given_up();
    }
}

/// A wait that has its time: whoever gives it up leaves a task behind that looks at the clock.
struct HeldTo(Option<(InitWait, Alarm)>);

impl Drop for HeldTo {
    fn drop(&mut self) {
        if let Some((init, mut alarm)) = self.0.take()
            && let Some(runtime) = init.process.header().runtime.clone()
        {
            let mut init = init.handed_on();
            drop(runtime.spawn(async move { init.done_by(Some(&mut alarm)).await }));
        }
    }
}

impl<'a> Place<'a> {
    pub(crate) fn new(node: &'a Node, runtime: &'a Arc<Runtime>, parent: Parent<'a>) -> Self {
        Self {
            node,
            runtime,
            parent,
        }
    }

    /// Makes a process that does not run yet: it can be found, takes messages, has claimed its
    /// name, and is its parent's.
    pub(crate) fn prepare<A: Actor>(
        self,
        limit: Option<usize>,
        claim: impl FnOnce(&Arc<Cell<A>>) -> Result<(), StartError>,
    ) -> Result<Arc<Cell<A>>, StartError> {
        let (of, supervised) = match self.parent {
            Parent::None => (None, false),
            Parent::Link(parent) => (Some(parent.header().pid), false),
            Parent::Supervisor(parent) => (Some(parent.header().pid), true),
        };
        let cell = Cell::<A>::create(self.node, Some(self.runtime), of, supervised, limit);
        // A claim runs users' code: what makes the name, and compares it.
        let (mut claim, mut claimed) = (Some(claim), Ok(()));
        let panic = panics::caught_dyn(&mut || {
            if let Some(claim) = claim.take() {
                claimed = claim(&cell);
            }
        });
        self.attach(&*cell, panic.map_err(StartError::Init).and(claimed))?;
        Ok(cell)
    }

    /// Makes a process its parent's, if it has its name.
    fn attach(self, process: &dyn Proc, claimed: Result<(), StartError>) -> Result<(), StartError> {
        if let Err(error) = claimed {
            self.discard(process, ExitReason::Normal);
            return Err(error);
        }
        match self.parent {
            Parent::None => {}
            Parent::Link(parent) => links::link(parent, process.header().pid),
            Parent::Supervisor(parent) => {
                if !exit::adopt(parent, process.header().pid) {
                    self.discard(process, ExitReason::Shutdown);
                    return Err(SupervisorNotRunning::of(parent).into());
                }
            }
        }
        Ok(())
    }

    /// Ends a process that never ran: what it held is given up. Its parent does not hear of it,
    /// since whoever asked for the process is told.
    pub(crate) fn discard(self, process: &dyn Proc, reason: ExitReason) {
        if let Parent::Link(parent) = self.parent {
            links::unlink(parent, process.header().pid);
        }
        exit::begin(process, reason);
        exit::finish(process, false);
    }

    /// Runs a process whose start is over with this.
    pub(crate) fn run<A: Actor>(
        self,
        cell: Arc<Cell<A>>,
        body: impl Future<Output = ExitReason> + Send + 'static,
    ) -> Launched<A> {
        cell.header.flags.fetch_or(STARTED, Ordering::AcqRel);
        self.spawn(&cell, body, EndedBy::Kills);
        Launched { cell, init: None }
    }

    /// As [`Place::run`], for a process without a `terminate`: an exit signal ends it where it waits.
    pub(crate) fn run_plain<A: Actor>(
        self,
        cell: Arc<Cell<A>>,
        body: impl Future<Output = ExitReason> + Send + 'static,
    ) -> Launched<A> {
        cell.header.flags.fetch_or(STARTED, Ordering::AcqRel);
        self.spawn(&cell, body, EndedBy::Signals);
        Launched { cell, init: None }
    }

    /// Runs a process that says itself when its start is over, by [`Cell::started`].
    pub(crate) fn run_init<A: Actor, F>(
        self,
        cell: Arc<Cell<A>>,
        body: impl FnOnce(ReplyTo<()>) -> F,
    ) -> Launched<A>
    where
        F: Future<Output = ExitReason> + Send + 'static,
    {
        let (reply, mut started) = reply_slot();
        // Nothing can wait for who launches it yet: the new process waits for nobody.
        let noted = started.will_ask(&cell.header, A::type_name, None);
        debug_assert!(
            noted.is_ok(),
            "a process that does not run waits for nobody"
        );
        if let Parent::Link(_) = self.parent {
            cell.header.flags.fetch_or(START_AWAITED, Ordering::AcqRel);
        }
        self.spawn(&cell, body(reply), EndedBy::Kills);
        let process: Arc<dyn Proc> = Arc::clone(&cell) as Arc<dyn Proc>;
        Launched {
            cell,
            init: Some(InitWait { process, started }),
        }
    }

    fn spawn<A: Actor>(
        self,
        cell: &Arc<Cell<A>>,
        body: impl Future<Output = ExitReason> + Send + 'static,
        ended_by: EndedBy,
    ) {
        let task = Task::new(Arc::clone(cell), body, ended_by);
        drop(self.runtime.spawn(task));
    }
}

impl<A: Actor> Cell<A> {
    /// Says that the process's start is over.
    pub(crate) fn started(&self, started: ReplyTo<()>) {
        self.header.flags.fetch_or(STARTED, Ordering::AcqRel);
        started.send(());
    }
}

/// Launches a process from here: on the current node and runtime, linked to the running process
/// if `link` says so and there is one.
pub(crate) fn launch_here<R>(
    link: bool,
    launch: impl FnOnce(Place<'_>) -> Result<R, StartError>,
) -> Result<R, StartError> {
    let runtime = Runtime::current()?;
    let me = if link { current::get() } else { None };
    let parent = me.as_deref().map_or(Parent::None, Parent::Link);
    launch(Place::new(&Node::current(), &runtime, parent))
}
