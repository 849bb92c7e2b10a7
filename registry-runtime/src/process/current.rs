//! Which process the running code belongs to.

use std::any::Any;
use std::cell::RefCell;
use std::sync::Arc;

use super::Proc;
use crate::node;

thread_local! {
    static CURRENT: RefCell<Current> = const { RefCell::new(Current::nobody()) };
}

/// A process, and what it keeps for itself between two polls.
#[derive(Default)]
pub(crate) struct Current {
    process: Option<Arc<dyn Proc>>,
    /// The slot of its last answer, to be used for the next: most processes wait for one answer at a
    /// time, and for many of a kind.
    spare: Option<Spare>,
}

pub(crate) type Spare = Arc<dyn Any + Send + Sync>;

impl Current {
    pub(crate) fn new(process: Arc<dyn Proc>) -> Self {
        Self {
            process: Some(process),
            spare: None,
        }
    }

    const fn nobody() -> Self {
        Self {
            process: None,
            spare: None,
        }
    }
}

/// Calls `f` with the process that is being polled on this thread, if one is.
#[inline]
pub(crate) fn with<R>(f: impl FnOnce(Option<&Arc<dyn Proc>>) -> R) -> R {
    let mut f = Some(f);
    let known = CURRENT.try_with(|current| {
        let current = current.try_borrow().ok()?;
        f.take().map(|f| f(current.process.as_ref()))
    });
    match (known, f) {
        (Ok(Some(result)), _) => result,
        // The thread's storage is gone, and it runs no process any more; or a panic in `keeping` is
        // being reported.
        (_, Some(f)) => f(None),
        (_, None) => unreachable!("`f` is called or still there"),
    }
}

/// Calls `f` with the current process, if there is one, and with what it keeps. `f` runs no code of the
/// user's, and nothing that asks for the current process.
#[inline]
pub(crate) fn keeping<R>(f: impl FnOnce(&Arc<dyn Proc>, &mut Option<Spare>) -> R) -> Option<R> {
    let kept = CURRENT.try_with(|current| {
        let Current { process, spare } = &mut *current.borrow_mut();
        process.as_ref().map(|process| f(process, spare))
    });
    kept.ok().flatten()
}

/// The current process.
pub(crate) fn get() -> Option<Arc<dyn Proc>> {
    with(|process| process.map(Arc::clone))
}

/// While it lives, a process is the current one. The process's handle moves into the thread's
/// storage and back: no count is touched.
pub(crate) struct Entered<'a> {
    home: &'a mut Current,
    outer: Current,
    elsewhere: bool,
}

#[inline]
pub(crate) fn enter(home: &mut Current) -> Entered<'_> {
    let elsewhere = match &home.process {
        Some(process) => node::enter(&process.header().node),
        None => false,
    };
    let outer = replace(std::mem::take(home));
    Entered {
        home,
        outer,
        elsewhere,
    }
}

impl Drop for Entered<'_> {
    #[inline]
    fn drop(&mut self) {
        *self.home = replace(std::mem::take(&mut self.outer));
        node::restore(self.elsewhere);
    }
}

/// Nobody, when the thread's storage is gone.
#[inline]
fn replace(with: Current) -> Current {
    let replaced = CURRENT.try_with(|current| current.replace(with));
    replaced.unwrap_or_default()
}

/// Runs `f` as code that belongs to no process.
pub(crate) fn hidden<R>(f: impl FnOnce() -> R) -> R {
    struct Back(Current);
    impl Drop for Back {
        fn drop(&mut self) {
            replace(std::mem::take(&mut self.0));
        }
    }
    let _back = Back(replace(Current::nobody()));
    f()
}
