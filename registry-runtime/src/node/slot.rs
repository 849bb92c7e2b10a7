//! Where a declared thing's instance is found on the current node.
//!
//! Invariants:
//!
//! 1. What makes an instance may be the user's code (`meta = […]`). It runs under no lock, and no thread
//!    waits for another that runs it. If two threads make an instance at the same time, the first one
//!    that is done wins.
//! 2. If that code asks for the instance that it makes, it gets a blank one, which is dropped after use.

use std::any::{Any, TypeId};
use std::cell::RefCell;
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
    ///
    /// `blank` makes what `init` itself gets, if it asks for the instance.
    #[inline]
    pub fn get_or_init(
        &'static self,
        init: impl FnOnce() -> T,
        blank: impl FnOnce() -> T,
    ) -> SlotRef<T> {
        if !ELSEWHERE.try_with(std::cell::Cell::get).unwrap_or(false)
            && let Some(instance) = self.default.get()
        {
            return SlotRef::Static(instance);
        }
        self.find_or_make(init, blank)
    }

    #[cold]
    fn find_or_make(
        &'static self,
        init: impl FnOnce() -> T,
        blank: impl FnOnce() -> T,
    ) -> SlotRef<T> {
        let node = Node::current();
        let making = || Making::begin((TypeId::of::<D>(), node.number()));
        let Some(inner) = &node.0 else {
            if let Some(instance) = self.default.get() {
                return SlotRef::Static(instance);
            }
            let Some(_making) = making() else {
                return SlotRef::Shared(Arc::new(blank()));
            };
            let made = init();
            return SlotRef::Static(self.default.get_or_init(|| made));
        };
        let key = TypeId::of::<D>();
        let found = {
            let instances = inner.instances.read();
            let instances = instances.unwrap_or_else(std::sync::PoisonError::into_inner);
            instances.get(&key).cloned()
        };
        let found = match found {
            Some(found) => found,
            None => {
                let Some(_making) = making() else {
                    return SlotRef::Shared(Arc::new(blank()));
                };
                let made: Arc<dyn Any + Send + Sync> = Arc::new(init());
                let spare = Arc::clone(&made);
                let first = Arc::clone(write(&inner.instances).entry(key).or_insert(made));
                // Under no lock, if another was first.
                drop(spare);
                first
            }
        };
        match found.downcast::<T>() {
            Ok(instance) => SlotRef::Shared(instance),
            Err(_) => unreachable!("a declared type has one kind of instance"),
        }
    }
}

thread_local! {
    /// What this thread makes instances of, and on which nodes.
    static MAKING: RefCell<Vec<(TypeId, u16)>> = const { RefCell::new(Vec::new()) };
}

/// An instance is being made.
struct Making;

impl Making {
    /// `None` if this thread makes one already.
    fn begin(what: (TypeId, u16)) -> Option<Self> {
        MAKING.with(|making| {
            let mut making = making.borrow_mut();
            if making.contains(&what) {
                return None;
            }
            making.push(what);
            Some(Self)
        })
    }
}

impl Drop for Making {
    fn drop(&mut self) {
        // They end in the reverse order.
        MAKING.with(|making| making.borrow_mut().pop());
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
