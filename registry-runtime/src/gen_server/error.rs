//! What calls, casts and starts can come to.

use std::error::Error;
use std::fmt;

use crate::process::{DeadlockPath, ExitReason, Pid};
use crate::registry::{NotRunning, RegisterError};
use crate::supervisor::SupervisorNotRunning;

/// Why a call has no answer.
///
/// # Examples
///
/// ```
/// # use registry_runtime::prelude::*;
/// use std::time::Duration;
///
/// #[gen_server]
/// struct Printer {}
///
/// #[gen_server]
/// impl Printer {
///     #[call] async fn jam(&mut self) { std::future::pending().await }
///     #[call] fn burn(&mut self) { panic!("on fire") }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let printer = Printer::start().await?;
/// let hasty = printer.clone().timeout(Duration::from_millis(10));
/// assert_eq!(hasty.jam().await, Err(CallError::Timeout));
/// printer.exit(ExitReason::Kill);
/// printer.pid().ended().await;
/// assert_eq!(printer.burn().await, Err(CallError::NotRunning));
/// assert!(matches!(Printer::start().await?.burn().await, Err(CallError::Exited(_))));
/// # Ok(())
/// # }
/// ```
///
/// # Elixir
///
/// The reasons that `GenServer.call/3` exits with.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CallError {
    /// There is no such process: nobody has the name, or the process had ended before the call.
    NotRunning,
    /// The server ended before it answered. Whether it had begun with the call is not known.
    Exited(ExitReason),
    /// There was no answer in time. The server may still come to the call; its answer is dropped.
    Timeout,
    /// The call would have waited for itself: each process on the path waits for the next, and the
    /// last for the first. The call was not sent.
    Deadlock(DeadlockPath),
    /// The server dropped the [`ReplyTo`](crate::ReplyTo) without an answer, and goes on.
    NoReply,
    /// What the server was asked to show of itself panicked, and the server goes on: the `Debug` of the
    /// state, of [`status`](crate::Client::status). Holds an [`ExitReason::Panic`].
    Panicked(ExitReason),
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotRunning => f.write_str("no such server is running; start it, or check the name"),
            Self::Exited(reason) => write!(f, "the server ended during the call ({reason})"),
            Self::Timeout => f.write_str(
                "no answer in time; give the call longer by `.timeout(…)`, or have the server answer sooner",
            ),
            Self::Deadlock(path) => write!(
                f,
                "the call would wait for itself ({path}); cast instead, or answer later with a `ReplyTo`",
            ),
            Self::NoReply => f.write_str("the server dropped the call's `ReplyTo` without an answer"),
            Self::Panicked(reason) => write!(
                f,
                "the `Debug` of the server's state {reason}; the server goes on: mend the `Debug`",
            ),
        }
    }
}

impl Error for CallError {}

/// Why a cast was not taken.
///
/// # Examples
///
/// ```
/// # use registry_runtime::prelude::*;
/// #[gen_server(mailbox = 1)]
/// struct Pigeonhole { #[default] letters: u32 }
///
/// #[gen_server]
/// impl Pigeonhole {
///     #[cast] fn put(&mut self) { self.letters += 1 }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let hole = Pigeonhole::start().await?;
/// assert_eq!(hole.put(), Ok(()));
/// assert_eq!(hole.put(), Err(CastError::Full));  // the first waits there still
/// hole.stop(ExitReason::Normal).await?;
/// assert_eq!(hole.put(), Err(CastError::NotRunning));
/// # Ok(())
/// # }
/// ```
///
/// # Elixir
///
/// `GenServer.cast/2` does not tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CastError {
    /// There is no such process.
    NotRunning,
    /// The server's mailbox is bounded (`mailbox = …`) and full.
    Full,
}

impl fmt::Display for CastError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotRunning => "no such server is running; start it, or check the name",
            Self::Full => "the server's mailbox is full; slow down, or raise its `mailbox = …`",
        })
    }
}

impl Error for CastError {}

