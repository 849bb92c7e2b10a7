//! A map by pid. Pids come mostly in runs, from processes that are started one after the other, so the
//! map keeps neighbours together: a thousand processes that start or end in turn are a thousand
//! neighbouring places, where a hash a pid would scatter them over all of a large table.

use hashbrown::HashTable;

use super::Pid;

/// Neighbours that share a place in the table. More would save little, and cost much where each has
/// but one.
const WIDTH: u64 = SLOTS as u64;
const SLOTS: usize = 8;
/// With fewer blocks than this the table is not worth shrinking.
const SMALL: usize = 16;

#[derive(Debug)]
pub(crate) struct PidMap<T> {
    blocks: HashTable<Block<T>>,
    len: usize,
}

/// A set of pids.
pub(crate) type Pids = PidMap<()>;

#[derive(Debug)]
struct Block<T> {
    /// The bits of its pids but for the last three.
    number: u64,
    slots: [Option<T>; SLOTS],
}

impl<T> Block<T> {
    fn is_empty(&self) -> bool {
        self.slots.iter().all(Option::is_none)
    }
}

/// The block that a pid is in, and its place there.
#[inline]
fn place(pid: Pid) -> (u64, usize) {
    let bits = pid.bits();
    (bits / WIDTH, (bits % WIDTH) as usize)
}

/// Counts what is looked at, so that tests see whether work grows with the number of entries.
#[cfg(all(test, not(registry_loom)))]
pub(crate) mod steps {
    use std::cell::Cell;

    thread_local! {
        static STEPS: Cell<u64> = const { Cell::new(0) };
    }

    pub(crate) fn note() {
        STEPS.set(STEPS.get() + 1);
    }

    /// How many blocks the maps of this thread have compared, moved or walked through since this was
    /// asked last.
    pub(crate) fn take() -> u64 {
        STEPS.take()
    }
}

#[cfg(not(all(test, not(registry_loom))))]
mod steps {
    #[inline]
    pub(super) fn note() {}
}

/// Whether a block has this number.
#[inline]
fn is<T>(number: u64) -> impl Fn(&Block<T>) -> bool {
    move |block| {
        steps::note();
        block.number == number
    }
}

/// For blocks that move as the table grows or shrinks.
#[inline]
fn hash_of<T>(block: &Block<T>) -> u64 {
    steps::note();
    hash(block.number)
}

#[inline]
fn hash(number: u64) -> u64 {
    // Multiplying spreads the number over both ends, which the table reads.
    number.wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(26)
}

impl<T> Default for PidMap<T> {
    fn default() -> Self {
        Self {
            blocks: HashTable::new(),
            len: 0,
        }
    }
}

impl<T> PidMap<T> {
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len == 0
    }

    #[inline]
    pub(crate) fn get(&self, pid: Pid) -> Option<&T> {
        let (number, at) = place(pid);
        let block = self.blocks.find(hash(number), is(number))?;
        block.slots[at].as_ref()
    }

    pub(crate) fn get_mut(&mut self, pid: Pid) -> Option<&mut T> {
        let (number, at) = place(pid);
        let block = self.blocks.find_mut(hash(number), is(number))?;
        block.slots[at].as_mut()
    }

    pub(crate) fn contains(&self, pid: Pid) -> bool {
        self.get(pid).is_some()
    }

    /// Puts a value in; the one that was there comes back.
    pub(crate) fn insert(&mut self, pid: Pid, value: T) -> Option<T> {
        let (number, at) = place(pid);
        let old = if let Some(block) = self.blocks.find_mut(hash(number), is(number)) {
            block.slots[at].replace(value)
        } else {
            let mut slots = [const { None }; SLOTS];
            slots[at] = Some(value);
            let block = Block { number, slots };
            self.blocks.insert_unique(hash(number), block, hash_of);
            None
        };
        self.len += usize::from(old.is_none());
        old
    }

    /// Takes a value out. A map that was large gives its memory back as it empties.
    pub(crate) fn remove(&mut self, pid: Pid) -> Option<T> {
        let (number, at) = place(pid);
        let mut entry = self.blocks.find_entry(hash(number), is(number)).ok()?;
        let value = entry.get_mut().slots[at].take()?;
        self.len -= 1;
        if entry.get().is_empty() {
            // Nothing is in it whose drop could matter.
            let (_, _) = entry.remove();
            let room = self.blocks.capacity();
            if room > SMALL && self.blocks.len() < room / 4 {
                self.blocks.shrink_to(self.blocks.len() * 2, hash_of);
            }
        }
        Some(value)
    }

    /// The pids and their values, in no order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Pid, &T)> {
        self.blocks.iter().flat_map(|block| {
            steps::note();
            let first = block.number * WIDTH;
            (first..).zip(&block.slots).filter_map(|(bits, slot)| {
                // Only a pid's own place is ever filled.
                Some((Pid::from_bits(bits)?, slot.as_ref()?))
            })
        })
    }

    pub(crate) fn pids(&self) -> impl Iterator<Item = Pid> {
        self.iter().map(|(pid, _)| pid)
    }

    pub(crate) fn into_values(self) -> impl Iterator<Item = T> {
        let blocks = self.blocks.into_iter();
        blocks.flat_map(|block| {
            steps::note();
            block.slots.into_iter().flatten()
        })
    }
}

impl FromIterator<Pid> for Pids {
    fn from_iter<I: IntoIterator<Item = Pid>>(pids: I) -> Self {
        let mut all = Self::default();
        for pid in pids {
            all.insert(pid, ());
        }
        all
    }
}

#[cfg(all(test, not(registry_loom)))]
mod tests {
    use std::collections::HashMap;

    use super::*;

    /// Runs, strides and several nodes, put in and taken out in many orders, beside a plain map.
    #[test]
    fn holds_what_a_plain_map_holds() {
        let pids: Vec<Pid> = (1..=40)
            .chain((40..4_000).step_by(37))
            .flat_map(|serial| [0, 1, u16::MAX].map(|node| Pid::new(node, serial)))
            .collect();
        let (mut map, mut plain) = (PidMap::default(), HashMap::new());
        let mut random = 1_u64;
        for step in 0..20_000_u64 {
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            let pid = pids[(random >> 33) as usize % pids.len()];
            if random >> 63 == 0 {
                assert_eq!(map.insert(pid, step), plain.insert(pid, step));
            } else {
                assert_eq!(map.remove(pid), plain.remove(&pid));
            }
            assert_eq!(map.len(), plain.len());
            assert_eq!(map.get(pid), plain.get(&pid));
        }
        let mut all: Vec<_> = map.iter().map(|(pid, step)| (pid, *step)).collect();
        let mut expected: Vec<_> = plain.iter().map(|(pid, step)| (*pid, *step)).collect();
        all.sort_unstable();
        expected.sort_unstable();
        assert_eq!(all, expected);
        assert!(all.iter().all(|(pid, _)| map.contains(*pid)));
        let sum: u64 = map.into_values().sum();
        assert_eq!(sum, plain.into_values().sum());
    }

    #[test]
    fn gives_its_memory_back_as_it_empties() {
        let pid = |serial| Pid::new(0, serial);
        let mut map: Pids = (1..=10_000).map(pid).collect();
        for serial in 1..=10_000 {
            assert_eq!(map.remove(pid(serial)), Some(()));
        }
        assert!(map.is_empty() && map.pids().next().is_none());
        assert!(map.blocks.capacity() <= 2 * SMALL);
    }
}
