//! A call in flight: a message with a place for its answer.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use super::{CallError, GenServer};
use crate::process::alarm::Alarm;
use crate::process::cell::EXITING;
use crate::process::exit::Ending;
use crate::process::line::Place;
use crate::process::reply::{Awaiting, Lost};
use crate::process::{Cell, Proc};

/// A call: a future of the answer, or of a [`CallError`]. Nothing is sent before it is polled.
///
/// It owns all it needs: it may outlive the client it was made by, and be spawned. The time-out
/// counts from when it was sent and the caller's thread had nothing else to do, or 5 ms later if the
/// thread is blocked and the runtime has others: a call never ends before its time.
///
/// # Cancel safety
///
/// Dropping it is safe at any time. Once it has been polled the server may still run the call;
/// the answer is then dropped.
///
/// # Examples
///
/// ```
/// # use registry_runtime::prelude::*;
/// #[gen_server]
/// struct Counter { #[default] n: u64 }
///
/// #[gen_server]
/// impl Counter {
///     #[call] fn bump(&mut self) -> u64 { self.n += 1; self.n }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let counter = Counter::start().await?;
/// let both = tokio::join!(counter.bump(), counter.bump());
/// assert_eq!(both, (Ok(1), Ok(2)));
///
/// let call = counter.bump();        // nothing is sent yet
/// let elsewhere = tokio::spawn(call);
/// assert_eq!(elsewhere.await?, Ok(3));
/// # Ok(())
/// # }
/// ```
///
/// # Elixir
///
/// `GenServer.call/3`.
#[must_use = "a call is sent when it is awaited"]
pub struct Call<S: GenServer, T> {
    target: Option<Arc<Cell<S>>>,
    message: Option<S::Msg>,
    awaiting: Awaiting<T>,
    timeout: Duration,
    // Boxed: few calls wait long enough to need it, and all are moved about.
    alarm: Option<Box<Alarm>>,
    stage: Stage,
    /// Where the message waits, or has waited, for room in the mailbox.
    place: Option<Place>,
    // Tells of the server's end, once the answer is known to be lost. Boxed as well.
    end: Option<Box<Ending>>,
}

// Nothing in it is pinned in place.
impl<S: GenServer, T> Unpin for Call<S, T> {}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    New,
    /// It is in the mailbox, or waits in line for room there.
    Sent,
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
            timeout,
            alarm: None,
            stage: Stage::New,
            place: None,
            end: None,
        }
    }

    /// The answer is not waited for any more: others may wait for this process without a deadlock.
    #[inline]
    fn give_up(&mut self) {
        self.awaiting.give_up();
        if self.place.is_some() {
            self.leave_line();
        }
    }

    /// Takes the message back, if it still waits for room.
    #[cold]
    fn leave_line(&mut self) {
        if let (Some(place), Some(target)) = (self.place.take(), &self.target) {
            let message = target.mailbox.leave(&place);
            drop(message);
        }
    }
}

impl<S: GenServer, T: Send + 'static> Future for Call<S, T> {
    type Output = Result<T, CallError>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let answer = match self.step(cx) {
            Poll::Ready(answer) => answer,
            Poll::Pending => ready!(self.poll_deadline(cx)),
        };
        self.give_up();
        self.end = None;
        self.target = None;
        Poll::Ready(answer)
    }
}

impl<S: GenServer, T: Send + 'static> Call<S, T> {
    fn step(&mut self, cx: &mut Context<'_>) -> Poll<Result<T, CallError>> {
        let Some(target) = self.target.as_ref() else {
            return Poll::Ready(Err(CallError::NotRunning));
        };
        loop {
            match self.stage {
                Stage::New => {
                    if let Err(path) =
                        self.awaiting
                            .will_ask(&target.header, S::type_name, Some(cx.waker()))
                    {
                        return Poll::Ready(Err(CallError::Deadlock(path)));
                    }
                    let Some(message) = self.message.take() else {
                        return Poll::Ready(Err(CallError::NotRunning));
                    };
                    match target.send_or_wait(message) {
                        Ok(place) => self.place = place,
                        Err(_) => return Poll::Ready(Err(CallError::NotRunning)),
                    }
                    self.stage = Stage::Sent;
                    if self.awaiting.sent() {
                        return Poll::Pending;
                    }
                }
                Stage::Sent => match self.awaiting.poll_call(cx.waker()) {
                    Poll::Pending => return Poll::Pending,
                    Poll::Ready(Ok(value)) => {
                        self.place = None;
                        return Poll::Ready(Ok(value));
                    }
                    Poll::Ready(Err(Lost)) => {
                        let never_in = |place: &Place| !target.mailbox.has_let_in(place);
                        if self.place.take().as_ref().is_some_and(never_in) {
                            return Poll::Ready(Err(CallError::NotRunning));
                        }
                        if !target.header.has(EXITING) {
                            return Poll::Ready(Err(CallError::NoReply));
                        }
                        // The caller may learn of the end only once the names are gone.
                        let process: Arc<dyn Proc> = Arc::clone(target) as Arc<dyn Proc>;
                        self.end = Some(Box::new(Ending::new(process)));
                        self.stage = Stage::Ending;
                    }
                },
                Stage::Ending => {
                    let Some(end) = self.end.as_mut() else {
                        return Poll::Pending;
                    };
                    let reason = ready!(end.poll(cx.waker()));
                    return Poll::Ready(Err(CallError::Exited(reason)));
                }
            }
        }
    }

    /// Looks whether time is up: not before the answer is late, since a clock that is not read costs
    /// nothing, as does a timer that is never set.
    fn poll_deadline(&mut self, cx: &mut Context<'_>) -> Poll<Result<T, CallError>> {
        if self.stage == Stage::Sent && self.alarm.is_none() && !self.awaiting.is_late() {
            return Poll::Pending;
        }
        let (timeout, target) = (self.timeout, &self.target);
        let alarm = self.alarm.get_or_insert_with(|| {
            let runtime = target.as_ref().and_then(|it| it.header.runtime.as_ref());
            Box::new(Alarm::new(timeout, runtime))
        });
        alarm.poll(cx).map(|()| Err(CallError::Timeout))
    }
}

impl<S: GenServer, T> Drop for Call<S, T> {
    #[inline]
    fn drop(&mut self) {
        if self.place.is_some() {
            self.awaiting.give_up();
            self.leave_line();
        }
    }
}

impl<S: GenServer, T> fmt::Debug for Call<S, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Call({})", S::type_name())
    }
}
