//! One entry: a process and the value it registered.

use std::any::{Any, TypeId};
use std::sync::Arc;

use super::quiet;
use crate::process::{Pid, Receiver};

/// A process registered under a key.
pub(crate) struct Member<V, M: ?Sized> {
    pub(crate) pid: Pid,
    pub(crate) owner: Arc<dyn Receiver<M>>,
    pub(crate) value: Shared<V>,
}

/// A value that a reader can hold on to while the table moves on; `()` takes no allocation.
pub(crate) struct Shared<V>(Option<Arc<V>>);

impl<V: 'static> Shared<V> {
    pub(crate) fn new(value: V) -> Self {
        Self::of(|| Arc::new(value))
    }

    fn of(make: impl FnOnce() -> Arc<V>) -> Self {
        if TypeId::of::<V>() == TypeId::of::<()>() {
            Self(None)
        } else {
            Self(Some(make()))
        }
    }

    #[inline]
    pub(crate) fn get(&self) -> &V {
        match &self.0 {
            Some(value) => value,
            None => unit(),
        }
    }

    /// For those who keep it: the allocation that `()` goes without in a table.
    pub(crate) fn to_arc(&self) -> Arc<V>
    where
        V: Send + Sync,
    {
        if let Some(value) = &self.0 {
            return Arc::clone(value);
        }
        let unit: Arc<dyn Any + Send + Sync> = Arc::new(());
        match unit.downcast::<V>() {
            Ok(value) => value,
            Err(_) => unreachable!("only `()` is kept without an allocation"),
        }
    }

    /// Whether both are one registration's value, not just equal ones.
    pub(crate) fn is(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Some(a), Some(b)) => Arc::ptr_eq(a, b),
            (None, None) => true,
            _ => false,
        }
    }
}

/// The last holder of a value drops it quietly: several values whose `Drop` panics do not abort the
/// program.
impl<V> Drop for Shared<V> {
    #[inline]
    fn drop(&mut self) {
        if std::mem::needs_drop::<V>()
            && let Some(value) = self.0.take()
        {
            quiet::discard(Arc::into_inner(value));
        }
    }
}

fn unit<V: 'static>() -> &'static V {
    static UNIT: () = ();
    let unit: &'static dyn Any = &UNIT;
    match unit.downcast_ref() {
        Some(value) => value,
        None => unreachable!("only `()` is kept without an allocation"),
    }
}

impl<V> Clone for Shared<V> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<V, M: ?Sized> Clone for Member<V, M> {
    fn clone(&self) -> Self {
        Self {
            pid: self.pid,
            owner: Arc::clone(&self.owner),
            value: self.value.clone(),
        }
    }
}
