//! How a client finds its server: directly, or by name each time.

use std::fmt;
use std::sync::Arc;

use super::{GenServer, Named};
use crate::process::{Cell, Pid};

/// Finds a server. Every call and cast goes through it; names that reach across machines will be
/// further implementations of it.
///
/// # Examples
///
/// ```
/// # use registry_runtime::prelude::*;
/// registry! { Tills, keys = unique, key = u32 }
///
/// #[gen_server(registry = Tills, key = <number>)]
/// struct Till { number: u32, #[default] sold: u32 }
///
/// #[gen_server]
/// impl Till {
///     #[call] fn sell(&mut self) -> u32 { self.sold += 1; self.sold }
/// }
///
/// async fn sell_twice(till: &TillClient<impl Address<Till>>) -> Result<u32, CallError> {
///     till.sell().await?;
///     till.sell().await
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// Tills::start().await?;
/// let till = Till::start(7).await?;
/// assert_eq!(sell_twice(&till).await?, 2);          // by reference
/// assert_eq!(sell_twice(&Till::via(7)).await?, 4);  // by name
/// # Ok(())
/// # }
/// ```
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
///
/// Clients that a start returns have it: see [`ServerRef`](crate::ServerRef).
///
/// # Elixir
///
/// A pid.
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
///
/// Clients that `via` returns have it: see the example of [`Address`].
///
/// # Elixir
///
/// `{:via, Registry, {registry, key}}`.
pub struct Via<'key, S: Named> {
    key: S::Lookup<'key>,
}

impl<'key, S: Named> Via<'key, S> {
    pub(crate) fn new(key: S::Lookup<'key>) -> Self {
        Self { key }
    }
}

impl<S: GenServer + Named> Address<S> for Via<'_, S> {
    #[inline]
    fn resolve(&self) -> Option<Arc<Cell<S>>> {
        super::find(&self.key)
    }
}

impl<S: Named> Clone for Via<'_, S> {
    fn clone(&self) -> Self {
        Self::new(self.key.clone())
    }
}

impl<'key, S: Named<Lookup<'key>: fmt::Debug>> fmt::Debug for Via<'key, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Via").field(&self.key).finish()
    }
}
