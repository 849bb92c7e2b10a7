//! The process of a dynamic supervisor: it hears of its children's ends, and restarts them.

use std::any::Any;
use std::borrow::Cow;
use std::future::poll_fn;
use std::sync::Arc;

use super::child::BeforeRun;
use super::dynamic::{DynamicSupervisor, Shared};
use super::dynamic_children::Child;
use super::dynamic_options::DynamicSupervisorOptions;
use super::instance::Claim;
use super::intensity::Intensity;
use super::stop::{ended_with, stop_all, stop_child};
use super::view::SupervisorView;
use super::{ChildInfo, Restart, Strategy, SupervisorNotRunning};
use crate::gen_server::StartError;
use crate::introspect::View;
use crate::introspect::report::{self, Report};
use crate::process::cell::EXITING;
use crate::process::ctx::Next;
use crate::process::launch::{Launched, Place};
use crate::process::signal::{ChildExit, Stop};
use crate::process::timers::Timed;
use crate::process::{Actor, Ctx, Exit, ExitReason, Pid, Proc, exit, panics, resolve};
use crate::sync::{Mutex, Ordering};

/// The type of process that a dynamic supervisor is.
#[derive(Debug)]
pub(crate) enum DynamicProcess {}

/// A child waits to be started again.
#[derive(Debug)]
pub(crate) struct RestartChild(Pid);

impl Actor for DynamicProcess {
    type Msg = RestartChild;

    fn type_name() -> &'static str {
        "DynamicSupervisor"
    }

    fn route(message: Box<dyn Any + Send>) -> Result<RestartChild, Box<dyn Any + Send>> {
        Err(message)
    }
}

/// Launches the process.
pub(super) fn launch(
    options: DynamicSupervisorOptions,
    place: Place<'_>,
    before_run: BeforeRun<'_>,
) -> Result<(DynamicSupervisor, Launched<DynamicProcess>), StartError> {
    let mut made = None;
    let cell = place.prepare::<DynamicProcess>(None, |cell| {
        let supervisor = DynamicSupervisor(Arc::new(Shared {
            process: Arc::clone(cell),
            node: place.node.clone(),
            runtime: Arc::clone(place.runtime),
            state: Mutex::default(),
            intensity: Mutex::new(Intensity::new(options.max_restarts, options.within)),
            options,
        }));
        let claim = (supervisor.0.options.claim)(&supervisor)?;
        made = Some((supervisor, claim));
        Ok(())
    })?;
    let Some((supervisor, claim)) = made else {
        return Err(SupervisorNotRunning::of(&*cell).into());
    };
    let ctx = Ctx::new(Arc::clone(&cell));
    ctx.trap_exit(true);
    View::Supervisor(Arc::new(supervisor.clone())).show(&*cell);
    before_run(&(Arc::clone(&cell) as Arc<dyn Proc>));
    let shared = Arc::clone(&supervisor.0);
    let launched = place.run(cell, async move { run(&shared, ctx, claim).await });
    Ok((supervisor, launched))
}

async fn run(shared: &Shared, mut ctx: Ctx<DynamicProcess>, claim: Claim) -> ExitReason {
    let _claim = claim;
    let _children = Children(shared);
    let cell = Arc::clone(&ctx.cell);
    let reason = loop {
        match poll_fn(|cx| ctx.poll_next(cx)).await {
            Next::Exit => break exit::pending(&*cell),
            Next::Message(RestartChild(pid)) => {
                if restart(shared, &mut ctx, pid).is_err() {
                    break give_up(shared);
                }
            }
            Next::Any(any) => match heard(shared, &mut ctx, any) {
                Heard::Nothing => {}
                Heard::End(reason) => break reason,
            },
        }
    };
    exit::begin(&*cell, reason.clone());
    let left = {
        let state = shared.state.lock();
        let each = |(pid, child): (Pid, &Child)| (pid, child.shutdown());
        state.iter().map(each).collect()
    };
    stop_all(&*cell, left).await;
    reason
}

