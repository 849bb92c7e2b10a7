//! Reading what a process holds.

use std::hash::Hash;

use hashbrown::Equivalent;

use super::kind::Keys;
use super::member::Shared;
use super::names::address;
use super::table::Table;
use super::{Inner, Registry};
use crate::process::{Pid, Proc, resolve};

impl<K, V, D, M> Registry<K, V, D, M>
where
    K: Hash + Eq + Clone + Send + Sync + 'static,
    V: Send + Sync + 'static,
    D: Keys,
    M: ?Sized + 'static,
{
    /// The keys that a process has registered, in no order; a key is there as often as the process
    /// registered under it. Empty when the process holds none, or is dead.
    ///
    /// A process that ends lets go of all of its entries at once, and they leave one by one then: for
    /// that moment, before anyone is told of its death, `lookup` may still show them.
    ///
    /// Takes time in proportion to what the process holds, in this and other registries.
    ///
    /// Shown in the example of [`Registry::lookup`].
    ///
    /// # Elixir
    ///
    /// `Registry.keys/2`.
    #[must_use]
    pub fn keys(&self, pid: Pid) -> Vec<K> {
        let Some(process) = resolve(pid) else {
            return Vec::new();
        };
        // Before the lock: if a clone panics, the keys are dropped after it.
        let mut keys = Vec::new();
        let names = process.header().names.lock();
        keys.reserve(names.len());
        for note in names.iter() {
            let shard = self.inner.shard(note.hash);
            if note.shard() == address(shard) {
                let held = (note.hash, pid, note.at.as_slice());
                shard.read().table().held_keys(held, &mut keys);
            }
        }
        keys
    }

    /// The values that a process has registered under a key, cloned, in no order. Empty when it
    /// holds none there, or is dead; of a process that ends, see [`Registry::keys`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use registry_runtime::prelude::*;
    /// registry! { Topics, keys = duplicate, key = String, value = u32 }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// Topics::start().await?;
    /// let reader = spawn(async |ctx: Process<()>| {
    ///     for level in [1, 5] { Topics::register(&ctx, "news".into(), level).expect("it runs") }
    ///     let mut levels = Topics::values("news", ctx.pid());
    ///     levels.sort();
    ///     assert_eq!(levels, [1, 5]);
    /// });
    /// assert!(reader.ended().await.is_normal());
    /// # Ok(())
    /// # }
    /// ```
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
        self.values_by(key, pid, V::clone)
    }

    /// As [`Registry::values`], for a declared registry, whose values may not be `Clone`.
    #[doc(hidden)]
    pub fn values_by<Q>(&self, key: &Q, pid: Pid, clone: impl Fn(&V) -> V) -> Vec<V>
    where
        Q: ?Sized + Hash + Equivalent<K>,
    {
        let held: Vec<(u32, Shared<V>)> = match resolve(pid) {
            Some(process) => self.inner.held_by(&*process, key),
            None => Vec::new(),
        };
        held.iter().map(|(_, value)| clone(value.get())).collect()
    }
}

impl<K: Clone, V, M: ?Sized> Table<K, V, M> {
    /// The keys that a process holds under one hash, by what it has noted.
    pub(super) fn held_keys(&self, (hash, pid, noted): (u64, Pid, &[u32]), keys: &mut Vec<K>) {
        if let [index] = *noted {
            keys.extend(self.held(hash, pid, index).map(|row| row.key.get().clone()));
            return;
        }
        // Keys of one hash share a note, so that an index may stand in it several times.
        let mut indexes = noted.to_vec();
        indexes.sort_unstable();
        indexes.dedup();
        for row in self.of_hash(hash) {
            for &index in &indexes {
                if row.is_held(pid, index) {
                    keys.push(row.key.get().clone());
                }
            }
        }
    }
}

impl<K, V, D, M> Inner<K, V, D, M>
where
    K: Hash + Eq + Clone + Send + Sync + 'static,
    V: Send + Sync + 'static,
    D: Keys,
    M: ?Sized + 'static,
{
    /// What a process holds under a key, in the order of the indexes.
    pub(crate) fn held_by<Q>(&self, process: &dyn Proc, key: &Q) -> Vec<(u32, Shared<V>)>
    where
        Q: ?Sized + Hash + Equivalent<K>,
    {
        let header = process.header();
        let hash = self.hash(key);
        let shard = self.shard(hash);
        let mut names = header.names.lock();
        let Some(note) = names.find_mut(address(shard), hash) else {
            return Vec::new();
        };
        let reading = shard.read();
        let Some(row) = reading.table().find(hash, key) else {
            return Vec::new();
        };
        let held = |index: u32| {
            let member = row
                .members
                .get(index)
                .filter(|member| member.pid == header.pid)?;
            Some((index, member.value.clone()))
        };
        let mut found: Vec<_> = note
            .at
            .as_slice()
            .iter()
            .filter_map(|index| held(*index))
            .collect();
        if found.len() > 1 {
            // Keys of one hash share a note, so that an index may stand in it twice.
            found.sort_unstable_by_key(|(index, _)| *index);
            found.dedup_by_key(|(index, _)| *index);
        }
        found
    }
}