/// Why a server did not start.
///
/// # Examples
///
/// ```
/// # use registry_runtime::prelude::*;
/// registry! { Names, keys = unique, key = String }
///
/// #[gen_server(registry = Names, key = "cache")]
/// struct Cache { size: usize }
///
/// #[gen_server]
/// impl Cache {
///     fn init(&mut self) -> Result<(), ExitReason> {
///         if self.size == 0 { Err(ExitReason::error("a cache of nothing")) } else { Ok(()) }
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let early = Cache::start(1).await.expect_err("no registry yet");
/// assert!(early.to_string().contains("Names"));
/// Names::start().await?;
/// assert!(matches!(Cache::start(0).await, Err(StartError::Init(_))));
/// let cache = Cache::start(1).await?;
/// let twice = Cache::start(1).await.map(|_| ());
/// assert_eq!(twice, Err(StartError::AlreadyStarted(cache.pid())));
/// # Ok(())
/// # }
/// ```
///
/// # Elixir
///
/// What `GenServer.start_link/3` and `Supervisor.start_child/2` return besides `{:ok, pid}`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StartError {
    /// The name belongs to this process.
    AlreadyStarted(Pid),
    /// `init` returned an error or panicked, or the process was ended while it ran.
    Init(ExitReason),
    /// `init` returned [`ExitReason::Ignore`].
    Ignored,
    /// `init` took longer than it may. The process has been killed, and its name is free.
    Timeout,
    /// The server's registry does not run on this node.
    RegistryNotRunning(NotRunning),
    /// A child of the supervisor or tree that was to start did not start. Where supervisors stand in supervisors
    /// deeper than 32 levels, the innermost 32 are named.
    Child {
        /// The child's id.
        id: String,
        /// Why it did not start.
        error: Box<StartError>,
    },
    /// The supervisor holds as many children as it may (`max_children`).
    MaxChildren,
    /// The supervisor that was to start it is not running, or is ending.
    SupervisorNotRunning(SupervisorNotRunning),
    /// The supervisor has a child with this id: running, restarting, or ended and not deleted.
    DuplicateId(String),
    /// A child is marked as significant, and cannot be: it is permanent, or its supervisor never shuts
    /// down by itself.
    NotSignificant(String),
    /// The supervisor waits for the `init` of the process that asks, or of one that waits for it: it
    /// would never answer. It was not asked.
    Deadlock(DeadlockPath),
    /// There is no tokio runtime to run it on.
    NoRuntime,
    /// The tokio runtime has no timers: it was built without `enable_time`.
    NoTimers,
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AlreadyStarted(pid) => write!(f, "the name belongs to {pid} already"),
            Self::Init(reason) => write!(f, "init failed ({reason})"),
            Self::Ignored => f.write_str("init said that there is nothing to run"),
            Self::Timeout => f.write_str("init took too long; the process was killed"),
            Self::RegistryNotRunning(missing) => missing.fmt(f),
            Self::Child { id, error } => write!(f, "child `{id}` did not start: {error}"),
            Self::MaxChildren => f.write_str(
                "the supervisor holds as many children as it may; end some, or raise `max_children`",
            ),
            Self::SupervisorNotRunning(missing) => missing.fmt(f),
            Self::DuplicateId(id) => write!(
                f,
                "the supervisor has a child `{id}` already; give this one another id, or delete that one",
            ),
            Self::NotSignificant(id) => write!(
                f,
                "child `{id}` cannot be significant; make it transient or temporary, and give its supervisor an `auto_shutdown`",
            ),
            Self::Deadlock(path) => write!(f, "the supervisor waits for whoever asks it ({path})"),
            Self::NoRuntime => {
                f.write_str("there is no tokio runtime here; start from inside `#[tokio::main]`")
            }
            Self::NoTimers => f.write_str(
                "the tokio runtime here has no timers; build it with `enable_time` or `enable_all`",
            ),
        }
    }
}

/// So many children that did not start are named, of a child in a child: errors are copied, compared and shown by
/// recursion.
const NAMED: usize = 32;

impl StartError {
    /// The error of a supervisor of which a child did not start of this error.
    pub(crate) fn of_child(self, id: &str) -> Self {
        let mut innermost = &self;
        let mut named = 0;
        while let Self::Child { error, .. } = innermost {
            named += 1;
            innermost = error;
        }
        if named >= NAMED {
            return self;
        }
        Self::Child {
            id: id.to_owned(),
            error: Box::new(self),
        }
    }
}

impl Error for StartError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Child { error, .. } => Some(error),
            _ => None,
        }
    }
}

impl From<RegisterError> for StartError {
    fn from(error: RegisterError) -> Self {
        match error {
            RegisterError::AlreadyRegistered(pid) => Self::AlreadyStarted(pid),
            RegisterError::NotRunning(registry) => Self::RegistryNotRunning(registry),
            RegisterError::Exiting => Self::Init(ExitReason::Killed),
        }
    }
}
