//! The key of a row.

use std::sync::Arc;

use hashbrown::Equivalent;

/// A row's own key, or one that it shares with copies of its table.
///
/// A table shares its keys before it is lent to a `select`. So a writer copies a lent table without
/// `K::clone`. A panic of that would keep the entries of any process from coming and going.
pub(crate) enum Key<K> {
    Own(K),
    Shared(Arc<K>),
}

impl<K> Key<K> {
    #[inline]
    pub(crate) fn get(&self) -> &K {
        match self {
            Self::Own(key) => key,
            Self::Shared(key) => key,
        }
    }

    #[inline]
    pub(crate) fn is<Q>(&self, key: &Q) -> bool
    where
        Q: ?Sized + Equivalent<K>,
    {
        match self {
            Self::Own(own) => key.equivalent(own),
            Self::Shared(shared) => is_shared(key, shared),
        }
    }

    pub(crate) fn share(self) -> Self {
        match self {
            Self::Own(key) => Self::Shared(Arc::new(key)),
            shared @ Self::Shared(_) => shared,
        }
    }

    /// The same key once more. For a key that is shared.
    pub(crate) fn copy(&self) -> Self {
        match self {
            Self::Own(_) => unreachable!("a table shares its keys before it is lent"),
            Self::Shared(key) => Self::Shared(Arc::clone(key)),
        }
    }
}

// Out of the way of keys that no `select` has come to.
#[cold]
#[inline(never)]
fn is_shared<K, Q: ?Sized + Equivalent<K>>(key: &Q, shared: &Arc<K>) -> bool {
    key.equivalent(shared)
}
