//! How a server runs what the user wrote: at once, or as a future with a box of its own.
//!
//! The task of a server is as large as the largest future that is ever a part of it, for as long as the server is
//! there. So the futures of handlers, `init` and `terminate` are no part of it. A function that is not `async` runs to
//! its end where the server calls it. The future of an `async` one gets a box, and the server drops the box when the
//! future has ended. A server thus pays for what a handler holds across an await only while that handler runs.

use std::fmt;
use std::pin::Pin;

use super::GenServer;
use crate::process::{ExitReason, ReplyTo};

/// What a call of a handler, of `init` or of `terminate` gives. The server ends with the error, if there is one.
pub enum Run<'a> {
    /// The function is not `async`, and has ended.
    Done(Result<(), ExitReason>),
    /// The function is `async`, and has not begun.
    Later(Running<'a>),
}

/// The future of an `async` function.
pub(super) type Running<'a> = Pin<Box<dyn Future<Output = Result<(), ExitReason>> + Send + 'a>>;

impl<'a> Run<'a> {
    /// The end of a function that is not `async` and cannot fail.
    pub const DONE: Self = Self::Done(Ok(()));

    /// An `async` function that cannot fail.
    pub fn later(handler: impl Future<Output = ()> + Send + 'a) -> Self {
        Self::fallible(async move {
            handler.await;
            Ok(())
        })
    }

    /// An `async` function that can fail.
    pub fn fallible(handler: impl Future<Output = Result<(), ExitReason>> + Send + 'a) -> Self {
        Self::Later(Box::pin(handler))
    }

    /// An `async` handler whose output is the answer to a call.
    pub fn answer<T: Send + 'static>(
        reply: ReplyTo<T>,
        handler: impl Future<Output = T> + Send + 'a,
    ) -> Self {
        Self::fallible(async move {
            reply.send(handler.await);
            Ok(())
        })
    }
}

impl fmt::Debug for Run<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Done(done) => f.debug_tuple("Done").field(done).finish(),
            Self::Later(_) => f.write_str("Later(..)"),
        }
    }
}

/// The place of a server whose `init` builds it. It holds first the arguments of `init`, then the server: so the task
/// has room for the larger of the two, and not for both.
pub enum Site<S: GenServer> {
    /// The arguments.
    Seed(S::Seed),
    /// Nothing: `init` runs, or has failed.
    Empty,
    /// The server.
    Ready(S),
}

impl<S: GenServer> Site<S> {
    /// Takes the arguments out.
    pub fn seed(&mut self) -> Option<S::Seed> {
        match std::mem::replace(self, Self::Empty) {
            Self::Seed(seed) => Some(seed),
            Self::Empty | Self::Ready(_) => None,
        }
    }
}

impl<S: GenServer> fmt::Debug for Site<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Seed(_) => "Seed(..)",
            Self::Empty => "Empty",
            Self::Ready(_) => "Ready(..)",
        })
    }
}