/// Forgets the children when the supervisor ends, of a kill as well: handles on it live on.
struct Children<'a>(&'a Shared);

impl Drop for Children<'_> {
    fn drop(&mut self) {
        let children = self.0.state.lock().take_all();
        panics::discard_all(children);
    }
}

enum Heard {
    Nothing,
    End(ExitReason),
}

fn heard(shared: &Shared, ctx: &mut Ctx<DynamicProcess>, any: Box<dyn Any + Send>) -> Heard {
    let any = match any.downcast::<ChildExit>() {
        Ok(ended) => {
            return match restart_later(shared, ctx, &ended) {
                Ok(()) => Heard::Nothing,
                Err(TooMany) => Heard::End(give_up(shared)),
            };
        }
        Err(any) => any,
    };
    match end_of(any, ctx.parent()) {
        Some(reason) => Heard::End(reason),
        None => Heard::Nothing,
    }
}

/// Whether a signal ends a supervisor: a request to stop, an exit signal of its parent's, or one of a plain
/// task's. `Normal` ends no process but by its parent or itself.
pub(crate) fn end_of(any: Box<dyn Any + Send>, parent: Option<Pid>) -> Option<ExitReason> {
    match any.downcast::<Stop>() {
        Ok(stop) => Some(stop.0),
        Err(any) => {
            let exit = any.downcast::<Exit>().ok()?;
            let ends = match exit.from {
                None => !exit.reason.is_normal(),
                from => from == parent,
            };
            ends.then_some(exit.reason)
        }
    }
}

/// The restarts are more than the supervisor takes.
struct TooMany;

fn give_up(shared: &Shared) -> ExitReason {
    report::report(&Report::RestartLimit {
        supervisor: shared.options.name.clone(),
        pid: shared.pid(),
    });
    ExitReason::Shutdown
}

/// Notes a child's end; whether it is to be started again.
fn note_end(shared: &Shared, ended: &ChildExit) -> bool {
    let ChildExit {
        pid,
        reason,
        started,
        ..
    } = ended;
    let ending = shared.process.header.has(EXITING) || ended_with(&shared.runtime, ended);
    let mut state = shared.state.lock();
    let Some(child) = state.get_mut(*pid) else {
        // Ended by `terminate_child`.
        return false;
    };
    // Of a first start that fails, whoever started it is told; and a supervisor that is ending, by itself or
    // with its runtime, restarts nobody.
    let of_interest = (*started || child.restarts() > 0) && !ending;
    let ignored = !*started && matches!(reason, ExitReason::Ignore);
    let again = of_interest
        && match child.restart() {
            Restart::Permanent => !ignored,
            // A restart whose `init` fails has not ended in order, whatever its reason.
            Restart::Transient => !ignored && (!*started || !reason.is_orderly()),
            Restart::Temporary => false,
        };
    let id = child.id().cloned();
    let name = child.type_name();
    let gone = if again {
        state.will_restart(*pid, reason.clone());
        None
    } else {
        state.remove(*pid)
    };
    drop(state);
    panics::discard_all(gone);
    if of_interest && !reason.is_orderly() {
        let id = id.map_or(name, |id| Cow::Owned(id.to_string()));
        report::child_terminated(*pid, id, shared.options.name.clone(), reason.clone());
    }
    again
}

/// Restarts a child now, or after its backoff.
fn restart_later(
    shared: &Shared,
    ctx: &mut Ctx<DynamicProcess>,
    ended: &ChildExit,
) -> Result<(), TooMany> {
    let delay = {
        let mut state = shared.state.lock();
        let Some(child) = state.get_mut(ended.pid) else {
            return Ok(());
        };
        if ended.started {
            child.has_ended()
        } else {
            child.has_failed()
        }
    };
    match delay {
        None => restart(shared, ctx, ended.pid),
        Some(delay) => {
            ctx.add_timer(delay, Timed::Once(RestartChild(ended.pid)));
            Ok(())
        }
    }
}

