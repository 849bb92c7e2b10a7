//! `App::run_until_signal`, behind the feature `signal`.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use super::App;
use crate::process::ExitReason;

impl App {
    /// Waits until the tree has ended or the program receives SIGINT or SIGTERM (Ctrl-C where the
    /// system is not Unix). A signal ends the tree in order; a second one kills it.
    ///
    /// Returns the tree's exit reason. Needs the feature `signal`, which is on by default.
    ///
    /// # Panics
    ///
    /// When the system refuses to install the signal handler, and outside of a tokio runtime whose
    /// drivers are enabled.
    ///
    /// # Cancel safety
    ///
    /// Safe: the tree runs on. tokio keeps its signal handlers until the program ends, so a later
    /// SIGINT does not end the program by itself.
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
}

enum First<A, B> {
    Left(A),
    Right(B),
}

/// The first output that is ready; the left one when both are.
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
