//! Why a process ended.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use super::DeadlockPath;

/// Why a process ended, or is asked to end.
///
/// Cheap to clone: whatever is carried is shared.
///
/// # Examples
///
/// ```
/// # use registry_runtime::prelude::*;
/// #[gen_server]
/// struct Import { text: String }
///
/// #[gen_server]
/// impl Import {
///     /// `?` makes a reason of any error.
///     fn init(&mut self) -> Result<(), ExitReason> {
///         let lines: u32 = self.text.parse()?;
///         if lines > 1_000 { Err(ExitReason::error("too long")) } else { Ok(()) }
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let Err(StartError::Init(reason)) = Import::start("many".into()).await else { panic!("no number") };
/// assert!(reason.to_string().contains("invalid digit"));
/// assert!(!reason.is_orderly());
///
/// let import = Import::start("12".into()).await?;
/// import.exit(ExitReason::shutdown_with("enough"));
/// let end = import.ended().await;
/// assert!(end.is_orderly() && !end.is_normal());
/// # Ok(())
/// # }
/// ```
///
/// # Elixir
///
/// Exit reasons: `:normal`, `:shutdown`, `{:shutdown, term}`, `:kill` and `:killed`, `:noproc`, an
/// exception with its stack trace, any other term.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum ExitReason {
    /// The process did what it was there for. A `transient` child is not restarted after it, and
    /// links do not spread it.
    Normal,
    /// An ordered end, as supervisors ask for. A `transient` child is not restarted after it.
    Shutdown,
    /// As [`ExitReason::Shutdown`], with a word on why.
    ShutdownWith(Arc<str>),
    /// To be sent with `exit`: ends any process at its next await; cannot be trapped, and
    /// `terminate` does not run. Who learns of the death reads [`ExitReason::Killed`].
    Kill,
    /// The process was killed.
    Killed,
    /// A handler, `init` or the body of the process panicked.
    Panic(Arc<PanicInfo>),
    /// The process ended with an error; made by [`ExitReason::error`].
    Error(Arc<dyn Error + Send + Sync>),
    /// There was no such process when the link or monitor was made.
    NoProc,
    /// The answer of [`ended`](crate::Pid::ended) and of a supervisor's `wait` in a process that can never see
    /// that end: it waits in its `terminate` for a supervisor above it, which ends only after it.
    /// Each process on the path waits for the next, and the last for the first.
    Deadlock(Arc<DeadlockPath>),
    /// To be returned by `init`: the start is not an error, but there is nothing to run. The start returns
    /// [`StartError::Ignored`](crate::StartError::Ignored); all others are told [`ExitReason::Normal`].
    Ignore,
}

/// What a panic left behind.
///
/// # Examples
///
/// ```
/// # use registry_runtime::prelude::*;
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let faulty = spawn(async |_: Process<()>| panic!("oops"));
/// let ExitReason::Panic(panic) = faulty.ended().await else { panic!("it panicked") };
/// assert_eq!(panic.message(), "oops");
/// println!("{:?}", panic.location());  // file, line and column
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct PanicInfo {
    message: String,
    location: Option<String>,
}

impl PanicInfo {
    pub(crate) fn new(message: String, location: Option<String>) -> Self {
        Self { message, location }
    }

    /// The panic's message.
    ///
    /// Shown in the [example](Self#examples).
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Where it panicked, as `file:line:column`; `None` when another panic hook replaced ours.
    ///
    /// Shown in the [example](Self#examples).
    #[must_use]
    pub fn location(&self) -> Option<&str> {
        self.location.as_deref()
    }
}

impl ExitReason {
    /// A reason made of an error: any error type, or a text.
    ///
    /// Shown in the [example](Self#examples).
    pub fn error(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Error(Arc::from(error.into()))
    }

    /// A [`ExitReason::ShutdownWith`] from any text.
    ///
    /// Shown in the [example](Self#examples).
    pub fn shutdown_with(why: impl Into<Arc<str>>) -> Self {
        Self::ShutdownWith(why.into())
    }

    /// Whether the end was an orderly one: `Normal`, `Shutdown`, `ShutdownWith`. A `transient`
    /// child is restarted after all others.
    ///
    /// Shown in the [example](Self#examples).
    #[must_use]
    pub fn is_orderly(&self) -> bool {
        matches!(self, Self::Normal | Self::Shutdown | Self::ShutdownWith(_))
    }

    /// Whether this is [`ExitReason::Normal`].
    ///
    /// Shown in the [example](Self#examples).
    #[must_use]
    pub fn is_normal(&self) -> bool {
        matches!(self, Self::Normal)
    }
}

/// So that `init` may use `?` on whatever fails in it.
impl<E: Error + Send + Sync + 'static> From<E> for ExitReason {
    fn from(error: E) -> Self {
        Self::error(error)
    }
}

impl fmt::Display for ExitReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Normal => f.write_str("normal"),
            Self::Shutdown => f.write_str("shutdown"),
            Self::ShutdownWith(why) => write!(f, "shutdown: {why}"),
            Self::Kill => f.write_str("kill"),
            Self::Killed => f.write_str("killed"),
            Self::Panic(info) => match info.location() {
                Some(at) => write!(f, "panicked at {at}: {}", info.message()),
                None => write!(f, "panicked: {}", info.message()),
            },
            Self::Error(error) => write!(f, "error: {error}"),
            Self::NoProc => f.write_str("no process"),
            Self::Deadlock(path) => write!(f, "would wait for itself ({path})"),
            Self::Ignore => f.write_str("ignore"),
        }
    }
}

/// Two reasons are equal when they are of one kind and carry the same text.
impl PartialEq for ExitReason {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Normal, Self::Normal)
            | (Self::Shutdown, Self::Shutdown)
            | (Self::Kill, Self::Kill)
            | (Self::Killed, Self::Killed)
            | (Self::NoProc, Self::NoProc)
            | (Self::Ignore, Self::Ignore) => true,
            (Self::ShutdownWith(a), Self::ShutdownWith(b)) => a == b,
            (Self::Deadlock(a), Self::Deadlock(b)) => a == b,
            (Self::Panic(a), Self::Panic(b)) => a.message == b.message,
            (Self::Error(a), Self::Error(b)) => Arc::ptr_eq(a, b) || a.to_string() == b.to_string(),
            _ => false,
        }
    }
}

impl Eq for ExitReason {}
