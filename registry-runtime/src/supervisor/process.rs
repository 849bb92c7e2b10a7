//! The process of a `Supervisor`.

use std::any::Any;
use std::collections::HashSet;
use std::future::poll_fn;
use std::mem;
use std::sync::Arc;
use std::time::Duration;

use super::child::{AnyChildSpec, BeforeRun};
use super::children::{Place as Seat, Registered, State};
use super::dynamic_process::end_of;
use super::instance::Claim;
use super::intensity::Intensity;
use super::stop::{ended_with, stop_child};
use super::supervisor::{Shared, Supervisor, SupervisorSpec};
use super::view::SupervisorView;
use super::{AutoShutdown, ChildInfo, Restart, Strategy, SupervisorError, SupervisorNotRunning};
use crate::gen_server::StartError;
use crate::introspect::View;
use crate::introspect::report::{self, Report};
use crate::process::ctx::Next;
use crate::process::launch::{Launched, Place};
use crate::process::signal::ChildExit;
use crate::process::timers::Timed;
use crate::process::{Actor, Ctx, ExitReason, Pid, Proc, ReplyTo, exit, panics, resolve};
use crate::sync::{Mutex, Ordering};

/// The type of process that a supervisor is.
#[derive(Debug)]
pub(crate) enum SupervisorProcess {}

/// What a supervisor is asked to do.
#[derive(Debug)]
pub(crate) enum Request {
    Start(AnyChildSpec, ReplyTo<Result<Arc<dyn Proc>, StartError>>),
    Terminate(String, ReplyTo<Result<(), SupervisorError>>),
    Restart(String, ReplyTo<Result<Pid, SupervisorError>>),
    Delete(String, ReplyTo<Result<(), SupervisorError>>),
    /// A child's time to be started again has come.
    Again(Seat),
}

impl Actor for SupervisorProcess {
    type Msg = Request;

    fn type_name() -> &'static str {
        "Supervisor"
    }

    fn route(message: Box<dyn Any + Send>) -> Result<Request, Box<dyn Any + Send>> {
        Err(message)
    }
}

pub(super) fn launch(
    mut spec: SupervisorSpec,
    place: Place<'_>,
    before_run: BeforeRun<'_>,
) -> Result<(Supervisor, Launched<SupervisorProcess>), StartError> {
    let mut made = None;
    let cell = place.prepare::<SupervisorProcess>(None, |cell| {
        let intensity = Intensity::new(spec.max_restarts, spec.within);
        let supervisor = Supervisor(Arc::new(Shared {
            name: spec.name.clone(),
            declaration: spec.declaration,
            strategy: spec.strategy,
            auto_shutdown: spec.auto_shutdown,
            process: Arc::clone(cell),
            node: place.node.clone(),
            runtime: Arc::clone(place.runtime),
            children: Mutex::new(Registered::new(intensity)),
        }));
        let claim = (spec.claim)(&supervisor)?;
        made = Some((supervisor, claim));
        Ok(())
    })?;
    let Some((supervisor, claim)) = made else {
        return Err(SupervisorNotRunning::of(&*cell).into());
    };
    View::Supervisor(Arc::new(supervisor.clone())).show(&*cell);
    let ctx = Ctx::new(Arc::clone(&cell));
    ctx.trap_exit(true);
    let process: Arc<dyn Proc> = Arc::clone(&cell) as Arc<dyn Proc>;
    before_run(&process);
    let run = Run {
        shared: Arc::clone(&supervisor.0),
        ctx,
        _claim: claim,
    };
    let children = mem::take(&mut spec.children);
    let launched = place.run_init(cell, |started| run.run(children, started));
    Ok((supervisor, launched))
}

pub(super) struct Run {
    pub(super) shared: Arc<Shared>,
    ctx: Ctx<SupervisorProcess>,
    _claim: Claim,
}

/// Forgets the children when the supervisor ends, of a kill as well: handles on it live on, and what a
/// child is started from may hold one.
impl Drop for Run {
    fn drop(&mut self) {
        let children = self.shared.children.lock().take_all();
        panics::discard_all(children);
    }
}

/// Why a supervisor ends by itself.
pub(super) enum End {
    TooMany,
    AutoShutdown,
}

impl Run {
    async fn run(mut self, children: Vec<AnyChildSpec>, started: ReplyTo<()>) -> ExitReason {
        if let Err(error) = self.start_all(children).await {
            let reason = ExitReason::error(error);
            exit::begin(&*self.shared.process, reason.clone());
            self.stop_from(0).await;
            return reason;
        }
        self.shared.process.started(started);
        let reason = self.serve().await;
        exit::begin(&*self.shared.process, reason.clone());
        self.stop_from(0).await;
        reason
    }

