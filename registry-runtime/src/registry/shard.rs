//! A shard: a lock, and a table that can be lent out.

use std::sync::Arc;

use super::at::At;
use super::error::Label;
use super::listener::{Ears, Listeners, RegistryEvent};
use super::names::Leave;
use super::quiet;
use super::table::{Gone, Table};
use crate::process::Pid;
use crate::sync::{AtomicBool, AtomicUsize, Ordering, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// How many entries of a process that dies leave under one locking of a shard.
const BATCH: usize = 256;

/// Some of a registry's rows. Processes' notes hold on to a shard, not to the whole registry: so
/// threads that register at the same time seldom count on the same cache line.
#[repr(align(128))]
pub(super) struct Shard<K, V, M: ?Sized> {
    table: RwLock<Lendable<Table<K, V, M>>>,
    index: usize,
    pub(super) core: Arc<Core<K, V>>,
}

/// What the shards of a registry have in common.
pub(super) struct Core<K, V> {
    /// Entries, by shard; each changed under the lock of its shard alone.
    pub(super) counts: Box<[AtomicUsize]>,
    pub(super) running: AtomicBool,
    pub(super) label: Label,
    pub(super) listeners: Listeners<K, V>,
    /// How a key reads, if it can be read.
    pub(super) show: fn(&K) -> Option<String>,
}

/// A table that its shard owns, except while someone goes through it outside of the lock.
enum Lendable<T> {
    Own(T),
    Lent(Arc<T>),
}

/// A shard that is being changed.
pub(super) struct Changing<'a, K, V, M: ?Sized> {
    shard: &'a Shard<K, V, M>,
    table: RwLockWriteGuard<'a, Lendable<Table<K, V, M>>>,
    stale: Stale<K, V, M>,
}

/// What a change has made a copy of: perhaps the last that holds the old table by now, with keys
/// whose `Drop` must not run under a lock.
pub(super) type Stale<K, V, M> = Option<Arc<Table<K, V, M>>>;

/// A shard that is being read.
pub(super) struct Reading<'a, K, V, M: ?Sized>(RwLockReadGuard<'a, Lendable<Table<K, V, M>>>);

impl<K, V, M: ?Sized> Shard<K, V, M> {
    pub(super) fn new(index: usize, core: Arc<Core<K, V>>) -> Self {
        let table = RwLock::new(Lendable::Own(Table::default()));
        Self { table, index, core }
    }

    #[inline]
    pub(super) fn read(&self) -> Reading<'_, K, V, M> {
        Reading(self.table.read())
    }

    #[inline]
    pub(super) fn write(&self) -> Changing<'_, K, V, M> {
        Changing {
            shard: self,
            table: self.table.write(),
            stale: None,
        }
    }

    /// The table as it is now, to be gone through without the lock.
    pub(super) fn lend(&self) -> Arc<Table<K, V, M>> {
        let mut table = self.table.write();
        let lent = match std::mem::take(&mut *table) {
            Lendable::Own(mut own) => {
                own.share();
                Arc::new(own)
            }
            Lendable::Lent(lent) => lent,
        };
        *table = Lendable::Lent(Arc::clone(&lent));
        lent
    }
}

impl<K, V, M: ?Sized> Changing<'_, K, V, M> {
    /// The table, to be changed: a copy of it if it is lent.
    #[inline]
    pub(super) fn table(&mut self) -> &mut Table<K, V, M> {
        if let Lendable::Lent(_) = &*self.table {
            self.own();
        }
        match &mut *self.table {
            Lendable::Own(table) => table,
            Lendable::Lent(_) => unreachable!("made its own above"),
        }
    }

    #[cold]
    fn own(&mut self) {
        if let Lendable::Lent(lent) = &mut *self.table {
            let own = match Arc::get_mut(lent) {
                Some(alone) => std::mem::take(alone),
                None => lent.copy(),
            };
            if let Lendable::Lent(stale) = std::mem::replace(&mut *self.table, Lendable::Own(own)) {
                self.stale = Some(stale);
            }
        }
    }

    /// The table, to be looked at before it is changed.
    #[inline]
    pub(super) fn look(&self) -> &Table<K, V, M> {
        self.table.get()
    }

    /// Leaves an empty table behind.
    pub(super) fn take(&mut self) -> Arc<Table<K, V, M>> {
        match std::mem::take(&mut *self.table) {
            Lendable::Own(own) => Arc::new(own),
            Lendable::Lent(lent) => lent,
        }
    }

    /// Counts entries that have come and gone, and unlocks the shard.
    #[must_use = "it is to be dropped under no lock"]
    #[inline]
    pub(super) fn done(self, come: usize, gone: usize) -> Stale<K, V, M> {
        // Written under the shard's lock alone: no read-modify-write needed.
        let count = &self.shard.core.counts[self.shard.index];
        count.store(
            count.load(Ordering::Relaxed) + come - gone,
            Ordering::Release,
        );
        self.stale
    }
}

impl<K, V, M: ?Sized> Reading<'_, K, V, M> {
    #[inline]
    pub(super) fn table(&self) -> &Table<K, V, M> {
        self.0.get()
    }
}

impl<T> Lendable<T> {
    #[inline]
    fn get(&self) -> &T {
        match self {
            Self::Own(table) => table,
            Self::Lent(table) => table,
        }
    }
}

impl<T: Default> Default for Lendable<T> {
    fn default() -> Self {
        Self::Own(T::default())
    }
}

impl<K: Clone + 'static, V: 'static> Core<K, V> {
    /// Tells those who listen that an entry has left.
    pub(super) fn tell_gone(&self, ears: &mut Ears<K, V>, key: &K, pid: Pid) {
        ears.tell(|| RegistryEvent::Unregistered {
            registry: Arc::clone(&self.label.name),
            key: key.clone(),
            pid,
        });
    }
}

impl<K, V, M> Leave for Shard<K, V, M>
where
    K: Clone + Send + Sync + 'static,
    V: Send + Sync + 'static,
    M: ?Sized + 'static,
{
    fn leave(&self, pid: Pid, hash: u64, at: At) {
        if let At::Listener = at {
            quiet::discard(self.core.listeners.remove(pid));
            return;
        }
        let mut ears = self.core.listeners.ears();
        // The last first: blocks are given back from the end.
        for indexes in at.as_slice().rchunks(BATCH) {
            let mut gone = Gone::new();
            let mut changing = self.write();
            let table = changing.table();
            for &index in indexes.iter().rev() {
                table.evict((hash, pid, index), &mut gone, |key| {
                    self.core.tell_gone(&mut ears, key, pid);
                });
            }
            table.shrink();
            drop(changing.done(0, gone.count));
        }
    }

    fn show(&self, pid: Pid, hash: u64, indexes: &[u32], into: &mut Vec<String>) {
        let mut keys = Vec::new();
        // A key that cannot be cloned is not shown.
        quiet::run(|| {
            let reading = self.read();
            reading.table().held_keys((hash, pid, indexes), &mut keys);
        });
        for key in keys {
            let text = quiet::run(|| (self.core.show)(&key)).flatten();
            let text = text.unwrap_or_else(|| "_".to_owned());
            into.push(format!("{}: {text}", self.core.label.name));
            quiet::discard(key);
        }
    }
}
