//! Panics of processes: caught, and told with message and place.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Once};

use super::reason::PanicInfo;
use super::{ExitReason, current};

thread_local! {
    /// Where this thread last panicked inside a process.
    static LOCATION: RefCell<Option<String>> = const { RefCell::new(None) };
    /// Whether a panic on this thread is one of [`quietly`]'s.
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Has panics of processes note where they happened, before the hook that is there is called.
pub(crate) fn install_hook() {
    static HOOK: Once = Once::new();
    // A thread that panics may not change the hook: the next start does.
    if std::thread::panicking() {
        return;
    }
    HOOK.call_once(|| {
        let next = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if QUIET.try_with(Cell::get).unwrap_or(false) {
                return;
            }
            if current::with(|process| process.is_some()) {
                let at = info.location().map(ToString::to_string);
                let _ = LOCATION.try_with(|location| *location.borrow_mut() = at);
            }
            next(info);
        }));
    });
}

/// Runs what tokio answers by a panic; `None` if it panics, of which the panic hook tells nobody.
pub(crate) fn quietly<R>(f: impl FnOnce() -> R) -> Option<R> {
    // Where a panic ends the program, the hook is the only one to tell of it.
    let set = |quiet| QUIET.try_with(|now| now.replace(quiet && cfg!(panic = "unwind")));
    let outer = set(true).unwrap_or(false);
    let result = catch_unwind(AssertUnwindSafe(f));
    let _ = set(outer);
    result.map_err(drop_payload).ok()
}

/// Drops what users made, one by one: a panic in the `Drop` of one keeps no other from being dropped,
/// and two of them do not abort the program. The panic hook has told of them.
pub(crate) fn discard_all<T>(items: impl IntoIterator<Item = T>) {
    let mut items = items.into_iter();
    // Most often there is nothing to catch a panic of.
    if items.size_hint().1 == Some(0) {
        return;
    }
    // A panic leaves the loop, with one item less to go.
    let mut discard = || {
        for item in items.by_ref() {
            drop(item);
        }
    };
    while caught_dyn(&mut discard).is_err() {}
}

/// As [`caught`], for what does not happen at each message: compiled once, and not again for each type.
pub(crate) fn caught_dyn(f: &mut dyn FnMut()) -> Result<(), ExitReason> {
    caught(f)
}

/// Runs `f`; a panic becomes the reason to exit with.
#[inline]
pub(crate) fn caught<R>(f: impl FnOnce() -> R) -> Result<R, ExitReason> {
    catch_unwind(AssertUnwindSafe(f)).map_err(reason)
}

#[cold]
fn reason(payload: Box<dyn Any + Send>) -> ExitReason {
    let message = if let Some(text) = payload.downcast_ref::<&'static str>() {
        (*text).to_owned()
    } else if let Some(text) = payload.downcast_ref::<String>() {
        text.clone()
    } else {
        "a panic whose payload is not text".to_owned()
    };
    let location = LOCATION
        .try_with(|location| location.borrow_mut().take())
        .ok()
        .flatten();
    drop_payload(payload);
    ExitReason::Panic(Arc::new(PanicInfo::new(message, location)))
}

/// Drops what a panic left behind, whose `Drop` is user code and may panic as well; what that second
/// panic leaves is given up, unless it is text.
#[cold]
pub(crate) fn drop_payload(payload: Box<dyn Any + Send>) {
    if let Err(second) = catch_unwind(AssertUnwindSafe(|| drop(payload)))
        // Text drops quietly; of anything else, each drop could panic with one more of its kind.
        && !(second.is::<String>() || second.is::<&'static str>())
    {
        std::mem::forget(second);
    }
}