    async fn start_all(&mut self, children: Vec<AnyChildSpec>) -> Result<(), StartError> {
        // The whole list before any child is started: a mistake in it starts nothing.
        let mut ids = HashSet::with_capacity(children.len());
        for spec in &children {
            let id = spec.0.known_as();
            spec.0.check_significant(self.shared.auto_shutdown)?;
            if let Some(twice) = ids.replace(id) {
                return Err(StartError::DuplicateId(twice.to_string()));
            }
        }
        for spec in children {
            match self.start_new(spec).await {
                Ok(_) | Err((_, StartError::Ignored)) => {}
                Err((id, error)) => return Err(error.of_child(&id)),
            }
        }
        Ok(())
    }

    /// Adds a child as the last one, and starts it. A child that ignored its start is kept, unless it is
    /// temporary, as in OTP; one that failed is not.
    pub(super) async fn start_new(
        &mut self,
        spec: AnyChildSpec,
    ) -> Result<Arc<dyn Proc>, (Arc<str>, StartError)> {
        let id = spec.0.known_as();
        let temporary = spec.0.options.restart == Restart::Temporary;
        let seat = self.shared.children.lock().add(spec);
        let started = self.start(seat).await;
        let keep = match &started {
            Ok(_) => true,
            Err(StartError::Ignored) => !temporary,
            Err(_) => false,
        };
        if !keep {
            let removed = self.shared.children.lock().remove(seat);
            drop(removed);
        }
        started.map_err(|error| (id, error))
    }

    async fn serve(&mut self) -> ExitReason {
        loop {
            let heard = match poll_fn(|cx| self.ctx.poll_next(cx)).await {
                Next::Exit => return exit::pending(&*self.shared.process),
                Next::Message(request) => self.request(request).await,
                Next::Any(any) => match any.downcast::<ChildExit>() {
                    Ok(ended) => self.child_ended(*ended).await,
                    Err(any) => match end_of(any, self.ctx.parent()) {
                        Some(reason) => return reason,
                        None => Ok(()),
                    },
                },
            };
            match heard {
                Ok(()) => {}
                Err(End::AutoShutdown) => return ExitReason::Shutdown,
                Err(End::TooMany) => {
                    report::report(&Report::RestartLimit {
                        supervisor: self.shared.name.clone(),
                        pid: self.shared.process.header.pid,
                    });
                    return ExitReason::Shutdown;
                }
            }
        }
    }

    /// Starts the child in this seat, and waits for its `init`.
    pub(super) async fn start(&mut self, seat: Seat) -> Result<Arc<dyn Proc>, StartError> {
        let Some(mut spec) = self.shared.children.lock().take_spec(seat) else {
            return Err(self.shared.not_running().into());
        };
        let limit = spec.0.options.start_timeout;
        let place = self.shared.place();
        let launched = panics::caught(|| spec.0.launch.launch(place, &mut |_| ()));
        let launched = launched.unwrap_or_else(|panic| Err(StartError::Init(panic)));
        self.shared.children.lock().put_spec(seat, spec);
        let launched = launched.inspect_err(|_| self.set_state(seat, State::Stopped))?;
        self.set_state(seat, State::Running(launched.process.header().pid));
        if let Some(init) = launched.init
            && let Err(error) = init.done(limit).await
        {
            self.set_state(seat, State::Stopped);
            return Err(error);
        }
        Ok(launched.process)
    }

    /// Notes what a child does from now on: a timer that it waited for is one no longer.
    fn set_state(&mut self, seat: Seat, state: State) {
        let timer = self.shared.children.lock().set_state(seat, state);
        if let Some(timer) = timer {
            self.ctx.cancel_timer(timer);
        }
    }

    async fn start_again(&mut self, seat: Seat) -> Result<(), StartError> {
        let process = self.start(seat).await?;
        let mut children = self.shared.children.lock();
        if let Some(entry) = children.get_mut(seat) {
            entry.restarts = entry.restarts.saturating_add(1);
            entry.failures.started();
            process
                .header()
                .restarts
                .store(entry.restarts, Ordering::Relaxed);
        }
        Ok(())
    }

    /// Ends the children from this seat on, the last first.
    async fn stop_from(&mut self, first: Seat) {
        let seats = self.shared.children.lock().from(first);
        for seat in seats.into_iter().rev() {
            self.stop(seat).await;
        }
    }

    pub(super) async fn stop(&mut self, seat: Seat) {
        let running = {
            let children = self.shared.children.lock();
            children
                .get(seat)
                .map(|entry| (entry.state, entry.options.shutdown))
        };
        if let Some((State::Running(pid), shutdown)) = running
            && let Some(child) = resolve(pid)
        {
            stop_child(child, self.shared.process.header.pid, shutdown).await;
        }
        self.set_state(seat, State::Stopped);
    }

