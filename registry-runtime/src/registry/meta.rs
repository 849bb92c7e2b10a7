//! Values that belong to a registry as a whole.

use std::any::Any;
use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::FixedState;

use super::Registry;
use super::error::NotRunning;
use super::kind::Keys;
use super::quiet;
use crate::sync::{Ordering, RwLock};

type Value = Arc<dyn Any + Send + Sync>;

/// What the registry starts with, and what it holds now.
pub(crate) struct Meta {
    initial: Vec<(Box<str>, Value)>,
    now: RwLock<HashMap<Box<str>, Value, FixedState>>,
}

impl Meta {
    pub(crate) fn new(initial: Vec<(Box<str>, Value)>) -> Self {
        Self {
            initial,
            now: RwLock::new(HashMap::default()),
        }
    }

    /// What the registry was built with, and nothing else.
    pub(crate) fn reset(&self) {
        let initial = self.initial.iter().cloned().collect();
        self.replace(initial);
    }

    pub(crate) fn clear(&self) {
        self.replace(HashMap::default());
    }

    fn replace(&self, with: HashMap<Box<str>, Value, FixedState>) {
        let old = std::mem::replace(&mut *self.now.write(), with);
        old.into_values().for_each(quiet::discard);
    }
}

impl<K, V, D, M> Registry<K, V, D, M>
where
    K: Send + Sync + 'static,
    V: Send + Sync + 'static,
    D: Keys,
    M: ?Sized + 'static,
{
    /// The value under a key of the registry's own, cloned; `None` when there is none, or it is
    /// of another type than `T`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use registry_runtime::prelude::*;
    /// registry! { Rooms, keys = duplicate, key = u32, meta = [("limit", 10_u32)] }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// Rooms::start().await?;
    /// assert_eq!(Rooms::meta::<u32>("limit"), Some(10));
    /// Rooms::put_meta("limit", 20_u32)?;
    /// assert_eq!(Rooms::meta::<u32>("limit"), Some(20));
    /// assert_eq!(Rooms::meta::<String>("limit"), None);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Elixir
    ///
    /// `Registry.meta/2`. Keys are strings here.
    #[must_use]
    pub fn meta<T: Clone + Send + Sync + 'static>(&self, key: &str) -> Option<T> {
        let found = self.inner.meta.now.read().get(key).map(Arc::clone)?;
        found.downcast_ref::<T>().cloned()
    }

    /// Puts a value under a key of the registry's own, in place of what was there. It stays until
    /// it is deleted or the registry stops.
    ///
    /// Shown in the example of [`meta`](Self::meta).
    ///
    /// # Errors
    ///
    /// [`NotRunning`].
    ///
    /// # Elixir
    ///
    /// `Registry.put_meta/3`.
    pub fn put_meta<T: Send + Sync + 'static>(
        &self,
        key: &str,
        value: T,
    ) -> Result<(), NotRunning> {
        let (key, value): (Box<str>, Value) = (key.into(), Arc::new(value));
        let refused = {
            let mut now = self.inner.meta.now.write();
            if self.inner.core.running.load(Ordering::Acquire) {
                Ok(now.insert(key, value))
            } else {
                Err(value)
            }
        };
        match refused {
            Ok(old) => {
                quiet::discard(old);
                Ok(())
            }
            Err(value) => {
                quiet::discard(value);
                Err(NotRunning::new(&self.inner.core.label))
            }
        }
    }

    /// Deletes what is under a key of the registry's own; nothing happens when there is nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// # use registry_runtime::prelude::*;
    /// registry! { Rooms, keys = unique, key = u32, meta = [("limit", 10_u32)] }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// Rooms::start().await?;
    /// Rooms::delete_meta("limit");
    /// assert_eq!(Rooms::meta::<u32>("limit"), None);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Elixir
    ///
    /// `Registry.delete_meta/2`.
    pub fn delete_meta(&self, key: &str) {
        let gone = self.inner.meta.now.write().remove(key);
        quiet::discard(gone);
    }
}
