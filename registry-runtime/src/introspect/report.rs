//! Reports of what nobody else can be told: one line each, to a hook or to standard error.

use std::any::Any;
use std::borrow::Cow;
use std::fmt;
use std::sync::OnceLock;

use crate::process::{ExitReason, Pid, Proc, panics};

/// Something that happened to a process that nobody waits to hear of.
///
/// Shown in the example of [`set_reporter`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Report {
    /// A process got an untyped message that it has no `#[info]` for; the message was dropped.
    UnexpectedMessage {
        /// The process.
        pid: Pid,
        /// Its type.
        server: &'static str,
    },
    /// A supervised process ended other than in order.
    ChildTerminated {
        /// The process.
        pid: Pid,
        /// Its id within its supervisor.
        id: Cow<'static, str>,
        /// The supervisor.
        supervisor: Cow<'static, str>,
        /// Why it ended.
        reason: ExitReason,
    },
    /// A supervisor gives up: its children were restarted too often.
    RestartLimit {
        /// The supervisor.
        supervisor: Cow<'static, str>,
        /// The supervisor's pid.
        pid: Pid,
    },
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnexpectedMessage { pid, server } => write!(
                f,
                "{server} {pid} got a message that none of its `#[info]` handlers takes; it was dropped"
            ),
            Self::ChildTerminated {
                pid,
                id,
                supervisor,
                reason,
            } => write!(f, "child `{id}` {pid} of {supervisor} ended: {reason}"),
            Self::RestartLimit { supervisor, pid } => write!(
                f,
                "{supervisor} {pid} gives up: more restarts than `max_restarts` allows within its window"
            ),
        }
    }
}

type Hook = Box<dyn Fn(&Report) + Send + Sync>;

static HOOK: OnceLock<Hook> = OnceLock::new();

/// Sends reports to `hook` instead of standard error. The first call of a program decides; `false`
/// from later ones.
///
/// `hook` runs in the process that the report is about: it must not block.
///
/// # Examples
///
/// ```
/// # use registry_runtime::prelude::*;
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use std::sync::mpsc;
///
/// let (sender, reports) = mpsc::channel();
/// assert!(registry_runtime::set_reporter(move |report| { let _ = sender.send(report.to_string()); }));
/// let agent = Agent::start(|| 0).await?;
/// agent.pid().send("what?")?;  // nothing takes a `&str` there
/// agent.stop(ExitReason::Normal).await?;
/// assert!(reports.try_recv()?.contains(&agent.pid().to_string()));
/// # Ok(())
/// # }
/// ```
///
/// # Elixir
///
/// A `Logger` handler.
pub fn set_reporter(hook: impl Fn(&Report) + Send + Sync + 'static) -> bool {
    HOOK.set(Box::new(hook)).is_ok()
}

pub(crate) fn report(report: &Report) {
    // A reporter that panics, or a standard error that is closed, must not end a supervisor.
    let _ = panics::caught(|| match HOOK.get() {
        Some(hook) => hook(report),
        None => eprintln!("[registry-runtime] {report}"),
    });
}

pub(crate) fn unexpected_message(process: &dyn Proc, message: &(dyn Any + Send)) {
    let _ = message;
    report(&Report::UnexpectedMessage {
        pid: process.header().pid,
        server: process.type_name(),
    });
}

pub(crate) fn child_terminated(
    pid: Pid,
    id: Cow<'static, str>,
    supervisor: Cow<'static, str>,
    reason: ExitReason,
) {
    report(&Report::ChildTerminated {
        pid,
        id,
        supervisor,
        reason,
    });
}
