//! Processes that are told of each registration and unregistration.
//!
//! An event goes into a listener's mailbox under the lock of the shard whose table changes. So for
//! one key events come in the order in which things happened; between keys there is no order.

use std::any::Any;
use std::sync::Arc;

use super::quiet;
use crate::process::{Pid, Receiver, panics};
use crate::sync::{AtomicBool, Ordering, RwLock};

/// Something happened to an entry of a registry that the process listens to.
///
/// Handled by `#[info] fn …(&mut self, event: RegistryEvent<K, V>)`. For one key, events come in
/// the order in which things happened.
///
/// A slow listener keeps nobody waiting: its mailbox grows. One whose mailbox has a limit misses
/// the events for which there is no room.
///
/// # Examples
///
/// ```
/// # use registry_runtime::prelude::*;
/// supervision_tree! {
///     App;
///     registry!<pub(self) Names, keys = unique, key = String>;
///     registry!<pub(self) Users, keys = unique, key = String, listeners = [Presence()]>;
///     Presence();
///     dynamic_supervisor!<pub(self) UserSup>;
/// }
///
/// #[gen_server(registry = Names, key = "presence")]
/// struct Presence { #[default] here: Vec<String> }
///
/// #[gen_server]
/// impl Presence {
///     #[info]
///     fn on_event(&mut self, event: RegistryEvent<String>) {
///         match event {
///             RegistryEvent::Registered { key, .. } => self.here.push(key),
///             RegistryEvent::Unregistered { key, .. } => self.here.retain(|name| *name != key),
///             _ => {}
///         }
///     }
///
///     #[call] fn here(&self) -> Vec<String> { self.here.clone() }
/// }
///
/// #[gen_server(registry = Users, key = <name>)]
/// struct User { name: String }
///
/// #[gen_server]
/// impl User {}
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let app = App::start().await?;
/// let ann = UserSup::start_child(User::child_spec("ann".into())).await?;
/// assert_eq!(Presence::via().here().await?, ["ann"]);
/// UserSup::terminate_child(ann.pid()).await?;
/// assert!(Presence::via().here().await?.is_empty());
/// app.shutdown().await;
/// # Ok(())
/// # }
/// ```
///
/// # Elixir
///
/// `{:register, registry, key, pid, value}` and `{:unregister, registry, key, pid}`. Elixir sends
/// no event when a process dies; here its entries leave with an event each, as they do when the
/// registry stops.
#[derive(Debug)]
#[non_exhaustive]
pub enum RegistryEvent<K, V = ()> {
    /// A process was registered.
    #[non_exhaustive]
    Registered {
        /// The registry's name.
        registry: Arc<str>,
        /// The key.
        key: K,
        /// The process.
        pid: Pid,
        /// The value it registered, which it may have updated since.
        value: Arc<V>,
    },
    /// An entry has left: its process unregistered it, or died, or the registry stopped.
    #[non_exhaustive]
    Unregistered {
        /// The registry's name.
        registry: Arc<str>,
        /// The key.
        key: K,
        /// The process.
        pid: Pid,
    },
}

impl<K: Clone, V> Clone for RegistryEvent<K, V> {
    fn clone(&self) -> Self {
        match self {
            Self::Registered {
                registry,
                key,
                pid,
                value,
            } => Self::Registered {
                registry: Arc::clone(registry),
                key: key.clone(),
                pid: *pid,
                value: Arc::clone(value),
            },
            Self::Unregistered { registry, key, pid } => Self::Unregistered {
                registry: Arc::clone(registry),
                key: key.clone(),
                pid: *pid,
            },
        }
    }
}

type Ear<K, V> = Arc<dyn Receiver<RegistryEvent<K, V>>>;

pub(crate) enum Listener<K, V> {
    /// A process that asked for it, until it ends.
    Process(Ear<K, V>),
    /// Whoever has a name when something happens.
    Named(Arc<dyn Fn() -> Option<Ear<K, V>> + Send + Sync>),
}

/// Who listens to a registry.
pub(crate) struct Listeners<K, V> {
    any: AtomicBool,
    list: RwLock<Vec<Listener<K, V>>>,
}

/// Who is told of one change; found before the shard is locked, since names are looked up in
/// other shards.
///
/// Holds the events that a mailbox has refused until it is dropped, which is under no lock: a key's
/// `Drop` may use the registry.
pub(crate) struct Ears<K, V> {
    ears: Vec<Ear<K, V>>,
    refused: Vec<Box<dyn Any + Send>>,
}

impl<K: 'static, V: 'static> Listeners<K, V> {
    pub(crate) fn new(list: Vec<Listener<K, V>>) -> Self {
        Self {
            any: AtomicBool::new(!list.is_empty()),
            list: RwLock::new(list),
        }
    }

    pub(crate) fn add(&self, process: Ear<K, V>) {
        let mut list = self.list.write();
        list.push(Listener::Process(process));
        self.any.store(true, Ordering::Release);
    }

    /// Takes a process out; what it was is dropped by the caller outside of the lock.
    #[must_use]
    pub(crate) fn remove(&self, pid: Pid) -> Option<Listener<K, V>> {
        let mut list = self.list.write();
        let is = |listener: &Listener<K, V>| match listener {
            Listener::Process(process) => process.header().pid == pid,
            Listener::Named(_) => false,
        };
        let at = list.iter().position(is)?;
        let gone = list.remove(at);
        self.any.store(!list.is_empty(), Ordering::Release);
        Some(gone)
    }

    #[inline]
    pub(crate) fn ears(&self) -> Ears<K, V> {
        if self.any.load(Ordering::Acquire) {
            self.find()
        } else {
            Ears::new(Vec::new())
        }
    }

    #[cold]
    fn find(&self) -> Ears<K, V> {
        // Names are looked up outside of the lock.
        let list: Vec<_> = self.list.read().iter().map(Listener::clone).collect();
        let found = list.into_iter().filter_map(|listener| match listener {
            Listener::Process(process) => Some(process),
            // It may run when a process dies, whose other names must leave all the same.
            Listener::Named(find) => quiet::run(|| find()).flatten(),
        });
        Ears::new(found.collect())
    }
}

impl<K: 'static, V: 'static> Ears<K, V> {
    fn new(ears: Vec<Ear<K, V>>) -> Self {
        let refused = Vec::new();
        Self { ears, refused }
    }

    /// Tells every listener. A listener misses an event if its mailbox has no room, if it has ended,
    /// or if the key's `Clone` panics: the entry comes or goes whatever becomes of the event.
    #[inline]
    pub(crate) fn tell(&mut self, mut event: impl FnMut() -> RegistryEvent<K, V>) {
        for process in &self.ears {
            let refused = quiet::run(|| process.offer(event())).flatten();
            self.refused.extend(refused);
        }
    }
}

impl<K, V> Drop for Ears<K, V> {
    #[inline]
    fn drop(&mut self) {
        if !self.refused.is_empty() {
            panics::discard_all(std::mem::take(&mut self.refused));
        }
    }
}

impl<K, V> Clone for Listener<K, V> {
    fn clone(&self) -> Self {
        match self {
            Self::Process(process) => Self::Process(Arc::clone(process)),
            Self::Named(find) => Self::Named(Arc::clone(find)),
        }
    }
}
