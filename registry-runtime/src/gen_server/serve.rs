//! The loop that a server's process runs.

use std::any::Any;
use std::task::Poll;

use super::GenServer;
use super::run::{Run, Running};
use crate::introspect::report;
use crate::process::cell::{EXIT, KILL};
use crate::process::ctx::Next;
use crate::process::signal::Stop;
use crate::process::{Ctx, Exit, ExitReason, Proc, ReplyTo, current, exit, panics};

/// Tells `started` how `init` has ended. An error is what the server ends with.
pub(super) fn begun<S: GenServer>(
    ctx: &Ctx<S>,
    started: ReplyTo<()>,
    init: Result<(), ExitReason>,
) -> Result<(), ExitReason> {
    let reason = match init {
        Err(reason) => reason,
        // It was told to end while `init` ran, which did not await: that start has failed.
        Ok(()) if ctx.cell.header.has(KILL | EXIT) => ExitReason::Killed,
        Ok(()) => {
            ctx.cell.started(started);
            return Ok(());
        }
    };
    // Before `started` and the state go: the caller that waits for the start waits for the end.
    exit::begin(&*ctx.cell, reason);
    drop(started);
    Err(exit::pending(&*ctx.cell))
}

/// The body of a server whose state is there.
pub(super) async fn serve<S: GenServer>(state: &mut S, ctx: &mut Ctx<S>) -> ExitReason {
    let reason = loop {
        if let Some(reason) = ctx.local.as_mut().and_then(|local| local.stop.take()) {
            break reason;
        }
        let message = match std::future::poll_fn(|cx| ctx.poll_next(cx)).await {
            Next::Message(message) => message,
            Next::Exit => break exit::pending(&*ctx.cell),
            Next::Any(any) => match routed(any, state, ctx) {
                Routed::Message(message) => message,
                Routed::Stop(reason) => break reason,
                Routed::Nothing => continue,
            },
        };
        let handled = panics::caught(|| S::__handle(state, message, ctx));
        if let Err(reason) = ended(handled).await {
            break reason;
        }
    };
    exit::begin(&*ctx.cell, reason);
    // A signal that came meanwhile goes before: all are told of one reason.
    let reason = exit::pending(&*ctx.cell);
    if S::TERMINATES && !ctx.cell.header.has(KILL) {
        // A panic in `terminate` does not change why the process ended.
        if let Ok(Run::Later(mut ending)) = panics::caught(|| S::__terminate(state, &reason, ctx)) {
            let _ = std::future::poll_fn(|cx| match panics::caught(|| ending.as_mut().poll(cx)) {
                Ok(Poll::Pending) => Poll::Pending,
                done => Poll::Ready(done.map(drop)),
            })
            .await;
        }
    }
    reason
}

/// A look at the state of a server, between two messages. It catches the panics of what it runs.
pub(super) struct Inspect<S>(pub(super) Box<dyn FnOnce(&S) + Send>);

enum Routed<M> {
    Message(M),
    Stop(ExitReason),
    Nothing,
}

/// What an untyped message means to a server.
// Out of the loop, which is compiled for each type of server, as most messages are typed.
#[inline(never)]
fn routed<S: GenServer>(any: Box<dyn Any + Send>, state: &S, ctx: &Ctx<S>) -> Routed<S::Msg> {
    let any = match any.downcast::<Stop>() {
        Ok(stop) => return Routed::Stop(stop.0),
        Err(any) => any,
    };
    let any = match any.downcast::<Inspect<S>>() {
        Ok(inspect) => {
            (inspect.0)(state);
            return Routed::Nothing;
        }
        Err(any) => any,
    };
    // A server ends with its parent even when it traps exits, as in OTP.
    if let Some(exit) = any.downcast_ref::<Exit>()
        && exit.from.is_some()
        && exit.from == ctx.parent()
    {
        return Routed::Stop(exit.reason.clone());
    }
    match S::route(any) {
        Ok(message) => Routed::Message(message),
        Err(unknown) => {
            report::unexpected_message(&*ctx.cell, &*unknown);
            Routed::Nothing
        }
    }
}

/// The end of a handler that has been called.
#[inline]
pub(super) async fn ended(called: Result<Run<'_>, ExitReason>) -> Result<(), ExitReason> {
    match called? {
        Run::Done(done) => done,
        Run::Later(running) => guarded(running).await,
    }
}

/// Polls a handler until it is done, panics, or the process is told to exit: then the handler is
/// dropped where it waits, and the state is free for `terminate`.
///
/// The handler has the process's `Ctx`, so that the process is only known here as the current one.
async fn guarded(running: Running<'_>) -> Result<(), ExitReason> {
    let told = || current::with(|me| told_to_exit(&**me?));
    let mut running = Some(running);
    // Before its first poll, the process has just looked for an exit.
    let mut waits = false;
    std::future::poll_fn(|cx| {
        // First: what the handler waits for may have come after the exit signal.
        let mut end = if waits { told() } else { None };
        if end.is_none() {
            let Some(handler) = &mut running else {
                return Poll::Pending;
            };
            match panics::caught(|| handler.as_mut().poll(cx)) {
                Ok(Poll::Ready(done)) => return Poll::Ready(done),
                Err(reason) => return Poll::Ready(Err(reason)),
                Ok(Poll::Pending) => waits = true,
            }
            end = told();
        }
        let Some(reason) = end else {
            return Poll::Pending;
        };
        // What the handler holds may panic as it is dropped; it is ending anyway.
        let handler = running.take();
        let _ = panics::caught(|| drop(handler));
        Poll::Ready(Err(reason))
    })
    .await
}

/// Begins the exit that a process has been told to make.
fn told_to_exit(process: &dyn Proc) -> Option<ExitReason> {
    if !process.header().has(EXIT) {
        return None;
    }
    let reason = exit::pending(process);
    // Before the handler goes: the caller whose reply it holds waits for the end.
    exit::begin(process, reason.clone());
    Some(reason)
}
