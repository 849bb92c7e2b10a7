//! What can go wrong, and what to do about it.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use crate::introspect::{Declaration, tree_hint};
use crate::process::Pid;

/// Why a process could not be registered. Nothing of the attempt is left behind.
///
/// # Examples
///
/// ```
/// # use registry_runtime::prelude::*;
/// registry! { Users, keys = unique, key = String }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let user = spawn(async |ctx: Process<()>| {
///     let early = Users::register(&ctx, "ann".into(), ());
///     assert!(matches!(early, Err(RegisterError::NotRunning(_))));
///     Users::start().await.expect("it did not run");
///     assert_eq!(Users::register(&ctx, "ann".into(), ()), Ok(()));
///     let twice = Users::register(&ctx, "ann".into(), ());
///     assert_eq!(twice, Err(RegisterError::AlreadyRegistered(ctx.pid())));
/// });
/// assert!(user.ended().await.is_normal());
/// # Ok(())
/// # }
/// ```
///
/// # Elixir
///
/// The `{:error, reason}` of `Registry.register/3`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RegisterError {
    /// The registry is unique, and this process has the key; it may be the caller itself.
    AlreadyRegistered(Pid),
    /// The registry is not running.
    NotRunning(NotRunning),
    /// The process has begun to exit, and its names have left already.
    Exiting,
}

/// A registry is not running: it was not started, or has stopped.
///
/// # Examples
///
/// ```
/// # use registry_runtime::prelude::*;
/// registry! { Users, keys = unique, key = String }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let error = Users::put_meta("limit", 10).expect_err("nobody started it");
/// assert_eq!(error.registry(), "Users");
/// println!("{error}");  // and where it is declared, and which tree to start
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotRunning {
    label: Label,
}

/// How a registry is spoken of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Label {
    pub(crate) name: Arc<str>,
    pub(crate) declaration: Option<&'static Declaration>,
}

impl NotRunning {
    pub(crate) fn new(label: &Label) -> Self {
        Self {
            label: label.clone(),
        }
    }

    /// The registry's name.
    #[must_use]
    pub fn registry(&self) -> &str {
        &self.label.name
    }
}

impl fmt::Display for NotRunning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.label.name;
        let Some(declaration) = self.label.declaration else {
            return write!(
                f,
                "registry `{name}` is not running; start it with `start_link`, or put its child \
                 spec into a supervisor"
            );
        };
        let Declaration { file, line, .. } = declaration;
        write!(
            f,
            "registry `{name}` (declared at {file}:{line}) is not running; "
        )?;
        match tree_hint(declaration) {
            Some(tree) => write!(
                f,
                "start `{}` (declared at {}:{}), which holds it, first",
                tree.name, tree.file, tree.line
            ),
            None => write!(
                f,
                "add `registry!<{name}>;` to your supervision tree, before what uses it, or \
                 `{name}::start_link().await?`"
            ),
        }
    }
}

impl Error for NotRunning {}

impl fmt::Display for RegisterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AlreadyRegistered(pid) => write!(
                f,
                "the key is registered by {pid}; unregister it there first, or declare the \
                 registry `keys = duplicate` to have several processes under a key"
            ),
            Self::NotRunning(registry) => registry.fmt(f),
            Self::Exiting => f.write_str(
                "the process is exiting and has left all registries; register it while it runs",
            ),
        }
    }
}

impl Error for RegisterError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::NotRunning(registry) => Some(registry),
            Self::AlreadyRegistered(_) | Self::Exiting => None,
        }
    }
}

impl From<NotRunning> for RegisterError {
    fn from(registry: NotRunning) -> Self {
        Self::NotRunning(registry)
    }
}
