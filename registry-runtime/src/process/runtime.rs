//! The tokio runtime that a process lives on.
//!
//! Invariant: a [`Runtime`] has timers. Whoever starts a process has one, so that nothing which a process does
//! later can find that there are none.

use std::cell::{Cell, RefCell};
use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::runtime::{Handle, Id};
use tokio::task::JoinHandle;

use super::panics::quietly;
use crate::gen_server::StartError;

/// A tokio runtime with timers.
#[derive(Debug)]
pub(crate) struct Runtime(Handle);

thread_local! {
    /// The runtime that this thread last started a process on: its processes share one allocation.
    static LAST: RefCell<Weak<Runtime>> = const { RefCell::new(Weak::new()) };
    /// Whether the runtime that this thread last asked about has timers.
    static TIMERS: Cell<Option<(Id, bool)>> = const { Cell::new(None) };
}

impl Runtime {
    /// The runtime that this code runs on.
    pub(crate) fn current() -> Result<Arc<Self>, StartError> {
        let handle = Handle::try_current().map_err(|_| StartError::NoRuntime)?;
        let last = LAST.try_with(|last| last.borrow().upgrade());
        if let Ok(Some(last)) = last
            && last.0.id() == handle.id()
        {
            return Ok(last);
        }
        if !has_timers(&handle) {
            return Err(StartError::NoTimers);
        }
        let new = Arc::new(Self(handle));
        let _ = LAST.try_with(|last| *last.borrow_mut() = Arc::downgrade(&new));
        Ok(new)
    }

    /// Runs a future there. When the runtime has shut down, the future is dropped at once.
    pub(crate) fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        self.0.spawn(future)
    }
}

/// Whether the current runtime, of which this is the handle, has timers. tokio has no function that
/// tells; it panics when a timer is made where there are none.
pub(crate) fn has_timers(current: &Handle) -> bool {
    // Where a panic cannot be caught, tokio's own message has to do.
    if cfg!(panic = "abort") {
        return true;
    }
    let id = current.id();
    if let Ok(Some((known, has))) = TIMERS.try_with(Cell::get)
        && known == id
    {
        return has;
    }
    let has = quietly(|| drop(tokio::time::sleep(Duration::ZERO))).is_some();
    let _ = TIMERS.try_with(|timers| timers.set(Some((id, has))));
    has
}
