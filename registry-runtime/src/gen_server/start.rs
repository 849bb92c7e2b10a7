//! Starting servers: the name first, then the process, then `init`.

use std::sync::Arc;

use super::serve::{run_init, serve};
use super::{Client, Construct, GenServer, ServerRef, StartError};
use crate::process::launch::{Launched, Place, launch_here};
use crate::process::{Cell, Ctx, panics};

/// Starts a process for a server: when this returns it has its name, and takes messages.
/// `before_run` is called when nothing can go wrong any more, and nothing has happened yet.
pub(crate) fn launch<S: GenServer>(
    args: S::Args,
    place: Place<'_>,
    before_run: impl FnOnce(&Arc<Cell<S>>),
) -> Result<Launched<S>, StartError> {
    let cell = place.prepare(<S as Construct>::MAILBOX, |cell| S::claim(&args, cell))?;
    let seed = match panics::caught(|| S::seed(args)) {
        Ok(seed) => seed,
        Err(reason) => {
            place.discard(&cell, reason.clone());
            return Err(StartError::Init(reason));
        }
    };
    before_run(&cell);
    let mut ctx = Ctx::new(Arc::clone(&cell));
    Ok(match S::__ready(seed) {
        // Captured and used in place: an `async fn` would hold its arguments twice.
        Ok(mut state) => place.run(cell, async move { serve(&mut state, &mut ctx).await }),
        Err(seed) => place.run_init(cell, |started| run_init::<S>(seed, ctx, started)),
    })
}

/// Starts a server, linked to the running process if there is one.
///
/// # Errors
///
/// See [`StartError`].
pub async fn start_link<S: GenServer>(args: S::Args) -> Result<ServerRef<S>, StartError> {
    ready(launch_here(true, |place| launch::<S>(args, place, |_| ()))?).await
}

/// Starts a server, linked to nobody.
///
/// # Errors
///
/// See [`StartError`].
pub async fn start<S: GenServer>(args: S::Args) -> Result<ServerRef<S>, StartError> {
    ready(launch_here(false, |place| {
        launch::<S>(args, place, |_| ())
    })?)
    .await
}

async fn ready<S: GenServer>(launched: Launched<S>) -> Result<ServerRef<S>, StartError> {
    if let Some(init) = launched.init {
        init.done(None).await?;
    }
    Ok(Client::local(launched.cell).into())
}
