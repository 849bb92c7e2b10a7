//! The entries of one key, at indexes that stay as they are for the life of an entry.
//!
//! Invariants:
//!
//! 1. An entry keeps its index until it leaves; its process notes the index, so that leaving
//!    searches nothing.
//! 2. Whoever iterates holds the shared part, and whoever changes it copies first what is held
//!    (`Arc::make_mut`): the top and one block of [`WIDTH`] entries, however many there are.
//! 3. A bit of `used` is set exactly for the slots that hold an entry; a bit of `open` exactly for
//!    the blocks with room. The last block is never empty.
//!
//! A key with one entry keeps it in place: no allocation, and all that a unique registry needs.

use std::slice;
use std::sync::Arc;

use super::blocks::{Block, Blocks, WIDTH};
use super::member::Member;

/// The entries of a key; at least one, except while a change is under way.
pub(crate) enum Members<V, M: ?Sized> {
    /// One entry, at index 0.
    One(Member<V, M>),
    /// What had more than one at some time.
    More(Arc<Group<V, M>>),
}

pub(crate) enum Group<V, M: ?Sized> {
    /// Up to [`WIDTH`].
    Few(Block<V, M>),
    Many(Blocks<V, M>),
}

impl<V, M: ?Sized> Members<V, M> {
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::One(_) => 1,
            Self::More(group) => match &**group {
                Group::Few(block) => block.len(),
                Group::Many(blocks) => blocks.live,
            },
        }
    }

    /// One more than the largest index there may be.
    pub(crate) fn bound(&self) -> usize {
        match self {
            Self::One(_) => 1,
            Self::More(group) => match &**group {
                Group::Few(block) => block.slots.len(),
                Group::Many(blocks) => blocks.list.len() * WIDTH,
            },
        }
    }

    #[inline]
    pub(crate) fn get(&self, index: u32) -> Option<&Member<V, M>> {
        let index = index as usize;
        match self {
            Self::One(member) => (index == 0).then_some(member),
            Self::More(group) => match &**group {
                Group::Few(block) => block.slots.get(index)?.as_ref(),
                Group::Many(blocks) => blocks
                    .list
                    .get(index / WIDTH)?
                    .slots
                    .get(index % WIDTH)?
                    .as_ref(),
            },
        }
    }

    /// Adds an entry; its index.
    pub(crate) fn insert(&mut self, member: Member<V, M>) -> u32 {
        let index = match self {
            Self::One(first) => {
                *self = Self::More(Arc::new(Group::Few(Block::of(first.clone(), member))));
                1
            }
            Self::More(group) => match Arc::make_mut(group) {
                Group::Few(block) if !block.is_full() => block.insert(member),
                Group::Few(block) => {
                    let mut blocks = Blocks::of(std::mem::take(block));
                    let index = blocks.insert(member);
                    *Arc::make_mut(group) = Group::Many(blocks);
                    index
                }
                Group::Many(blocks) => blocks.insert(member),
            },
        };
        // Four thousand million entries under one key do not fit into any memory of today.
        u32::try_from(index).unwrap_or(u32::MAX)
    }

    /// Replaces what [`Members::get`] shows.
    pub(crate) fn get_mut(&mut self, index: u32) -> Option<&mut Member<V, M>> {
        let index = index as usize;
        match self {
            Self::One(member) => (index == 0).then_some(member),
            Self::More(group) => match Arc::make_mut(group) {
                Group::Few(block) => block.slots.get_mut(index)?.as_mut(),
                Group::Many(blocks) => {
                    let block = Arc::make_mut(blocks.list.get_mut(index / WIDTH)?);
                    block.slots.get_mut(index % WIDTH)?.as_mut()
                }
            },
        }
    }

    /// Takes an entry out. Not for the last one: its key goes with it.
    pub(crate) fn remove(&mut self, index: u32) -> Option<Member<V, M>> {
        let index = index as usize;
        match self {
            Self::One(_) => None,
            Self::More(group) => match Arc::make_mut(group) {
                Group::Few(block) => block.remove(index),
                Group::Many(blocks) => blocks.remove(index),
            },
        }
    }

    /// The entry of a key that has but one.
    pub(crate) fn into_only(self) -> Option<Member<V, M>> {
        match self {
            Self::One(member) => Some(member),
            Self::More(_) => self.iter().next().cloned(),
        }
    }

    pub(crate) fn iter(&self) -> Iter<'_, V, M> {
        self.range(0, self.bound())
    }

    /// The entries with their indexes.
    pub(crate) fn indexed(&self) -> impl Iterator<Item = (u32, &Member<V, M>)> {
        let bound = u32::try_from(self.bound()).unwrap_or(u32::MAX);
        (0..bound).filter_map(|index| Some((index, self.get(index)?)))
    }

    /// The entries at indexes from `from` to `to`.
    pub(crate) fn range(&self, from: usize, to: usize) -> Iter<'_, V, M> {
        let mut iter = Iter {
            one: None,
            slots: [].iter(),
            blocks: [].iter(),
            tail: [].iter(),
        };
        match self {
            Self::One(member) => iter.one = (from < to).then_some(member),
            Self::More(group) => match &**group {
                Group::Few(block) => iter.slots = block.part(from, to),
                Group::Many(blocks) => {
                    let (first, last) = (from / WIDTH, to / WIDTH);
                    let block = |at: usize, from: usize, to: usize| {
                        blocks
                            .list
                            .get(at)
                            .map_or([].iter(), |block| block.part(from, to))
                    };
                    if first == last {
                        iter.slots = block(first, from % WIDTH, to % WIDTH);
                    } else {
                        iter.slots = block(first, from % WIDTH, WIDTH);
                        iter.blocks = blocks.list.get(first + 1..last).unwrap_or_default().iter();
                        iter.tail = block(last, 0, to % WIDTH);
                    }
                }
            },
        }
        iter
    }
}

/// The entries of a key, in the order of their indexes.
pub(crate) struct Iter<'a, V, M: ?Sized> {
    one: Option<&'a Member<V, M>>,
    slots: slice::Iter<'a, Option<Member<V, M>>>,
    blocks: slice::Iter<'a, Arc<Block<V, M>>>,
    tail: slice::Iter<'a, Option<Member<V, M>>>,
}

impl<'a, V, M: ?Sized> Iterator for Iter<'a, V, M> {
    type Item = &'a Member<V, M>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(member) = self.slots.find_map(Option::as_ref) {
                return Some(member);
            }
            if let Some(block) = self.blocks.next() {
                self.slots = block.slots.iter();
            } else if self.tail.len() > 0 {
                self.slots = std::mem::take(&mut self.tail);
            } else {
                return self.one.take();
            }
        }
    }
}

impl<V, M: ?Sized> Clone for Members<V, M> {
    fn clone(&self) -> Self {
        match self {
            Self::One(member) => Self::One(member.clone()),
            Self::More(group) => Self::More(Arc::clone(group)),
        }
    }
}

impl<V, M: ?Sized> Clone for Group<V, M> {
    fn clone(&self) -> Self {
        match self {
            Self::Few(block) => Self::Few(block.clone()),
            Self::Many(blocks) => Self::Many(blocks.clone()),
        }
    }
}
