//! Why a task has no result.

use std::error::Error;
use std::fmt;

use crate::gen_server::StartError;
use crate::process::DeadlockPath;
use crate::process::ExitReason;

/// Why a task has no result.
///
/// # Examples
///
/// ```
/// # use registry_runtime::prelude::*;
/// use std::time::Duration;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let faulty = Task::run(async { panic!("oops") });
/// let Err::<(), _>(TaskError::Exited(ExitReason::Panic(panic))) = faulty.await else { panic!() };
/// assert_eq!(panic.message(), "oops");
///
/// let slow = Task::run(std::future::pending::<()>());
/// assert_eq!(slow.await_timeout(Duration::from_millis(1)).await, Err(TaskError::Timeout));
/// # Ok(())
/// # }
/// ```
///
/// # Elixir
///
/// What `Task.await/2` exits with, and the reason in `{:exit, reason}`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TaskError {
    /// The task ended before it was done: it panicked, was killed, or got an exit signal;
    /// [`ExitReason::NoProc`] when its result had been taken before.
    Exited(ExitReason),
    /// It took too long, and was killed.
    Timeout,
    /// The wait would have waited for itself: each process on the path waits for the next, and the
    /// last for the first. The task runs on, and its result is lost.
    Deadlock(DeadlockPath),
    /// A task of a stream could not be started; the stream ends with it.
    Start(StartError),
}

impl fmt::Display for TaskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exited(reason) => write!(f, "the task ended without a result ({reason})"),
            Self::Timeout => {
                f.write_str("the task took too long and was killed; give it more time")
            }
            Self::Deadlock(path) => write!(
                f,
                "the wait for the task would wait for itself ({path}); keep the handle and await it later",
            ),
            Self::Start(error) => write!(f, "the task did not start: {error}"),
        }
    }
}

impl Error for TaskError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Start(error) => Some(error),
            _ => None,
        }
    }
}