    async fn child_ended(&mut self, ended: ChildExit) -> Result<(), End> {
        let found = {
            let children = self.shared.children.lock();
            let seat = children.find_pid(ended.pid);
            seat.and_then(|seat| {
                let entry = children.get(seat)?;
                Some((seat, Arc::clone(&entry.id), entry.options.clone()))
            })
        };
        let Some((seat, id, options)) = found else {
            return Ok(());
        };
        let before = {
            let mut children = self.shared.children.lock();
            let entry = children.get_mut(seat);
            entry.and_then(|entry| entry.last_exit.replace(ended.reason.clone()))
        };
        // It may hold an error of the user's, whose `Drop` may panic.
        panics::discard_all(before);
        if ended_with(&self.shared.runtime, &ended) {
            self.set_state(seat, State::Stopped);
            return Ok(());
        }
        if !ended.reason.is_orderly() {
            report::child_terminated(
                ended.pid,
                id.to_string().into(),
                self.shared.name.clone(),
                ended.reason.clone(),
            );
        }
        let again = match options.restart {
            Restart::Permanent => true,
            Restart::Transient => !ended.reason.is_orderly(),
            Restart::Temporary => false,
        };
        if again {
            return self.restart_later(seat).await;
        }
        self.set_state(seat, State::Stopped);
        if options.restart == Restart::Temporary {
            let removed = self.shared.children.lock().remove(seat);
            drop(removed);
        }
        let ends = options.significant
            && match self.shared.auto_shutdown {
                AutoShutdown::Never => false,
                AutoShutdown::AnySignificant => true,
                AutoShutdown::AllSignificant => self.shared.children.lock().no_significant_left(),
            };
        if ends { Err(End::AutoShutdown) } else { Ok(()) }
    }

    /// Restarts a child that has ended now, or after its backoff.
    async fn restart_later(&mut self, seat: Seat) -> Result<(), End> {
        let delay = {
            let mut children = self.shared.children.lock();
            children.get_mut(seat).and_then(|entry| {
                let backoff = entry.options.backoff?;
                Some(entry.failures.after_an_end(backoff))
            })
        };
        match delay {
            None => self.restart(seat).await,
            Some(delay) => {
                self.wait(seat, delay);
                Ok(())
            }
        }
    }

    fn wait(&mut self, seat: Seat, delay: Duration) {
        let again = Timed::Once(Request::Again(seat));
        let timer = self.ctx.add_timer(delay, again);
        self.set_state(seat, State::Waits(timer));
    }

    /// Restarts a child, and with it those that the strategy says.
    pub(super) async fn restart(&mut self, seat: Seat) -> Result<(), End> {
        self.set_state(seat, State::Follows);
        {
            let mut children = self.shared.children.lock();
            let backoff = children.get(seat).and_then(|entry| entry.options.backoff);
            if backoff.is_none() && !children.intensity.allows() {
                return Err(End::TooMany);
            }
        }
        let first = match self.shared.strategy {
            Strategy::OneForOne => {
                if !matches!(
                    self.start_again(seat).await,
                    Ok(()) | Err(StartError::Ignored)
                ) {
                    self.try_again(seat);
                }
                return Ok(());
            }
            Strategy::OneForAll => 0,
            Strategy::RestForOne => seat,
        };
        let seats = self.shared.children.lock().from(first);
        for other in seats.iter().rev().copied().filter(|other| *other != seat) {
            self.stop(other).await;
            let mut children = self.shared.children.lock();
            let temporary = children
                .get(other)
                .is_some_and(|entry| entry.options.restart == Restart::Temporary);
            if temporary {
                let removed = children.remove(other);
                drop(children);
                drop(removed);
            } else {
                drop(children);
                // All of them, as in OTP: also one that had ended, in order or on request.
                self.set_state(other, State::Follows);
            }
        }
        self.start_group(seats).await;
        Ok(())
    }

    /// Starts those that follow, in order, up to one that fails, or that waits and has followers of its
    /// own.
    pub(super) async fn start_group(&mut self, seats: Vec<Seat>) {
        for seat in seats {
            let state = {
                let children = self.shared.children.lock();
                children.get(seat).map(|entry| entry.state)
            };
            let started = match state {
                Some(State::Follows) => self.start_again(seat).await,
                Some(State::Waits(_)) => break,
                Some(State::Running(_) | State::Stopped) | None => Ok(()),
            };
            if !matches!(started, Ok(()) | Err(StartError::Ignored)) {
                self.try_again(seat);
                break;
            }
        }
    }

    /// A restart has failed: it is tried again at the next turn, and counts each time.
    fn try_again(&mut self, seat: Seat) {
        let delay = {
            let mut children = self.shared.children.lock();
            children.get_mut(seat).and_then(|entry| {
                let backoff = entry.options.backoff?;
                Some(entry.failures.one_more(backoff))
            })
        };
        self.wait(seat, delay.unwrap_or_default());
    }
}

impl SupervisorView for Supervisor {
    fn name(&self) -> String {
        self.0.name.to_string()
    }

    fn not_running(&self) -> SupervisorNotRunning {
        self.0.not_running()
    }

    fn strategy(&self) -> Strategy {
        self.0.strategy
    }

    fn is_dynamic(&self) -> bool {
        false
    }

    fn recent_restarts(&self) -> usize {
        self.0.children.lock().intensity.recent()
    }

    fn children(&self) -> Vec<ChildInfo> {
        self.which_children()
    }
}
