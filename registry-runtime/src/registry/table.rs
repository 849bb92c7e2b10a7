//! A shard's table: the rows of some of the keys.
//!
//! Invariants:
//!
//! 1. A row has at least one entry; a unique registry's row has exactly one, at index 0.
//! 2. `hash` is the hash of `key`: growing, shrinking and removal hash no key again, so none of
//!    them runs user code or misses the cache for a key.
//! 3. Whatever leaves goes to a [`Gone`], which its holder drops outside of the lock.
//! 4. A table that is lent has shared keys alone ([`Table::share`]), so that no copy of it, and no
//!    drop of a copy, runs user code.

use std::hash::Hash;

use hashbrown::hash_table::OccupiedEntry;
use hashbrown::{Equivalent, HashTable};

use super::at::At;
use super::key::Key;
use super::member::{Member, Shared};
use super::members::Members;
use super::quiet;
use crate::process::Pid;

/// Below this many places a table is not worth shrinking.
const SMALL: usize = 32;

pub(crate) struct Table<K, V, M: ?Sized> {
    rows: HashTable<Row<K, V, M>>,
    /// Rows whose key is their own.
    own: usize,
}

/// A key and its entries.
pub(crate) struct Row<K, V, M: ?Sized> {
    pub(crate) hash: u64,
    pub(crate) key: Key<K>,
    pub(crate) members: Members<V, M>,
}

/// What has left a table, to be dropped outside of all locks.
pub(crate) struct Gone<K, V, M: ?Sized> {
    keys: Bin<Key<K>>,
    members: Bin<Member<V, M>>,
    pub(crate) count: usize,
}

/// The first in place, since there is mostly one.
struct Bin<T>(Option<T>, Vec<T>);

type Occupied<'a, K, V, M> = OccupiedEntry<'a, Row<K, V, M>>;

impl<K, V, M: ?Sized> Table<K, V, M> {
    // The seven bits of the hash that the table compares itself are enough here: lookups count each
    // instruction.
    #[inline]
    pub(crate) fn find<Q>(&self, hash: u64, key: &Q) -> Option<&Row<K, V, M>>
    where
        Q: ?Sized + Hash + Equivalent<K>,
    {
        self.rows.find(hash, |row| row.key.is(key))
    }

    pub(crate) fn find_mut<Q>(&mut self, hash: u64, key: &Q) -> Option<&mut Row<K, V, M>>
    where
        Q: ?Sized + Hash + Equivalent<K>,
    {
        self.rows
            .find_mut(hash, |row| row.hash == hash && row.key.is(key))
    }

    /// A row with this hash in which a process has this index.
    pub(crate) fn held(&self, hash: u64, pid: Pid, index: u32) -> Option<&Row<K, V, M>> {
        self.rows
            .find(hash, |row| row.hash == hash && row.is_held(pid, index))
    }

    /// The rows whose keys have this hash; one, but for a chance in 2^64 or a poor `Hash`.
    pub(crate) fn of_hash(&self, hash: u64) -> impl Iterator<Item = &Row<K, V, M>> {
        self.rows
            .iter_hash(hash)
            .filter(move |row| row.hash == hash)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Row<K, V, M>> {
        self.rows.iter()
    }

    /// Adds a row for a key that has none.
    pub(crate) fn insert(&mut self, hash: u64, key: K, member: Member<V, M>) {
        let (key, members) = (Key::Own(key), Members::One(member));
        self.rows
            .insert_unique(hash, Row { hash, key, members }, |row| row.hash);
        self.own += 1;
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
        if let Ok(entry) = self.rows.find_entry(hash, held) {
            tell(entry.get().key.get());
            take(entry, &mut self.own, index, gone);
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
        let eq = |row: &Row<K, V, M>| row.hash == hash && row.key.is(key);
        let Ok(entry) = self.rows.find_entry(hash, eq) else {
            return;
        };
        let mut entry = Some(entry);
        at.retain(|index| {
            let Some(found) = entry.take() else {
                return true;
            };
            let member = found.get().members.get(index);
            if member.is_some_and(|member| member.pid == pid && chosen(index, &member.value)) {
                tell(found.get().key.get());
                entry = take(found, &mut self.own, index, gone);
                false
            } else {
                entry = Some(found);
                true
            }
        });
    }

    /// Gives memory back when little is left of what there was.
    pub(crate) fn shrink(&mut self) {
        let capacity = self.rows.capacity();
        if capacity > SMALL && self.rows.len() < capacity / 4 {
            self.rows.shrink_to(self.rows.len() * 2, |row| row.hash);
        }
    }

    /// Has all keys shared, so that the table can be lent.
    pub(crate) fn share(&mut self) {
        if self.own == 0 {
            return;
        }
        let mut shared = HashTable::with_capacity(self.rows.len());
        for Row { hash, key, members } in self.rows.drain() {
            let key = key.share();
            shared.insert_unique(hash, Row { hash, key, members }, |row| row.hash);
        }
        self.rows = shared;
        self.own = 0;
    }

    /// A table of the same rows, of one that is lent.
    pub(crate) fn copy(&self) -> Self {
        let rows = self.rows.clone();
        Self { rows, own: 0 }
    }
}

/// Drops the rows one by one: a panic of one keeps no other from being dropped. The caller holds no
/// lock.
impl<K, V, M: ?Sized> Drop for Table<K, V, M> {
    fn drop(&mut self) {
        if std::mem::needs_drop::<Row<K, V, M>>() {
            self.rows.drain().for_each(quiet::discard);
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
    own: &mut usize,
    index: u32,
    gone: &mut Gone<K, V, M>,
) -> Option<Occupied<'a, K, V, M>> {
    if entry.get().members.len() > 1 {
        gone.add(entry.get_mut().members.remove(index));
        return Some(entry);
    }
    let (row, _) = entry.remove();
    *own -= usize::from(matches!(row.key, Key::Own(_)));
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
}

impl<T> Bin<T> {
    fn add(&mut self, item: T) {
        if self.0.is_none() {
            self.0 = Some(item);
        } else {
            self.1.push(item);
        }
    }
}

/// Drops what has left, one by one. The caller holds no lock.
impl<T> Drop for Bin<T> {
    #[inline]
    fn drop(&mut self) {
        if let Some(first) = self.0.take() {
            quiet::discard(first);
        }
        if !self.1.is_empty() {
            std::mem::take(&mut self.1)
                .into_iter()
                .for_each(quiet::discard);
        }
    }
}

impl<K, V, M: ?Sized> Default for Table<K, V, M> {
    fn default() -> Self {
        let rows = HashTable::new();
        Self { rows, own: 0 }
    }
}

/// Of a table that is lent.
impl<K, V, M: ?Sized> Clone for Row<K, V, M> {
    fn clone(&self) -> Self {
        Self {
            hash: self.hash,
            key: self.key.copy(),
            members: self.members.clone(),
        }
    }
}
