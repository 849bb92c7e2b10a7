//! How a client finds its server: directly, or by name each time.

use std::fmt;
use std::hash::Hash;
use std::marker::PhantomData;
use std::sync::Arc;

use hashbrown::Equivalent;

use super::{GenServer, Named};
use crate::process::{Cell, Pid};
use crate::registry::DeclaredRegistry;

/// Finds a server. Every call and cast goes through it; names that reach across machines will be
/// further implementations of it.
pub trait Address<S: GenServer> {
    /// The server, now.
    #[doc(hidden)]
    fn resolve(&self) -> Option<Arc<Cell<S>>>;

    /// Calls `f` with the server, without taking a count where none is needed.
    #[doc(hidden)]
    #[inline]
    fn with<R>(&self, f: impl FnOnce(Option<&Cell<S>>) -> R) -> R {
        f(self.resolve().as_deref())
    }
}

/// The address of one process, whatever its name.
pub struct Local<S: GenServer>(pub(crate) Arc<Cell<S>>);

impl<S: GenServer> Local<S> {
    pub(crate) fn pid(&self) -> Pid {
        self.0.header.pid
    }
}

impl<S: GenServer> Address<S> for Local<S> {
    #[inline]
    fn resolve(&self) -> Option<Arc<Cell<S>>> {
        Some(Arc::clone(&self.0))
    }

    #[inline]
    fn with<R>(&self, f: impl FnOnce(Option<&Cell<S>>) -> R) -> R {
        f(Some(&self.0))
    }
}

impl<S: GenServer> Clone for Local<S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<S: GenServer> fmt::Debug for Local<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pid().fmt(f)
    }
}

/// A name: looked up at each use, so that it leads to whoever has it then.
pub struct Via<S, Q> {
    key: Q,
    server: PhantomData<fn() -> S>,
}

impl<S, Q> Via<S, Q> {
    pub(crate) fn new(key: Q) -> Self {
        Self {
            key,
            server: PhantomData,
        }
    }
}

impl<S, Q> Address<S> for Via<S, Q>
where
    S: GenServer + Named,
    Q: Hash + Equivalent<<S::Registry as DeclaredRegistry>::Key>,
{
    #[inline]
    fn resolve(&self) -> Option<Arc<Cell<S>>> {
        crate::registry::find_server::<S::Registry, S, Q>(&self.key)
    }
}

impl<S, Q: Clone> Clone for Via<S, Q> {
    fn clone(&self) -> Self {
        Self::new(self.key.clone())
    }
}

impl<S, Q: fmt::Debug> fmt::Debug for Via<S, Q> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Via").field(&self.key).finish()
    }
}
