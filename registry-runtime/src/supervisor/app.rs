//! `App`: a tree that was started, to be waited for and shut down.

use std::fmt;
use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

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
    /// Shown in the [example](Self#examples).
    ///
    /// # Cancel safety
    ///
    /// Safe.
    pub async fn wait(&self) -> ExitReason {
        self.root.wait().await
    }

    /// Waits until the tree has ended, or the program gets SIGINT or SIGTERM (on other systems than
    /// Unix: Ctrl-C): then ends the tree in order. A second signal kills it.
    ///
    /// # Panics
    ///
    /// When the system refuses to install the signal handler, and outside of a tokio runtime whose
    /// drivers are enabled.
    ///
    /// # Cancel safety
    ///
    /// Safe: the tree runs on.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # use registry_runtime::prelude::*;
    /// supervision_tree! {
    ///     Shop;
    ///     registry!<pub(self) Carts, keys = unique, key = String>;
    /// }
    ///
    /// #[tokio::main]
    /// async fn main() -> Result<(), StartError> {
    ///     let shop = Shop::start().await?;
    ///     shop.run_until_signal().await;
    ///     println!("closed");
    ///     Ok(())
    /// }
    /// ```
    pub async fn run_until_signal(&self) -> ExitReason {
        let mut signals = Signals::install();
        if let First::Left(reason) = first(self.wait(), signals.next()).await {
            return reason;
        }
        if let First::Right(()) = first(self.shutdown(), signals.next()).await {
            self.pid().exit(ExitReason::Kill);
        }
        self.wait().await
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

enum First<A, B> {
    Left(A),
    Right(B),
}

/// Whichever is ready first; the left one when both are.
async fn first<A: Future, B: Future>(left: A, right: B) -> First<A::Output, B::Output> {
    let (mut left, mut right) = (pin!(left), pin!(right));
    poll_fn(|cx| {
        if let Poll::Ready(done) = left.as_mut().poll(cx) {
            return Poll::Ready(First::Left(done));
        }
        right.as_mut().poll(cx).map(First::Right)
    })
    .await
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn install() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        let install = |kind| match signal(kind) {
            Ok(signal) => signal,
            Err(error) => panic!("the system refused a signal handler: {error}"),
        };
        Self {
            interrupt: install(SignalKind::interrupt()),
            terminate: install(SignalKind::terminate()),
        }
    }

    async fn next(&mut self) {
        let _ = first(self.interrupt.recv(), self.terminate.recv()).await;
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn install() -> Self {
        Self
    }

    async fn next(&mut self) {
        let _ = tokio::signal::ctrl_c().await;
    }
}