fn restart(shared: &Shared, ctx: &mut Ctx<DynamicProcess>, pid: Pid) -> Result<(), TooMany> {
    // The child stays where it is, to be terminated or counted, while its start is borrowed.
    let mut spec = {
        let mut state = shared.state.lock();
        let Some(child) = state.get_mut(pid) else {
            return Ok(());
        };
        let Some(spec) = child.spec_mut() else {
            return Ok(());
        };
        if spec.options.backoff.is_none() && !shared.intensity.lock().allows() {
            return Err(TooMany);
        }
        let stand_in = spec.stand_in();
        let spec = std::mem::replace(spec, stand_in);
        let history = child.history();
        history.restarts = history.restarts.saturating_add(1);
        history.failures.started();
        spec
    };
    let mut at = pid;
    let mut before_run = |process: &Arc<dyn Proc>| {
        let header = process.header();
        // Before it runs: it may have ended before its launch returns, and is looked for by its pid.
        if let Some(restarts) = shared.state.lock().succeed(pid, header.pid) {
            header.restarts.store(restarts, Ordering::Relaxed);
            at = header.pid;
        }
    };
    let launched = panics::caught(|| spec.launch.launch(shared.place(), &mut before_run));
    let launched = launched.unwrap_or_else(|panic| Err(StartError::Init(panic)));
    let mut state = shared.state.lock();
    let Some(child) = state.get_mut(at) else {
        drop(state);
        // Terminated before it had a successor: that is not to be.
        if let Ok(launched) = launched
            && at == pid
        {
            let stopping = stop_child(launched.process, shared.pid(), spec.options.shutdown);
            drop(shared.runtime.spawn(stopping));
        }
        panics::discard_all([spec]);
        return Ok(());
    };
    let limit = spec.options.start_timeout;
    let stand_in = child.keep(spec);
    let gone = match launched {
        // How its `init` ends is heard by `ChildExit`, like any other end; one that takes too long is
        // killed from beside, so that other children wait for nothing.
        Ok(launched) => {
            if let (Some(init), Some(limit)) = (launched.init, limit) {
                drop(shared.runtime.spawn(init.handed_on().done(Some(limit))));
            }
            None
        }
        // The supervisor is ending.
        Err(StartError::SupervisorNotRunning(_)) => state.remove(at),
        // Whoever started another child of that name meanwhile was quicker than the restart, and
        // its child is the successor.
        Err(StartError::AlreadyStarted(other)) if state.contains(other) => {
            shared.intensity.lock().forget_last();
            let gone = state.give_way(at, other);
            let restarts = state.get_mut(other).map_or(0, |other| other.restarts());
            if let Some(process) = resolve(other) {
                process.header().restarts.store(restarts, Ordering::Relaxed);
            }
            gone
        }
        // Tried again at the next turn: it counts as a restart each time.
        Err(_) => {
            let delay = state.get_mut(at).and_then(Child::has_failed);
            ctx.add_timer(delay.unwrap_or_default(), Timed::Once(RestartChild(at)));
            None
        }
    };
    drop(state);
    drop(stand_in);
    panics::discard_all(gone);
    Ok(())
}

impl SupervisorView for DynamicSupervisor {
    fn name(&self) -> String {
        self.0.options.name.to_string()
    }

    fn not_running(&self) -> SupervisorNotRunning {
        self.0.not_running()
    }

    fn strategy(&self) -> Strategy {
        Strategy::OneForOne
    }

    fn is_dynamic(&self) -> bool {
        true
    }

    fn recent_restarts(&self) -> usize {
        self.0.intensity.lock().recent()
    }

    fn children(&self) -> Vec<ChildInfo> {
        self.which_children()
    }

    fn child_ended(&self, ended: &ChildExit) -> bool {
        note_end(&self.0, ended)
    }
}
