//! Where a declared thing's instance is found on the current node.

use std::any::{Any, TypeId};
use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use super::{ELSEWHERE, Node, write};

/// The instances of one declared thing, of type `T`, one a node; `D` is the declared type.
///
/// On the default node an instance is one load away. It is made when it is first asked for, and
/// stays for the life of its node.
pub struct Slot<D: 'static, T: 'static> {
    default: OnceLock<T>,
    declared: PhantomData<fn() -> D>,
}

/// An instance found through a [`Slot`].
pub enum SlotRef<T: 'static> {
    /// The default node's.
    Static(&'static T),
    /// Another node's.
    Shared(Arc<T>),
}

impl<D: 'static, T: Send + Sync + 'static> Slot<D, T> {
    /// An empty slot.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            default: OnceLock::new(),
            declared: PhantomData,
        }
    }

    /// The instance on the current node, made by `init` if there is none yet.
    #[inline]
    pub fn get_or_init(&'static self, init: impl FnOnce() -> T) -> SlotRef<T> {
        if ELSEWHERE.try_with(std::cell::Cell::get).unwrap_or(false) {
            self.elsewhere(init)
        } else {
            SlotRef::Static(self.default.get_or_init(init))
        }
    }

    #[cold]
    fn elsewhere(&'static self, init: impl FnOnce() -> T) -> SlotRef<T> {
        let node = Node::current();
        let Some(inner) = &node.0 else {
            return SlotRef::Static(self.default.get_or_init(init));
        };
        let key = TypeId::of::<D>();
        let found = {
            let instances = inner.instances.read();
            let instances = instances.unwrap_or_else(std::sync::PoisonError::into_inner);
            instances.get(&key).cloned()
        };
        let found = found.unwrap_or_else(|| {
            // Made outside of the lock; whoever comes first wins.
            let made: Arc<dyn Any + Send + Sync> = Arc::new(init());
            Arc::clone(write(&inner.instances).entry(key).or_insert(made))
        });
        match found.downcast::<T>() {
            Ok(instance) => SlotRef::Shared(instance),
            Err(_) => unreachable!("a declared type has one kind of instance"),
        }
    }
}

impl<D, T: Send + Sync + 'static> Default for Slot<D, T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Deref for SlotRef<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        match self {
            Self::Static(instance) => instance,
            Self::Shared(instance) => instance,
        }
    }
}

impl<D, T> fmt::Debug for Slot<D, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Slot(..)")
    }
}

impl<T: fmt::Debug> fmt::Debug for SlotRef<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}
