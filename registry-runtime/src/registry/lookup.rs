//! Reading what is under a key, and what a process holds.

use std::hash::Hash;
use std::sync::Arc;

use hashbrown::Equivalent;

use super::kind::{DuplicateKeys, Keys, Unique};
use super::member::{Member, Shared};
use super::members::Members;
use super::names::{At, address};
use super::table::Table;
use super::{Inner, Registry};
use crate::process::{Pid, Receiver, resolve};

impl<K, V, M> Registry<K, V, Unique, M>
where
    K: Hash + Eq + Clone + Send + Sync + 'static,
    V: Send + Sync + 'static,
    M: ?Sized + 'static,
{
    /// The process registered under a key, and a clone of its value; `None` when there is none.
    ///
    /// See [`Registry::with`] for values that are dear to clone, and [`Registry::whereis`] when
    /// only the process is wanted.
    ///
    /// # Elixir
    ///
    /// `Registry.lookup/2`.
    #[must_use]
    pub fn lookup<Q>(&self, key: &Q) -> Option<(Pid, V)>
    where
        V: Clone,
        Q: ?Sized + Hash + Equivalent<K>,
    {
        if std::mem::needs_drop::<V>() {
            self.with(key, |pid, value| (pid, value.clone()))
        } else {
            // Plain data: cloned in place, which spares the value's reference count.
            self.only(key, |member| (member.pid, member.value.get().clone()))
        }
    }

    /// Calls `f` with the process registered under a key and its value; `None` when there is
    /// none.
    ///
    /// `f` runs under no lock and may use the registry; the value stays as it was found.
    pub fn with<Q, F, R>(&self, key: &Q, f: F) -> Option<R>
    where
        Q: ?Sized + Hash + Equivalent<K>,
        F: FnOnce(Pid, &V) -> R,
    {
        let (pid, value) = self.only(key, |member| (member.pid, member.value.clone()))?;
        Some(f(pid, value.get()))
    }

    /// The process registered under a key; `None` when there is none.
    ///
    /// # Elixir
    ///
    /// `Registry.whereis_name/1`.
    #[must_use]
    pub fn whereis<Q>(&self, key: &Q) -> Option<Pid>
    where
        Q: ?Sized + Hash + Equivalent<K>,
    {
        self.only(key, |member| member.pid)
    }
}

impl<K, V, D, M> Registry<K, V, D, M>
where
    K: Hash + Eq + Clone + Send + Sync + 'static,
    V: Send + Sync + 'static,
    D: DuplicateKeys,
    M: ?Sized + 'static,
{
    /// The processes registered under a key, with clones of their values, in no order; a process
    /// that registered several times is there as often.
    ///
    /// # Elixir
    ///
    /// `Registry.lookup/2`.
    #[must_use]
    pub fn lookup<Q>(&self, key: &Q) -> Vec<(Pid, V)>
    where
        V: Clone,
        Q: ?Sized + Hash + Equivalent<K>,
    {
        self.with(key, |pid, value| (pid, value.clone()))
    }

    /// Calls `f` with each process registered under a key and its value, and collects what comes
    /// back.
    ///
    /// `f` runs under no lock and may use the registry; it sees the entries as they were when it
    /// was first called.
    pub fn with<Q, F, R>(&self, key: &Q, mut f: F) -> Vec<R>
    where
        Q: ?Sized + Hash + Equivalent<K>,
        F: FnMut(Pid, &V) -> R,
    {
        let Some(members) = self.inner.members(key) else {
            return Vec::new();
        };
        let mut found = Vec::with_capacity(members.len());
        found.extend(
            members
                .iter()
                .map(|member| f(member.pid, member.value.get())),
        );
        found
    }
}

impl<K, V, D, M> Registry<K, V, D, M>
where
    K: Hash + Eq + Clone + Send + Sync + 'static,
    V: Send + Sync + 'static,
    D: Keys,
    M: ?Sized + 'static,
{
    /// The process under a key of a unique registry, to send it something; nothing is allocated.
    #[inline]
    pub(crate) fn find<Q>(&self, key: &Q) -> Option<Arc<dyn Receiver<M>>>
    where
        Q: ?Sized + Hash + Equivalent<K>,
    {
        self.only(key, |member| Arc::clone(&member.owner))
    }

    /// The entry of a key that has but one.
    #[inline]
    pub(super) fn only<Q, R>(&self, key: &Q, read: impl FnOnce(&Member<V, M>) -> R) -> Option<R>
    where
        Q: ?Sized + Hash + Equivalent<K>,
    {
        let hash = self.inner.hash(key);
        let shard = self.inner.shard(hash).read();
        shard.table().find(hash, key)?.members.get(0).map(read)
    }

    /// The keys that a process has registered, in no order; a key is there as often as the process
    /// registered under it. Empty when the process holds none, or is dead.
    ///
    /// Takes time in proportion to what the process holds, in this and other registries.
    ///
    /// # Elixir
    ///
    /// `Registry.keys/2`.
    #[must_use]
    pub fn keys(&self, pid: Pid) -> Vec<K> {
        let Some(process) = resolve(pid) else {
            return Vec::new();
        };
        let names = process.header().names.lock();
        let mut keys = Vec::with_capacity(names.len());
        for note in names.iter() {
            let shard = self.inner.shard(note.hash);
            if note.shard() == address(shard) {
                let held = Held {
                    pid,
                    hash: note.hash,
                    at: &note.at,
                };
                held.keys(shard.read().table(), &mut keys);
            }
        }
        keys
    }

    /// The values that a process has registered under a key, cloned, in no order. Empty when it
    /// holds none there, or is dead.
    ///
    /// # Elixir
    ///
    /// `Registry.values/3`.
    #[must_use]
    pub fn values<Q>(&self, key: &Q, pid: Pid) -> Vec<V>
    where
        V: Clone,
        Q: ?Sized + Hash + Equivalent<K>,
    {
        let held: Vec<(u32, Shared<V>)> = match resolve(pid) {
            Some(process) => self.inner.held_by(&*process, key),
            None => Vec::new(),
        };
        held.iter().map(|(_, value)| value.get().clone()).collect()
    }
}

/// What one process holds under one hash.
struct Held<'a> {
    pid: Pid,
    hash: u64,
    at: &'a At,
}

impl Held<'_> {
    fn keys<K: Clone, V, M: ?Sized>(&self, table: &Table<K, V, M>, keys: &mut Vec<K>) {
        if let At::One(index) = *self.at {
            keys.extend(
                table
                    .held(self.hash, self.pid, index)
                    .map(|row| row.key.clone()),
            );
            return;
        }
        // Keys of one hash share a note, so that an index may stand in it several times.
        let mut indexes = self.at.as_slice().to_vec();
        indexes.sort_unstable();
        indexes.dedup();
        for row in table.of_hash(self.hash) {
            for &index in &indexes {
                if row.is_held(self.pid, index) {
                    keys.push(row.key.clone());
                }
            }
        }
    }
}

impl<K, V, D, M> Inner<K, V, D, M>
where
    K: Hash + Eq + Clone + Send + Sync + 'static,
    V: Send + Sync + 'static,
    M: ?Sized + 'static,
{
    /// What is under a key, as it is now, to be gone through without a lock.
    #[inline]
    pub(super) fn members<Q>(&self, key: &Q) -> Option<Members<V, M>>
    where
        Q: ?Sized + Hash + Equivalent<K>,
    {
        let hash = self.hash(key);
        let shard = self.shard(hash).read();
        shard.table().find(hash, key).map(|row| row.members.clone())
    }
}
