//! A call in flight: a message with a place for its answer.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use pin_project_lite::pin_project;
use tokio::time::{Instant, Sleep, sleep_until};

use super::deadlock::Waiting;
use super::{CallError, GenServer};
use crate::process::cell::{EXITING, Refused};
use crate::process::exit;
use crate::process::reply::{Awaiting, Lost};
use crate::process::{Cell, ExitReason, Proc};

pin_project! {
    /// A call: a future of the answer, or of a [`CallError`]. Nothing is sent before it is polled.
    ///
    /// It owns all it needs: it may outlive the client it was made by, and be spawned. The time-out
    /// counts from the first poll.
    ///
    /// # Cancel safety
    ///
    /// Dropping it is safe at any time. Once it has been polled the server may still run the call;
    /// the answer is then dropped.
    ///
    /// # Elixir
    ///
    /// `GenServer.call/3`.
    #[must_use = "a call is sent when it is awaited"]
    pub struct Call<S: GenServer, T> {
        target: Option<Arc<Cell<S>>>,
        message: Option<S::Msg>,
        awaiting: Awaiting<T>,
        waiting: Option<Waiting>,
        timeout: Duration,
        deadline: Option<Instant>,
        #[pin]
        sleep: Option<Sleep>,
        stage: Stage,
        // Tells of the server's end, once the answer is known to be lost.
        end: Option<Awaiting<ExitReason>>,
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    New,
    /// To be put into the mailbox, which may be full.
    Sending,
    Sent,
    /// The answer was not there at once.
    Waiting,
    /// There will be no answer, since the server is ending; waiting for why.
    Ending,
}

impl<S: GenServer, T> Call<S, T> {
    #[inline]
    pub(super) fn new(
        target: Option<Arc<Cell<S>>>,
        message: S::Msg,
        awaiting: Awaiting<T>,
        timeout: Duration,
    ) -> Self {
        Self {
            target,
            message: Some(message),
            awaiting,
            waiting: None,
            timeout,
            deadline: None,
            sleep: None,
            stage: Stage::New,
            end: None,
        }
    }
}

impl<S: GenServer, T> Future for Call<S, T> {
    type Output = Result<T, CallError>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let answer = match self.as_mut().step(cx) {
            Poll::Ready(answer) => answer,
            Poll::Pending => ready!(self.as_mut().poll_deadline(cx)),
        };
        let this = self.project();
        // Not waited for any more: others may wait for this process without a deadlock.
        *this.waiting = None;
        *this.target = None;
        Poll::Ready(answer)
    }
}

impl<S: GenServer, T> Call<S, T> {
    fn step(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<T, CallError>> {
        let this = self.project();
        let Some(target) = this.target.as_ref() else {
            return Poll::Ready(Err(CallError::NotRunning));
        };
        loop {
            match *this.stage {
                Stage::New => {
                    match Waiting::note(&target.header, S::type_name) {
                        Ok(waiting) => *this.waiting = waiting,
                        Err(path) => return Poll::Ready(Err(CallError::Deadlock(path))),
                    }
                    *this.deadline = Instant::now().checked_add(*this.timeout);
                    *this.stage = Stage::Sending;
                }
                Stage::Sending => {
                    let Some(message) = this.message.take() else {
                        return Poll::Ready(Err(CallError::NotRunning));
                    };
                    match target.send_or_wait(message, cx.waker()) {
                        Ok(()) => *this.stage = Stage::Sent,
                        Err(Refused::Closed(_)) => return Poll::Ready(Err(CallError::NotRunning)),
                        Err(Refused::Full(message)) => {
                            *this.message = Some(message);
                            return Poll::Pending;
                        }
                    }
                }
                Stage::Sent | Stage::Waiting => match this.awaiting.poll(cx.waker()) {
                    Poll::Pending => return Poll::Pending,
                    Poll::Ready(Ok(value)) => return Poll::Ready(Ok(value)),
                    Poll::Ready(Err(lost)) => {
                        let ending = lost == Lost::Panicking(target.header.pid)
                            || target.header.has(EXITING);
                        if !ending {
                            return Poll::Ready(Err(CallError::NoReply));
                        }
                        // The caller may learn of the end only once the names are gone.
                        let process: Arc<dyn Proc> = Arc::clone(target) as Arc<dyn Proc>;
                        match exit::watch(&process) {
                            Ok((_, end)) => *this.end = Some(end),
                            Err(reason) => return Poll::Ready(Err(CallError::Exited(reason))),
                        }
                        *this.stage = Stage::Ending;
                    }
                },
                Stage::Ending => {
                    let Some(end) = this.end.as_mut() else {
                        return Poll::Pending;
                    };
                    let reason = ready!(end.poll(cx.waker())).unwrap_or(ExitReason::Killed);
                    return Poll::Ready(Err(CallError::Exited(reason)));
                }
            }
        }
    }

    /// Looks whether time is up. Right after sending it asks to be polled once more instead: the
    /// answer is often there by then, and a timer that is never armed costs nothing.
    fn poll_deadline(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<T, CallError>> {
        let mut this = self.project();
        if *this.stage == Stage::Sent {
            *this.stage = Stage::Waiting;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        // A time-out beyond what the clock can count is none.
        let Some(deadline) = *this.deadline else {
            return Poll::Pending;
        };
        if this.sleep.is_none() {
            this.sleep.set(Some(sleep_until(deadline)));
        }
        match this.sleep.as_pin_mut() {
            Some(sleep) => sleep.poll(cx).map(|()| Err(CallError::Timeout)),
            None => Poll::Pending,
        }
    }
}

impl<S: GenServer, T> fmt::Debug for Call<S, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Call({})", S::type_name())
    }
}
