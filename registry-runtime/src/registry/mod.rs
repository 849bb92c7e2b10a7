//! The registry: processes under keys, typed and partitioned.
//!
//! A registry is a number of shards, each a lock and a table of rows (`table`); a key's hash says
//! which shard. A row is a key and its entries (`members`). Each process notes what it has
//! registered (`names`), so that leaving searches nothing.
//!
//! Invariants:
//!
//! 1. A change of an entry is made under the `names` lock of its process and the lock of its shard,
//!    so that table and notes agree whenever neither is held.
//! 2. No user code runs under a lock but `Hash`, `Eq` and `Clone` of keys, and `Clone` of values
//!    that need no `Drop`; these must not call the registry. Callbacks, and `Drop` of keys and
//!    values, run outside of all locks, on what was shared out (`Arc`) under the lock.
//! 3. What is shared out is never changed: a writer copies it first (`Arc::make_mut`). In a
//!    table that is the whole of a shard while a `select` goes through it, in a row one block.
//! 4. A process's entries leave before anyone is told of its death; afterwards its `names` are
//!    closed, and nothing enters for it. So tables hold no ghosts and need not be filtered.
//! 5. `running` is read under the lock of the shard that is about to change; a registry stops by
//!    clearing it and then locking each shard: nothing enters behind its back.
//!
//! Lock order: a process's `names`, then one shard, then a listener's mailbox. Never two shards or
//! two `names` at once, never the other way round; `meta`, `listeners` and the table of `lock`s are
//! leaves. So no cycle can arise.

#[doc(hidden)]
pub mod api;
mod api_common;
mod api_kinds;
mod api_more;
mod blocks;
mod declared;
mod dispatch;
mod error;
mod kind;
mod lifecycle;
mod listen;
mod listener;
mod lock;
#[cfg(all(test, registry_loom))]
mod loom;
mod lookup;
mod matching;
mod member;
mod members;
mod meta;
mod names;
mod options;
mod parallel;
mod process;
mod quiet;
mod register;
mod select;
mod shard;
mod table;
#[cfg(all(test, not(registry_loom)))]
mod tests;
mod update;

use std::fmt;
use std::hash::{BuildHasher, Hash};
use std::marker::PhantomData;
use std::sync::Arc;

use foldhash::fast::RandomState;
pub use hashbrown::Equivalent;

pub use declared::DeclaredRegistry;
pub(crate) use declared::{claim_server, find_server};
pub use dispatch::{Entries, EntriesIter, Entry};
pub use error::{NotRunning, RegisterError};
pub use kind::{Duplicate, DuplicateByKey, DuplicateKeys, Keys, Unique};
#[doc(hidden)]
pub use kind::{KeepsOne, KeepsSeveral, Sends};
pub use listener::RegistryEvent;
pub use matching::{IsMatch, Matched};
#[doc(hidden)]
pub use process::declared_child_spec;
pub use options::{OptionError, Partitions, RegistryBuilder, RegistryOptions};

pub(crate) use names::{Names, leave_all};

use crate::process::{NoMessage, Pid};
use crate::sync::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use listener::Listeners;
use lock::Locks;
use meta::Meta;
use shard::{Core, Shard};

/// Shards of a registry at least, so that threads seldom wait for one another.
const SHARDS: usize = if cfg!(registry_loom) { 1 } else { 64 };

/// Processes under keys of type `K`, each with a value of type `V`.
///
/// `D` says how many processes a key may have: [`Unique`] or [`Duplicate`]. `M` is the message type
/// that the registry can send to its processes; each of them must then handle `M`.
///
/// This is a handle, cheap to clone. A registry that is declared by `registry!` has the same
/// functions on its type. All lookups take a borrowed form of the key: `&str` for `String`, `&[T]`
/// for `Vec<T>`.
///
/// Lookups show the registry as it is at that moment. An entry leaves before anyone is told of its
/// process's death, so whoever has learnt of a death finds the name free; on the other hand a process may
/// die right after it was looked up.
///
/// # Elixir
///
/// The module `Registry`.
pub struct Registry<K, V = (), D = Unique, M: ?Sized = NoMessage> {
    inner: Arc<Inner<K, V, D, M>>,
}

