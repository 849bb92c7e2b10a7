//! Starting and stopping a registry.
//!
//! A registry's tables outlive its runs: a declared registry's handle stays where it is, empty and
//! refusing while the registry does not run. Its process (which a supervisor restarts) calls
//! [`Registry::activate`] and [`Registry::stop`].

use std::hash::Hash;
use std::sync::Arc;

use super::OptionError;
use super::kind::Keys;
use super::names::address;
use super::shard::Shard;
use super::table::{Row, Table};
use super::{Inner, Registry, quiet};
use crate::process::exit::deliver;
use crate::process::{ExitReason, Pid, Proc, Receiver};
use crate::sync::Ordering;

/// Why a registry does not start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum CannotStart {
    /// It is running, as this process.
    Running(Pid),
    /// It was declared with options that cannot be used.
    Option(OptionError),
}

impl<K, V, D, M> Registry<K, V, D, M>
where
    K: Hash + Eq + Clone + Send + Sync + 'static,
    V: Send + Sync + 'static,
    D: Keys,
    M: ?Sized + 'static,
{
    /// Lets processes register. `process` is the registry's own process.
    ///
    /// # Errors
    ///
    /// [`CannotStart`].
    pub(crate) fn activate(&self, process: Pid) -> Result<(), CannotStart> {
        let inner = &*self.inner;
        if let Some(error) = &inner.faulty {
            return Err(CannotStart::Option(error.clone()));
        }
        let bits = &inner.process;
        // A registry that has stopped has given the place up, after its tables were empty.
        if let Err(other) =
            bits.compare_exchange(0, process.bits(), Ordering::AcqRel, Ordering::Acquire)
        {
            return Err(CannotStart::Running(
                Pid::from_bits(other).unwrap_or(process),
            ));
        }
        inner.meta.reset();
        inner.core.running.store(true, Ordering::Release);
        Ok(())
    }

    /// Stops it if it is running as `process`: takes all entries out, and sends each of their
    /// processes the exit signal that a link to `process` would have.
    pub(crate) fn stop(&self, process: Pid, reason: &ExitReason) {
        let inner = &*self.inner;
        if inner.process.load(Ordering::Acquire) != process.bits() {
            return;
        }
        inner.core.running.store(false, Ordering::Release);
        let mut linked: Vec<(Pid, Arc<dyn Proc>)> = Vec::new();
        for shard in &inner.shards {
            let table = inner.take_shard(shard);
            for row in table.iter() {
                Inner::<K, V, D, M>::forget_row(row, address(shard), &mut linked);
            }
        }
        inner.meta.clear();
        inner.process.store(0, Ordering::Release);
        linked.sort_unstable_by_key(|(pid, _)| *pid);
        linked.dedup_by_key(|(pid, _)| *pid);
        for (_, owner) in linked {
            deliver(&*owner, Some(process), reason);
            quiet::discard(owner);
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
    fn take_shard(&self, shard: &Shard<K, V, M>) -> Arc<Table<K, V, M>> {
        let mut ears = self.core.listeners.ears();
        let mut changing = shard.write();
        let table = changing.take();
        let mut gone = 0;
        for row in table.iter() {
            for member in row.members.iter() {
                gone += 1;
                self.core.tell_gone(&mut ears, row.key.get(), member.pid);
            }
        }
        drop(changing.done(0, gone));
        table
    }

    /// Strikes a row's entries from their processes' notes, and collects the processes.
    fn forget_row(row: &Row<K, V, M>, shard: usize, linked: &mut Vec<(Pid, Arc<dyn Proc>)>) {
        type Held<'a, M> = (Pid, u32, &'a Arc<dyn Receiver<M>>);
        let mut held: Vec<Held<'_, M>> = row
            .members
            .indexed()
            .map(|(index, member)| (member.pid, index, &member.owner))
            .collect();
        held.sort_unstable_by_key(|(pid, index, _)| (*pid, *index));
        for of_one in held.chunk_by(|(a, ..), (b, ..)| a == b) {
            let indexes: Vec<u32> = of_one.iter().map(|(_, index, _)| *index).collect();
            if let Some((pid, _, owner)) = of_one.first() {
                let note = owner
                    .header()
                    .names
                    .lock()
                    .forget(shard, row.hash, &indexes);
                drop(note);
                linked.push((*pid, Arc::clone(owner) as Arc<dyn Proc>));
            }
        }
    }
}
