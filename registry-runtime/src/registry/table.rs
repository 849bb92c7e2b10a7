//! A shard's table: the rows of some of the keys.
//!
//! Invariants:
//!
//! 1. A row has at least one entry; a unique registry's row has exactly one, at index 0.
//! 2. `hash` is the hash of `key`: growing, shrinking and removal hash no key again, so none of
//!    them runs user code or misses the cache for a key.
//! 3. Whatever leaves goes to a [`Gone`], which its holder drops outside of the lock.

use std::hash::Hash;

use hashbrown::hash_table::OccupiedEntry;
use hashbrown::{Equivalent, HashTable};

use super::at::At;
use super::member::{Member, Shared};
use super::members::Members;
use super::quiet;
use crate::process::Pid;

/// Below this many places a table is not worth shrinking.
const SMALL: usize = 32;

pub(crate) struct Table<K, V, M: ?Sized>(HashTable<Row<K, V, M>>);

/// A key and its entries.
pub(crate) struct Row<K, V, M: ?Sized> {
    pub(crate) hash: u64,
    pub(crate) key: K,
    pub(crate) members: Members<V, M>,
}

/// What has left a table, to be dropped outside of all locks.
pub(crate) struct Gone<K, V, M: ?Sized> {
    keys: Bin<K>,
    members: Bin<Member<V, M>>,
    pub(crate) count: usize,
}

/// The first in place, since there is mostly one.
struct Bin<T>(Option<T>, Vec<T>);

type Occupied<'a, K, V, M> = OccupiedEntry<'a, Row<K, V, M>>;

impl<K, V, M: ?Sized> Table<K, V, M> {
    #[inline]
    pub(crate) fn find<Q>(&self, hash: u64, key: &Q) -> Option<&Row<K, V, M>>
    where
        Q: ?Sized + Hash + Equivalent<K>,
    {
        self.0
            .find(hash, |row| row.hash == hash && key.equivalent(&row.key))
    }

    pub(crate) fn find_mut<Q>(&mut self, hash: u64, key: &Q) -> Option<&mut Row<K, V, M>>
    where
        Q: ?Sized + Hash + Equivalent<K>,
    {
        self.0
            .find_mut(hash, |row| row.hash == hash && key.equivalent(&row.key))
    }

    /// A row with this hash in which a process has this index.
    pub(crate) fn held(&self, hash: u64, pid: Pid, index: u32) -> Option<&Row<K, V, M>> {
        self.0
            .find(hash, |row| row.hash == hash && row.is_held(pid, index))
    }

    /// The rows whose keys have this hash; one, but for a chance in 2^64 or a poor `Hash`.
    pub(crate) fn of_hash(&self, hash: u64) -> impl Iterator<Item = &Row<K, V, M>> {
        self.0.iter_hash(hash).filter(move |row| row.hash == hash)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Row<K, V, M>> {
        self.0.iter()
    }

    /// Adds a row for a key that has none.
    pub(crate) fn insert(&mut self, hash: u64, key: K, member: Member<V, M>) {
        let members = Members::One(member);
        self.0
            .insert_unique(hash, Row { hash, key, members }, |row| row.hash);
    }

    /// Takes one entry of a process out: any at this hash and index, since a process that holds
    /// several such has noted as many.
    pub(crate) fn evict(
        &mut self,
        (hash, pid, index): (u64, Pid, u32),
        gone: &mut Gone<K, V, M>,
        tell: impl FnOnce(&K),
    ) {
        let held = |row: &Row<K, V, M>| row.hash == hash && row.is_held(pid, index);
        if let Ok(entry) = self.0.find_entry(hash, held) {
            tell(&entry.get().key);
            take(entry, index, gone);
        }
    }

    /// Takes out those entries of a process under a key that `chosen` says, and strikes them from
    /// what the process has noted for the key's hash.
    pub(crate) fn withdraw<Q>(
        &mut self,
        (hash, key, pid): (u64, &Q, Pid),
        at: &mut At,
        gone: &mut Gone<K, V, M>,
        mut chosen: impl FnMut(u32, &Shared<V>) -> bool,
        mut tell: impl FnMut(&K),
    ) where
        Q: ?Sized + Hash + Equivalent<K>,
    {
        let eq = |row: &Row<K, V, M>| row.hash == hash && key.equivalent(&row.key);
        let Ok(entry) = self.0.find_entry(hash, eq) else {
            return;
        };
        let mut entry = Some(entry);
        at.retain(|index| {
            let Some(found) = entry.take() else {
                return true;
            };
            let member = found.get().members.get(index);
            if member.is_some_and(|member| member.pid == pid && chosen(index, &member.value)) {
                tell(&found.get().key);
                entry = take(found, index, gone);
                false
            } else {
                entry = Some(found);
                true
            }
        });
    }

    /// Gives memory back when little is left of what there was.
    pub(crate) fn shrink(&mut self) {
        let capacity = self.0.capacity();
        if capacity > SMALL && self.0.len() < capacity / 4 {
            self.0.shrink_to(self.0.len() * 2, |row| row.hash);
        }
    }

    /// Drops the rows one by one; a panic of one does not keep others from being dropped.
    pub(crate) fn discard(mut self) {
        if std::mem::needs_drop::<Row<K, V, M>>() {
            self.0.drain().for_each(quiet::discard);
        }
    }
}

impl<K, V, M: ?Sized> Row<K, V, M> {
    pub(crate) fn is_held(&self, pid: Pid, index: u32) -> bool {
        self.members
            .get(index)
            .is_some_and(|member| member.pid == pid)
    }
}

/// Takes an entry out, and its row if that was the last; else the row.
fn take<'a, K, V, M: ?Sized>(
    mut entry: Occupied<'a, K, V, M>,
    index: u32,
    gone: &mut Gone<K, V, M>,
) -> Option<Occupied<'a, K, V, M>> {
    if entry.get().members.len() > 1 {
        gone.add(entry.get_mut().members.remove(index));
        return Some(entry);
    }
    let (row, _) = entry.remove();
    gone.keys.add(row.key);
    gone.add(row.members.into_only());
    None
}

impl<K, V, M: ?Sized> Gone<K, V, M> {
    pub(crate) fn new() -> Self {
        Self {
            keys: Bin(None, Vec::new()),
            members: Bin(None, Vec::new()),
            count: 0,
        }
    }

    fn add(&mut self, member: Option<Member<V, M>>) {
        if let Some(member) = member {
            self.members.add(member);
            self.count += 1;
        }
    }

    /// Drops what has left. The caller holds no lock.
    pub(crate) fn discard(self) {
        self.keys.discard();
        self.members.discard();
    }
}

impl<T> Bin<T> {
    fn add(&mut self, item: T) {
        if self.0.is_none() {
            self.0 = Some(item);
        } else {
            self.1.push(item);
        }
    }

    fn discard(self) {
        self.0.into_iter().for_each(quiet::discard);
        self.1.into_iter().for_each(quiet::discard);
    }
}

impl<K, V, M: ?Sized> Default for Table<K, V, M> {
    fn default() -> Self {
        Self(HashTable::new())
    }
}

impl<K: Clone, V, M: ?Sized> Clone for Table<K, V, M> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<K: Clone, V, M: ?Sized> Clone for Row<K, V, M> {
    fn clone(&self) -> Self {
        Self {
            hash: self.hash,
            key: self.key.clone(),
            members: self.members.clone(),
        }
    }
}
