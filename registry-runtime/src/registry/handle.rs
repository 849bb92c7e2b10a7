//! The handle of a registry, and what it leads to.

use std::fmt;
use std::hash::{BuildHasher, Hash};
use std::marker::PhantomData;
use std::sync::Arc;

use foldhash::fast::RandomState;

use super::kind::{Keys, Unique};
use super::listener::Listeners;
use super::lock::Locks;
use super::meta::Meta;
use super::options::{OptionError, RegistryBuilder, RegistryOptions};
use super::shard::{Core, Shard};
use super::show;
use crate::process::{NoMessage, Pid};
use crate::sync::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

/// Shards of a registry at least, so that threads seldom wait for one another.
const SHARDS: usize = if cfg!(registry_loom) { 1 } else { 64 };

/// Processes under keys of type `K`, each with a value of type `V`.
///
/// `D` says how many processes a key may have: [`Unique`] or [`Duplicate`](super::Duplicate). `M` is the message type
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
/// Callbacks may use the registry, also the same key. What runs under a lock, and must not, is `Eq` and
/// `Clone` of keys, and `Clone` of values that need no `Drop`.
///
/// An entry takes 65 bytes of a table that is filled to between 44 and 88 in a hundred, for keys of
/// the size of `String`, beside what the key itself has allocated; 40 bytes in its process; and a
/// value other than `()` an allocation. `select` and `count_select` move the key of each entry into an
/// allocation of its own, once. Tables shrink as entries leave.
///
/// # Examples
///
/// ```
/// # use registry_runtime::prelude::*;
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let sessions: Registry<String, u32> = Registry::builder().name("sessions").partitions(4).build()?;
/// assert_eq!((sessions.name(), sessions.partitions()), ("sessions", 4));
/// assert_eq!((sessions.is_running(), sessions.pid()), (false, None));
/// let own = sessions.start()?;
/// assert_eq!((sessions.is_running(), sessions.pid()), (true, Some(own)));
///
/// let registry = sessions.clone();
/// let alice = spawn(async move |ctx: Process<()>| {
///     registry.register(&ctx, "alice".to_owned(), 7).expect("nobody else is alice");
///     assert_eq!(registry.lookup("alice"), Some((ctx.pid(), 7)));
/// });
/// assert!(alice.pid().ended().await.is_normal());
/// assert_eq!(sessions.lookup("alice"), None);
/// # Ok(())
/// # }
/// ```
///
/// # Elixir
///
/// The module `Registry`.
pub struct Registry<K, V = (), D = Unique, M: ?Sized = NoMessage> {
    pub(super) inner: Arc<Inner<K, V, D, M>>,
}

pub(super) struct Inner<K, V, D, M: ?Sized> {
    pub(super) shards: Box<[Arc<Shard<K, V, M>>]>,
    hasher: RandomState,
    pub(super) partitions: usize,
    pub(super) core: Arc<Core<K, V>>,
    /// The registry's own process, as bits; 0 while there is none.
    pub(super) process: AtomicU64,
    pub(super) meta: Meta,
    pub(super) locks: Locks<K>,
    /// Why it cannot start.
    pub(super) faulty: Option<OptionError>,
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
    ///
    /// Shown in the [example](Self#examples).
    #[must_use]
    pub fn builder() -> RegistryBuilder<K, V, D, M> {
        RegistryBuilder::new(RegistryOptions::default())
    }

    /// A registry of a declaration; with options that cannot be used, it refuses to start.
    pub(super) fn declared(builder: RegistryBuilder<K, V, D, M>) -> Self {
        match builder.options.count() {
            Ok(partitions) => Self::assemble(builder, partitions, None),
            Err(error) => Self::assemble(builder, 1, Some(error)),
        }
    }

    /// What the options of a declaration see if they ask for the registry: one that is empty, and never
    /// runs.
    pub(super) fn blank(options: RegistryOptions) -> Self {
        let builder = RegistryBuilder::new(options);
        Self::assemble(builder, 1, Some(OptionError::Recursive))
    }

    pub(super) fn assemble(
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
            show: builder.show.unwrap_or(show::text),
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
    ///
    /// Shown in the [example](Self#examples).
    #[must_use]
    pub fn name(&self) -> &str {
        &self.inner.core.label.name
    }

    /// How many partitions there are.
    ///
    /// Shown in the [example](Self#examples).
    #[must_use]
    pub fn partitions(&self) -> usize {
        self.inner.partitions
    }

    /// Whether the registry is running.
    ///
    /// Shown in the [example](Self#examples).
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.inner.core.running.load(Ordering::Acquire)
    }

    /// The registry's own process, while it is running.
    ///
    /// Shown in the [example](Self#examples).
    #[must_use]
    pub fn pid(&self) -> Option<Pid> {
        let pid = Pid::from_bits(self.inner.process.load(Ordering::Acquire));
        pid.filter(|_| self.is_running())
    }

    /// How many entries there are.
    ///
    /// Takes the same time however many there are.
    ///
    /// Shown in the [example](Self#examples).
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
    pub(super) fn hash<Q: ?Sized + Hash>(&self, key: &Q) -> u64 {
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
    pub(super) fn shard(&self, hash: u64) -> &Arc<Shard<K, V, M>> {
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
