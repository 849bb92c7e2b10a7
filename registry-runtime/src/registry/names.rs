//! What a process notes of its own registrations, so that leaving searches nothing.
//!
//! Invariants:
//!
//! 1. Under a process's `names` lock: for each entry it has in a table there is one index in the
//!    note of that shard and hash, and the other way round. (A registry that stops takes its
//!    tables first and strikes the notes after; a note without its entry finds nothing.)
//! 2. Once closed it takes nothing in: the process has begun to leave, and cannot register.
//! 3. Notes are dropped outside of the lock: one may be the last that holds a shard.

use std::sync::Arc;

use hashbrown::HashTable;

use super::at::At;
use super::quiet;
use crate::process::{Pid, Proc};

/// A shard of a registry, whatever the registry's types are.
pub(crate) trait Leave: Send + Sync {
    /// Takes out the entries of a process that leaves.
    fn leave(&self, pid: Pid, hash: u64, at: At);

    /// Adds what a process holds under a hash, as text. The caller holds no lock: it is the user
    /// who says how a key reads.
    fn show(&self, pid: Pid, hash: u64, indexes: &[u32], into: &mut Vec<String>);
}

/// The index of a process's own registrations; small for a process with one name.
#[derive(Default)]
pub(crate) enum Names {
    #[default]
    None,
    One(Note),
    Many(Box<HashTable<Note>>),
    Closed,
}

/// The entries of a process in one registry under one hash, hence in one shard.
pub(crate) struct Note {
    shard: Arc<dyn Leave>,
    pub(crate) hash: u64,
    pub(crate) at: At,
}

/// What tells shards apart; notes keep them alive.
pub(crate) fn address<T: ?Sized>(shard: &Arc<T>) -> usize {
    Arc::as_ptr(shard).cast::<()>().addr()
}

impl Note {
    fn is(&self, shard: usize, hash: u64) -> bool {
        self.hash == hash && self.shard() == shard
    }

    /// Which shard it is of.
    pub(crate) fn shard(&self) -> usize {
        address(&self.shard)
    }

    fn is_listener(&self) -> bool {
        matches!(self.at, At::Listener)
    }
}

impl Names {
    pub(crate) fn is_closed(&self) -> bool {
        matches!(self, Self::Closed)
    }

    /// Notes an entry, or with `None` that the process listens.
    pub(crate) fn add<S>(&mut self, shard: &Arc<S>, hash: u64, index: Option<u32>)
    where
        S: Leave + 'static,
    {
        if let (Some(index), Some(note)) = (index, self.find_mut(address(shard), hash)) {
            note.at.push(index);
            return;
        }
        let note = Note {
            shard: Arc::clone(shard) as Arc<dyn Leave>,
            hash,
            at: index.map_or(At::Listener, At::One),
        };
        match std::mem::take(self) {
            Self::None => *self = Self::One(note),
            Self::One(first) => {
                let mut notes = HashTable::with_capacity(2);
                notes.insert_unique(first.hash, first, |note| note.hash);
                notes.insert_unique(hash, note, |note| note.hash);
                *self = Self::Many(Box::new(notes));
            }
            Self::Many(mut notes) => {
                notes.insert_unique(hash, note, |note| note.hash);
                *self = Self::Many(notes);
            }
            Self::Closed => *self = Self::Closed,
        }
    }

    /// The note of the entries in a registry under a hash.
    pub(crate) fn find_mut(&mut self, shard: usize, hash: u64) -> Option<&mut Note> {
        match self {
            Self::One(note) => (note.is(shard, hash) && !note.is_listener()).then_some(note),
            Self::Many(notes) => {
                notes.find_mut(hash, |note| note.is(shard, hash) && !note.is_listener())
            }
            Self::None | Self::Closed => None,
        }
    }

    /// Strikes a note, to be dropped by the caller outside of the lock.
    #[must_use]
    pub(crate) fn strike(&mut self, shard: usize, hash: u64, listener: bool) -> Option<Note> {
        let is = |note: &Note| note.is(shard, hash) && note.is_listener() == listener;
        match self {
            Self::One(note) if is(note) => match std::mem::take(self) {
                Self::One(note) => Some(note),
                _ => None,
            },
            Self::Many(notes) => {
                let (note, _) = notes.find_entry(hash, is).ok()?.remove();
                if notes.is_empty() {
                    *self = Self::None;
                } else if notes.capacity() > 32 && notes.len() < notes.capacity() / 4 {
                    notes.shrink_to(notes.len() * 2, |note| note.hash);
                }
                Some(note)
            }
            _ => None,
        }
    }

    /// Strikes the entries of a row that a registry has given up; `indexes` are in order.
    #[must_use]
    pub(crate) fn forget(&mut self, shard: usize, hash: u64, indexes: &[u32]) -> Option<Note> {
        let note = self.find_mut(shard, hash)?;
        let mut left = vec![true; indexes.len()];
        note.at.retain(|index| match indexes.binary_search(&index) {
            Ok(at) => !std::mem::replace(&mut left[at], false),
            Err(_) => true,
        });
        if note.at.is_empty() {
            return self.strike(shard, hash, false);
        }
        None
    }

    /// The notes of entries, in all registries.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Note> {
        let (one, many) = match self {
            Self::One(note) => (Some(note), None),
            Self::Many(notes) => (None, Some(notes.iter())),
            Self::None | Self::Closed => (None, None),
        };
        one.into_iter()
            .chain(many.into_iter().flatten())
            .filter(|note| !note.is_listener())
    }

    /// How many notes there are.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::None | Self::Closed => 0,
            Self::One(_) => 1,
            Self::Many(notes) => notes.len(),
        }
    }

    pub(crate) fn is_listening(&self, shard: usize) -> bool {
        let is = |note: &Note| note.is(shard, 0) && note.is_listener();
        match self {
            Self::One(note) => is(note),
            Self::Many(notes) => notes.find(0, is).is_some(),
            Self::None | Self::Closed => false,
        }
    }
}

impl std::fmt::Debug for Names {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Closed => f.write_str("Names(closed)"),
            names => write!(f, "Names({})", names.len()),
        }
    }
}

/// What a process holds in registries, as `registry: key`, in order. For those who look at it: in
/// proportion to what it holds, one lock at a time.
pub(crate) fn shown(process: &dyn Proc) -> Vec<String> {
    let header = process.header();
    let notes: Vec<(Arc<dyn Leave>, u64, Vec<u32>)> = {
        let names = header.names.lock();
        let copied = |note: &Note| {
            (
                Arc::clone(&note.shard),
                note.hash,
                note.at.as_slice().to_vec(),
            )
        };
        names.iter().map(copied).collect()
    };
    let mut shown = Vec::with_capacity(notes.len());
    for (shard, hash, indexes) in notes {
        shard.show(header.pid, hash, &indexes, &mut shown);
        quiet::discard(shard);
    }
    shown.sort_unstable();
    shown
}

/// Takes a process out of all registries; the step of its exit before anyone is told.
pub(crate) fn leave_all(process: &dyn Proc) {
    let header = process.header();
    let names = std::mem::replace(&mut *header.names.lock(), Names::Closed);
    let leave = |note: Note| {
        let Note { shard, hash, at } = note;
        quiet::run(|| shard.leave(header.pid, hash, at));
        quiet::discard(shard);
    };
    match names {
        Names::None | Names::Closed => {}
        Names::One(note) => leave(note),
        Names::Many(notes) => (*notes).into_iter().for_each(leave),
    }
}
