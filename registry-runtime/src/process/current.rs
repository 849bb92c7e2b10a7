//! Which process the running code belongs to.

use std::cell::RefCell;
use std::sync::Arc;

use super::Proc;
use crate::node;

thread_local! {
    static CURRENT: RefCell<Option<Arc<dyn Proc>>> = const { RefCell::new(None) };
}

/// Calls `f` with the process that is being polled on this thread, if one is.
#[inline]
pub(crate) fn with<R>(f: impl FnOnce(Option<&Arc<dyn Proc>>) -> R) -> R {
    let mut f = Some(f);
    let known = CURRENT.try_with(|current| f.take().map(|f| f(current.borrow().as_ref())));
    match (known, f) {
        (Ok(Some(result)), _) => result,
        // The thread's storage is gone: it runs no process any more.
        (_, Some(f)) => f(None),
        (_, None) => unreachable!("`f` is called or still there"),
    }
}

/// The current process.
pub(crate) fn get() -> Option<Arc<dyn Proc>> {
    with(|process| process.map(Arc::clone))
}

/// While it lives, a process is the current one. The process's handle moves into the thread's
/// storage and back: no count is touched.
pub(crate) struct Entered<'a> {
    home: &'a mut Option<Arc<dyn Proc>>,
    outer: Option<Arc<dyn Proc>>,
    elsewhere: bool,
}

#[inline]
pub(crate) fn enter(process: &mut Option<Arc<dyn Proc>>) -> Entered<'_> {
    let elsewhere = match process {
        Some(process) => node::enter(&process.header().node),
        None => false,
    };
    let mine = process.take();
    let outer = CURRENT
        .try_with(|current| current.replace(mine))
        .ok()
        .flatten();
    Entered {
        home: process,
        outer,
        elsewhere,
    }
}

impl Drop for Entered<'_> {
    #[inline]
    fn drop(&mut self) {
        let outer = self.outer.take();
        *self.home = CURRENT
            .try_with(|current| current.replace(outer))
            .ok()
            .flatten();
        node::restore(self.elsewhere);
    }
}

/// Runs `f` as code that belongs to no process.
pub(crate) fn hidden<R>(f: impl FnOnce() -> R) -> R {
    struct Back(Option<Arc<dyn Proc>>);
    impl Drop for Back {
        fn drop(&mut self) {
            let outer = self.0.take();
            let _ = CURRENT.try_with(|current| current.replace(outer));
        }
    }
    let outer = CURRENT
        .try_with(|current| current.replace(None))
        .ok()
        .flatten();
    let _back = Back(outer);
    f()
}
