//! The messages that wait in line for room in a bounded mailbox, first come, first served.
//!
//! Invariants:
//!
//! 1. Numbers grow from the front to the back, and are never given out twice. So `let_in`, the number of
//!    the last message that went in, tells of each number whether its message has gone in: a message that
//!    was taken back has nobody who asks.
//! 2. The front is never a gap. Gaps are at most [`SPARE`] more than the messages, so the memory is
//!    proportional to the most messages that waited at once.
//!
//! To join and to take the front cost constant time, and to leave from the middle a binary search;
//! closing the gaps is paid for by those who left them.

use std::collections::VecDeque;
use std::num::NonZeroU64;

/// Gaps that are not worth closing.
const SPARE: usize = 32;

/// The place of a message in the line: its owner takes the message back by it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Place(NonZeroU64);

#[derive(Debug)]
pub(super) struct Line<T> {
    next: NonZeroU64,
    /// The number of the last message that went in; 0 before the first.
    let_in: u64,
    /// There once a message has waited: few mailboxes need it.
    waiting: Option<Box<Waiting<T>>>,
}

#[derive(Debug)]
struct Waiting<T> {
    places: VecDeque<(NonZeroU64, Option<T>)>,
    gaps: usize,
}

impl<T> Default for Waiting<T> {
    fn default() -> Self {
        Self {
            places: VecDeque::new(),
            gaps: 0,
        }
    }
}

impl<T> Default for Line<T> {
    fn default() -> Self {
        Self {
            next: NonZeroU64::MIN,
            let_in: 0,
            waiting: None,
        }
    }
}

impl<T> Line<T> {
    /// How many messages wait.
    pub(super) fn len(&self) -> usize {
        self.waiting.as_ref().map_or(0, |waiting| waiting.len())
    }

    /// Puts a message at the end.
    pub(super) fn join(&mut self, item: T) -> Place {
        let number = self.next;
        self.next = number.saturating_add(1);
        let waiting = self.waiting.get_or_insert_default();
        waiting.places.push_back((number, Some(item)));
        Place(number)
    }

    /// Takes out the message at the front: it goes in.
    pub(super) fn let_in(&mut self) -> Option<T> {
        let waiting = self.waiting.as_mut()?;
        let (number, item) = waiting.places.pop_front()?;
        self.let_in = number.get();
        waiting.tidy();
        item
    }

    /// Takes a message back; `None` when it has gone in.
    pub(super) fn leave(&mut self, place: &Place) -> Option<T> {
        let waiting = self.waiting.as_mut()?;
        let places = &mut waiting.places;
        let at = places.binary_search_by_key(&place.0, |(number, _)| *number);
        let item = places[at.ok()?].1.take();
        waiting.gaps += usize::from(item.is_some());
        waiting.tidy();
        item
    }

    /// Whether the message of this place has gone in.
    pub(super) fn has_let_in(&self, place: &Place) -> bool {
        place.0.get() <= self.let_in
    }

    /// Takes out all messages; they do not go in.
    pub(super) fn clear(&mut self) -> impl Iterator<Item = T> + use<T> {
        let waiting = self.waiting.take();
        let places = waiting.map(|waiting| waiting.places);
        places.into_iter().flatten().filter_map(|(_, item)| item)
    }
}

impl<T> Waiting<T> {
    fn len(&self) -> usize {
        self.places.len() - self.gaps
    }

    /// Restores the second invariant.
    fn tidy(&mut self) {
        while let Some((_, None)) = self.places.front() {
            self.places.pop_front();
            self.gaps -= 1;
        }
        if self.gaps > self.len() + SPARE {
            self.places.retain(|(_, item)| item.is_some());
            self.gaps = 0;
        }
        let room = self.places.capacity();
        if room > SPARE && self.places.len() < room / 4 {
            self.places.shrink_to(room / 2);
        }
    }
}

#[cfg(all(test, not(registry_loom)))]
mod tests {
    use super::*;

    /// How many places there are, and how many fit.
    fn room(line: &Line<u32>) -> (usize, usize) {
        let places = &line.waiting.as_ref().unwrap().places;
        (places.len(), places.capacity())
    }

    /// A line, with every other one gone.
    fn line(joined: u32) -> (Line<u32>, Vec<Place>) {
        let mut line = Line::default();
        let places: Vec<Place> = (0..joined).map(|n| line.join(n)).collect();
        for (n, place) in (0..).zip(&places).filter(|(n, _)| n % 2 == 0) {
            assert_eq!(line.leave(place), Some(n));
            assert_eq!(line.leave(place), None, "once");
        }
        (line, places)
    }

    #[test]
    fn those_who_stay_go_in_in_the_order_they_came() {
        let (mut line, places) = line(1_000);
        assert_eq!(line.len(), 500);
        assert!(!line.has_let_in(&places[1]));
        let went_in: Vec<u32> = std::iter::from_fn(|| line.let_in()).collect();
        let stayed: Vec<u32> = (0..1_000).filter(|n| n % 2 == 1).collect();
        assert_eq!(went_in, stayed);
        assert!(line.has_let_in(&places[999]));
        assert_eq!(line.leave(&places[999]), None, "it is in");
    }

    #[test]
    fn one_who_stays_keeps_no_room_for_those_who_left() {
        let mut line = Line::default();
        let first = line.join(0);
        for n in 1..100_000 {
            let place = line.join(n);
            assert_eq!(line.leave(&place), Some(n));
            assert!(room(&line).0 <= 2 + SPARE + 1);
        }
        assert!(room(&line).1 <= 4 * SPARE);
        assert_eq!((line.len(), line.leave(&first)), (1, Some(0)));
        assert_eq!(line.len(), 0);
    }

    #[test]
    fn the_memory_of_a_long_line_is_given_back() {
        let (mut line, _places) = line(100_000);
        while line.let_in().is_some() {}
        assert!(room(&line).1 <= 4 * SPARE);
    }

    #[test]
    fn what_is_cleared_has_not_gone_in() {
        let (mut line, places) = line(4);
        assert_eq!(line.clear().collect::<Vec<_>>(), [1, 3]);
        assert!(!line.has_let_in(&places[3]));
        assert_eq!((line.len(), line.leave(&places[3])), (0, None));
    }
}