struct Inner<K, V, D, M: ?Sized> {
    shards: Box<[Arc<Shard<K, V, M>>]>,
    hasher: RandomState,
    partitions: usize,
    core: Arc<Core<K, V>>,
    /// The registry's own process, as bits; 0 while there is none.
    process: AtomicU64,
    meta: Meta,
    locks: Locks<K>,
    /// Why it cannot start.
    faulty: Option<OptionError>,
    kind: PhantomData<fn() -> D>,
}

impl<K, V, D, M> Registry<K, V, D, M>
where
    K: Send + Sync + 'static,
    V: Send + Sync + 'static,
    D: Keys,
    M: ?Sized + 'static,
{
    /// Starts to build a registry.
    #[must_use]
    pub fn builder() -> RegistryBuilder<K, V, D, M> {
        RegistryBuilder::new(RegistryOptions::default())
    }

    /// A registry of a declaration; with options that cannot be used, it refuses to start.
    fn declared(builder: RegistryBuilder<K, V, D, M>) -> Self {
        match builder.options.count() {
            Ok(partitions) => Self::assemble(builder, partitions, None),
            Err(error) => Self::assemble(builder, 1, Some(error)),
        }
    }

    fn assemble(
        builder: RegistryBuilder<K, V, D, M>,
        partitions: usize,
        faulty: Option<OptionError>,
    ) -> Self {
        // At least one shard a partition, and as many more of each as make up the least number.
        let shards = partitions * SHARDS.div_ceil(partitions);
        let core = Arc::new(Core {
            counts: (0..shards).map(|_| AtomicUsize::new(0)).collect(),
            running: AtomicBool::new(false),
            label: builder.options.label(),
            listeners: Listeners::new(builder.listeners),
        });
        let inner = Inner {
            shards: (0..shards)
                .map(|at| Arc::new(Shard::new(at, Arc::clone(&core))))
                .collect(),
            hasher: RandomState::default(),
            partitions,
            core,
            process: AtomicU64::new(0),
            meta: Meta::new(builder.meta),
            locks: Locks::default(),
            faulty,
            kind: PhantomData,
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// The registry's name, as it was declared or built with.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.inner.core.label.name
    }

    /// How many partitions there are.
    #[must_use]
    pub fn partitions(&self) -> usize {
        self.inner.partitions
    }

    /// Whether the registry is running.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.inner.core.running.load(Ordering::Acquire)
    }

    /// The registry's own process, while it is running.
    #[must_use]
    pub fn pid(&self) -> Option<Pid> {
        let pid = Pid::from_bits(self.inner.process.load(Ordering::Acquire));
        pid.filter(|_| self.is_running())
    }

    /// How many entries there are.
    ///
    /// Takes the same time however many there are.
    ///
    /// # Elixir
    ///
    /// `Registry.count/1`.
    #[must_use]
    pub fn count(&self) -> usize {
        self.inner
            .core
            .counts
            .iter()
            .map(|count| count.load(Ordering::Acquire))
            .sum()
    }
}

impl<K, V, D, M: ?Sized> Inner<K, V, D, M> {
    #[inline]
    fn hash<Q: ?Sized + Hash>(&self, key: &Q) -> u64 {
        self.hasher.hash_one(key)
    }

    /// The shard of a hash. Tables read a hash's low bits and its top seven; shards are told apart
    /// by those in between.
    #[inline]
    fn shard_index(&self, hash: u64) -> usize {
        let middle = (hash >> 20) & 0xFFFF_FFFF;
        // The product's upper half is below the number of shards.
        usize::try_from((middle * self.shards.len() as u64) >> 32).unwrap_or(0)
    }

    #[inline]
    fn shard(&self, hash: u64) -> &Arc<Shard<K, V, M>> {
        &self.shards[self.shard_index(hash)]
    }
}

impl<K, V, D, M: ?Sized> Clone for Registry<K, V, D, M> {
    fn clone(&self) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
        }
    }
}

impl<K, V, D, M: ?Sized> fmt::Debug for Registry<K, V, D, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self
            .inner
            .core
            .counts
            .iter()
            .map(|count| count.load(Ordering::Relaxed));
        f.debug_struct("Registry")
            .field("name", &self.inner.core.label.name)
            .field("running", &self.inner.core.running.load(Ordering::Relaxed))
            .field("count", &count.sum::<usize>())
            .finish_non_exhaustive()
    }
}

/// Two handles are equal when they are of one registry.
impl<K, V, D, M: ?Sized> PartialEq for Registry<K, V, D, M> {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.inner, &other.inner)
    }
}

impl<K, V, D, M: ?Sized> Eq for Registry<K, V, D, M> {}
