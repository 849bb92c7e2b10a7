//! Blocks of entries: what a key with more than one entry is kept in. See `members`.

use std::slice;
use std::sync::Arc;

use super::member::Member;

/// Slots of a block: one bit of `used` each.
pub(super) const WIDTH: usize = 64;

pub(super) struct Block<V, M: ?Sized> {
    used: u64,
    pub(super) slots: Vec<Option<Member<V, M>>>,
}

pub(super) struct Blocks<V, M: ?Sized> {
    pub(super) live: usize,
    /// A bit a block that has room.
    open: Vec<u64>,
    /// No word of `open` before this one has a bit.
    hint: usize,
    pub(super) list: Vec<Arc<Block<V, M>>>,
}

impl<V, M: ?Sized> Block<V, M> {
    /// A block of two.
    pub(super) fn of(first: Member<V, M>, second: Member<V, M>) -> Self {
        Self {
            used: 0b11,
            slots: vec![Some(first), Some(second)],
        }
    }

    pub(super) fn len(&self) -> usize {
        self.used.count_ones() as usize
    }

    pub(super) fn is_full(&self) -> bool {
        self.used == u64::MAX
    }

    pub(super) fn insert(&mut self, member: Member<V, M>) -> usize {
        let at = (!self.used).trailing_zeros() as usize;
        self.used |= 1 << at;
        if let Some(slot) = self.slots.get_mut(at) {
            *slot = Some(member);
        } else {
            if self.slots.len() == self.slots.capacity() {
                self.slots
                    .reserve_exact(self.slots.len().clamp(1, WIDTH / 2));
            }
            self.slots.push(Some(member));
        }
        at
    }

    pub(super) fn remove(&mut self, at: usize) -> Option<Member<V, M>> {
        let member = self.slots.get_mut(at)?.take()?;
        self.used &= !(1 << at);
        while let Some(None) = self.slots.last() {
            self.slots.pop();
        }
        if self.slots.is_empty() {
            self.slots = Vec::new();
        } else if self.slots.len() < self.slots.capacity() / 4 {
            self.slots.shrink_to(self.slots.len() * 2);
        }
        Some(member)
    }

    pub(super) fn part(&self, from: usize, to: usize) -> slice::Iter<'_, Option<Member<V, M>>> {
        let to = to.min(self.slots.len());
        self.slots.get(from..to).unwrap_or_default().iter()
    }
}

impl<V, M: ?Sized> Blocks<V, M> {
    pub(super) fn of(full: Block<V, M>) -> Self {
        Self {
            live: full.len(),
            open: vec![0],
            hint: 0,
            list: vec![Arc::new(full)],
        }
    }

    pub(super) fn insert(&mut self, member: Member<V, M>) -> usize {
        while self.open.get(self.hint) == Some(&0) {
            self.hint += 1;
        }
        let at = match self.open.get(self.hint) {
            Some(word) => self.hint * 64 + word.trailing_zeros() as usize,
            None => self.add_block(),
        };
        let block = Arc::make_mut(&mut self.list[at]);
        let slot = block.insert(member);
        if block.is_full() {
            self.open[at / 64] &= !(1 << (at % 64));
        }
        self.live += 1;
        at * WIDTH + slot
    }

    fn add_block(&mut self) -> usize {
        let at = self.list.len();
        self.list.push(Arc::default());
        if at / 64 == self.open.len() {
            self.open.push(0);
        }
        self.open[at / 64] |= 1 << (at % 64);
        self.hint = at / 64;
        at
    }

    pub(super) fn remove(&mut self, index: usize) -> Option<Member<V, M>> {
        let at = index / WIDTH;
        let member = Arc::make_mut(self.list.get_mut(at)?).remove(index % WIDTH)?;
        self.live -= 1;
        self.open[at / 64] |= 1 << (at % 64);
        self.hint = self.hint.min(at / 64);
        while self.list.last().is_some_and(|block| block.used == 0) {
            self.list.pop();
            let at = self.list.len();
            self.open[at / 64] &= !(1 << (at % 64));
            self.open.truncate(at.div_ceil(64));
        }
        self.hint = self.hint.min(self.open.len());
        Some(member)
    }
}

impl<V, M: ?Sized> Default for Block<V, M> {
    fn default() -> Self {
        Self {
            used: 0,
            slots: Vec::new(),
        }
    }
}

impl<V, M: ?Sized> Clone for Block<V, M> {
    fn clone(&self) -> Self {
        Self {
            used: self.used,
            slots: self.slots.clone(),
        }
    }
}

impl<V, M: ?Sized> Clone for Blocks<V, M> {
    fn clone(&self) -> Self {
        Self {
            live: self.live,
            open: self.open.clone(),
            hint: self.hint,
            list: self.list.clone(),
        }
    }
}
