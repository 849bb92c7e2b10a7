//! The locks and atomics of the crate: std's, or loom's when the models run (`--cfg registry_loom`).
//!
//! `Arc` is std's in both: loom's cannot hold a `dyn Trait`, and no invariant here rests on counts.
//!
//! Everything that shares memory takes its primitives from here, so that a model checks the very
//! code that ships. A poisoned lock is entered all the same: no lock of this crate is held across
//! user code that may unwind half-way through a change (keys' `Hash`, `Eq` and `Clone` run before
//! anything is changed), so a panic leaves what the lock guards whole.

#[cfg(not(registry_loom))]
pub(crate) use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering};

#[cfg(registry_loom)]
pub(crate) use loom::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering};

#[cfg(registry_loom)]
pub(crate) use loom::thread_local;
#[cfg(not(registry_loom))]
pub(crate) use std::thread_local;

/// Stands between a `SeqCst` store and a `SeqCst` load whose order matters. Loom takes such accesses
/// for weaker ones than they are, and needs a fence; the machine does not.
#[inline]
pub(crate) fn stored_before_looking() {
    #[cfg(registry_loom)]
    loom::sync::atomic::fence(Ordering::SeqCst);
}

#[cfg(not(registry_loom))]
use std::sync as imp;

#[cfg(registry_loom)]
use loom::sync as imp;

pub(crate) use imp::{MutexGuard, RwLockReadGuard, RwLockWriteGuard};

/// A mutex without poisoning.
#[derive(Debug, Default)]
pub(crate) struct Mutex<T>(imp::Mutex<T>);

impl<T> Mutex<T> {
    #[cfg(not(registry_loom))]
    pub(crate) const fn new(value: T) -> Self {
        Self(imp::Mutex::new(value))
    }

    #[cfg(registry_loom)]
    pub(crate) fn new(value: T) -> Self {
        Self(imp::Mutex::new(value))
    }

    #[inline]
    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        match self.0.lock() {
            Ok(guard) => guard,
            Err(poisoned) => poisoned.into_inner(),
        }
    }
}

/// A reader-writer lock without poisoning.
#[derive(Debug, Default)]
pub(crate) struct RwLock<T>(imp::RwLock<T>);

impl<T> RwLock<T> {
    #[cfg(not(registry_loom))]
    pub(crate) const fn new(value: T) -> Self {
        Self(imp::RwLock::new(value))
    }

    #[cfg(registry_loom)]
    pub(crate) fn new(value: T) -> Self {
        Self(imp::RwLock::new(value))
    }

    #[inline]
    pub(crate) fn read(&self) -> RwLockReadGuard<'_, T> {
        match self.0.read() {
            Ok(guard) => guard,
            Err(poisoned) => poisoned.into_inner(),
        }
    }

    #[inline]
    pub(crate) fn write(&self) -> RwLockWriteGuard<'_, T> {
        match self.0.write() {
            Ok(guard) => guard,
            Err(poisoned) => poisoned.into_inner(),
        }
    }
}
