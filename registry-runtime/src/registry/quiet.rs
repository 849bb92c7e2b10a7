//! Running users' code where a panic of it must do no harm.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::process::panics;

/// Drops a key, value or owner. A panic in its `Drop` ends here: it has been reported by the panic
/// hook, and must not keep other entries from leaving.
#[inline]
pub(crate) fn discard<T>(item: T) {
    if std::mem::needs_drop::<T>() {
        run(|| drop(item));
    }
}

/// Runs what a panic must not come out of; `None` if there was one.
#[inline]
pub(crate) fn run<T>(action: impl FnOnce() -> T) -> Option<T> {
    match catch_unwind(AssertUnwindSafe(action)) {
        Ok(done) => Some(done),
        Err(payload) => {
            panics::drop_payload(payload);
            None
        }
    }
}
