//! Starting servers: the name first, then the process, then `init`.

use std::fmt;
use std::sync::Arc;

use super::serve::{run_init, serve};
use super::{Client, Construct, GenServer, ServerRef, StartError};
use crate::process::launch::{Launched, Place, launch_here};
use crate::process::{Cell, Ctx, panics};

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

    /// Runs a server that is ready after its `init`.
    pub fn init(self) -> Launched<S>
    where
        S::Seed: Send,
    {
        let Self { place, cell, seed } = self;
        let ctx = Ctx::new(Arc::clone(&cell));
        place.run_init(cell, |started| run_init::<S>(seed, ctx, started))
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

/// Starts a server, linked to the running process if there is one.
///
/// # Errors
///
/// See [`StartError`].
pub(super) async fn start_link<S: GenServer>(args: S::Args) -> Result<ServerRef<S>, StartError> {
    ready(launch_here(true, |place| {
        launch::<S>(args, place, &mut |_| ())
    })?)
    .await
}

/// Starts a server, linked to nobody.
///
/// # Errors
///
/// See [`StartError`].
pub(super) async fn start<S: GenServer>(args: S::Args) -> Result<ServerRef<S>, StartError> {
    ready(launch_here(false, |place| {
        launch::<S>(args, place, &mut |_| ())
    })?)
    .await
}

async fn ready<S: GenServer>(launched: Launched<S>) -> Result<ServerRef<S>, StartError> {
    if let Some(init) = launched.init {
        init.done(None).await?;
    }
    Ok(Client::local(launched.cell).into())
}
