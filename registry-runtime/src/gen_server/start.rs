//! Starting servers: the name first, then the process, then `init`.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::serve::{begun, ended, serve};
use super::{Client, Construct, GenServer, ServerRef, Site, StartError};
use crate::process::launch::{Launched, Place, launch_here};
use crate::process::{Cell, Ctx, ExitReason, panics};
use crate::supervisor::ChildSpec;

/// A server that has its name, and is about to run.
///
/// Which of the two ways it runs is known when the program is compiled: the other is then not compiled
/// for it, with all that tokio has for each type of task.
pub struct Starting<'a, S: GenServer> {
    place: Place<'a>,
    cell: Arc<Cell<S>>,
    seed: S::Seed,
}

impl<S: GenServer> Starting<'_, S> {
    /// Runs a server that is ready once it is built.
    pub fn built(self, build: impl FnOnce(S::Seed) -> S) -> Launched<S> {
        let Self { place, cell, seed } = self;
        let (mut ctx, mut state) = (Ctx::new(Arc::clone(&cell)), build(seed));
        // Captured and used in place: an `async fn` would hold its arguments twice.
        place.run(cell, async move {
            let reason = serve(&mut state, &mut ctx).await;
            // Here, and not after the reason is returned: a panic would leak it.
            drop(state);
            reason
        })
    }

    /// Runs a server that is ready after its `init`, which begins with a built state.
    pub fn init(self, build: impl FnOnce(S::Seed) -> S) -> Launched<S> {
        let Self { place, cell, seed } = self;
        let (mut ctx, mut state) = (Ctx::new(Arc::clone(&cell)), build(seed));
        place.run_init(cell, |started| async move {
            let init = panics::caught(|| S::__init(&mut state, &mut ctx));
            let init = ended(init).await;
            let reason = match begun(&ctx, started, init) {
                Ok(()) => serve(&mut state, &mut ctx).await,
                Err(reason) => reason,
            };
            drop(state);
            reason
        })
    }

    /// Runs a server that is ready after its `init`, which builds it.
    pub fn build(self) -> Launched<S>
    where
        S::Seed: Send,
    {
        let Self { place, cell, seed } = self;
        let (mut ctx, mut site) = (Ctx::new(Arc::clone(&cell)), Site::<S>::Seed(seed));
        place.run_init(cell, |started| async move {
            let init = panics::caught(|| S::__build(&mut site, &mut ctx));
            let init = ended(init).await;
            let reason = match (begun(&ctx, started, init), &mut site) {
                (Ok(()), Site::Ready(state)) => serve(state, &mut ctx).await,
                // An `init` that has come through has put the server there.
                (Ok(()), _) => ExitReason::Normal,
                (Err(reason), _) => reason,
            };
            drop(site);
            reason
        })
    }
}

impl<S: GenServer> fmt::Debug for Starting<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Starting({:?})", self.cell)
    }
}

/// Starts a process for a server: when this returns it has its name, and takes messages.
/// `before_run` is called when nothing can go wrong any more, and nothing has happened yet.
pub(crate) fn launch<S: GenServer>(
    args: S::Args,
    place: Place<'_>,
    before_run: &mut dyn FnMut(&Arc<Cell<S>>),
) -> Result<Launched<S>, StartError> {
    let cell = place.prepare(<S as Construct>::MAILBOX, |cell| S::claim(&args, cell))?;
    let seed = match panics::caught(|| S::seed(args)) {
        Ok(seed) => seed,
        Err(reason) => {
            place.discard(&*cell, reason.clone());
            return Err(StartError::Init(reason));
        }
    };
    before_run(&cell);
    Ok(S::__run(Starting { place, cell, seed }))
}

/// Starts a server, linked to the running process if `link` says so and there is one; its `init` may
/// take as long as `limit`.
///
/// # Errors
///
/// See [`StartError`].
pub(super) async fn start<S: GenServer>(
    args: S::Args,
    link: bool,
    limit: Option<Duration>,
) -> Result<ServerRef<S>, StartError> {
    let launched = launch_here(link, |place| launch::<S>(args, place, &mut |_| ()))?;
    if let Some(init) = launched.init {
        init.done(limit).await?;
    }
    Ok(Client::local(launched.cell).into())
}

impl<S: GenServer> ChildSpec<S> {
    /// Starts the server without a supervisor, as `S::start_link` does, and holds its `init` to the
    /// [`start_timeout`](Self::start_timeout). What the specification says of restarts and of the end is
    /// a supervisor's to read, and counts for nothing here.
    ///
    /// # Errors
    ///
    /// As `S::start_link`; [`StartError::Timeout`] when `init` takes longer: the server has been
    /// killed, its name is free, and whoever it was linked to hears nothing of it.
    ///
    /// # Cancel safety
    ///
    /// Once polled, the start goes on if its future is dropped, for as long as `init` may take.
    ///
    /// # Examples
    ///
    /// ```
    /// # use registry_runtime::prelude::*;
    /// use std::time::Duration;
    ///
    /// #[gen_server]
    /// struct Slow { takes: Duration }
    ///
    /// #[gen_server]
    /// impl Slow {
    ///     async fn init(&mut self) { tokio::time::sleep(self.takes).await }
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let soon = Duration::from_millis(20);
    /// let late = Slow::child_spec(Duration::from_secs(60)).start_timeout(soon);
    /// assert_eq!(late.start_link().await.map(|_| ()), Err(StartError::Timeout));
    /// let quick = Slow::child_spec(Duration::ZERO).start_timeout(Duration::from_secs(60));
    /// assert!(quick.start().await?.is_alive());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Elixir
    ///
    /// `GenServer.start_link/3` with its `:timeout`.
    pub fn start_link(
        self,
    ) -> impl Future<Output = Result<ServerRef<S>, StartError>> + Send + use<S> {
        start::<S>(self.args, true, self.options.start_timeout)
    }

    /// As [`start_link`](Self::start_link), linked to nobody.
    ///
    /// Shown in the example of [`start_link`](Self::start_link).
    ///
    /// # Errors
    ///
    /// As [`start_link`](Self::start_link).
    ///
    /// # Cancel safety
    ///
    /// As [`start_link`](Self::start_link).
    ///
    /// # Elixir
    ///
    /// `GenServer.start/3` with its `:timeout`.
    pub fn start(self) -> impl Future<Output = Result<ServerRef<S>, StartError>> + Send + use<S> {
        start::<S>(self.args, false, self.options.start_timeout)
    }
}
