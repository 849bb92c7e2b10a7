//! `App`: a tree that was started, to be waited for and shut down.

use std::fmt;

use super::Supervisor;
use crate::introspect::Tree;
use crate::process::{ExitReason, Pid};

/// A tree that was started by its `start`.
///
/// Dropping it does nothing: the tree runs on.
///
/// # Examples
///
/// ```
/// # use registry_runtime::prelude::*;
/// supervision_tree! {
///     App1;
///     registry!<pub(self) Names, keys = unique, key = String>;
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let app = App1::start().await?;
/// assert_eq!(app.supervisor().pid(), app.pid());
/// assert!(app.tree().to_string().contains("Names"));
/// let watched = tokio::spawn({ let app = app.clone(); async move { app.wait().await } });
/// app.shutdown().await;
/// assert_eq!(watched.await?, ExitReason::Shutdown);
/// # Ok(())
/// # }
/// ```
///
/// # Elixir
///
/// A started `Application`.
#[derive(Clone)]
pub struct App {
    root: Supervisor,
}

impl App {
    pub(crate) fn new(root: Supervisor) -> Self {
        Self { root }
    }

    /// The tree's root.
    ///
    /// Shown in the [example](Self#examples).
    #[must_use]
    pub fn supervisor(&self) -> &Supervisor {
        &self.root
    }

    /// The pid of the tree's root.
    ///
    /// Shown in the [example](Self#examples).
    #[must_use]
    pub fn pid(&self) -> Pid {
        self.root.pid()
    }

    /// Ends the tree in reverse order of its start, and waits until it is gone.
    ///
    /// In a process that it holds, this only asks it to end, and returns at once: the process would wait for
    /// itself. [`wait`](Self::wait) tells so by [`ExitReason::Deadlock`].
    ///
    /// Shown in the [example](Self#examples).
    ///
    /// # Cancel safety
    ///
    /// Once polled, the tree ends even if the wait is given up.
    ///
    /// # Elixir
    ///
    /// `Application.stop/1`.
    pub async fn shutdown(&self) {
        self.root.shutdown().await;
    }

    /// Waits until the tree has ended, and tells why.
    ///
    /// In the `terminate` of a process that it holds, the answer is [`ExitReason::Deadlock`] at once: the
    /// process would wait for itself. In a handler it is so once this process is told to end.
    ///
    /// Shown in the [example](Self#examples).
    ///
    /// # Cancel safety
    ///
    /// Safe.
    pub async fn wait(&self) -> ExitReason {
        self.root.wait().await
    }

    /// The living tree.
    ///
    /// Shown in the [example](Self#examples).
    #[must_use]
    pub fn tree(&self) -> Tree {
        Tree::of(&self.root.0.name, Some(self.pid()))
    }
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("App").field(&self.root).finish()
    }
}
