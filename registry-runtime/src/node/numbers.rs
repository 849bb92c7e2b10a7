//! The numbers of the nodes that live, by which a bare pid finds its node.
//!
//! Invariants:
//!
//! 1. A number is given out again only after its node has given it back. A node whose last handle is gone
//!    but which is still being dropped has not.
//! 2. A node whose number has been used before counts its processes from where any node has ended. So
//!    no pid is given out twice.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Weak};

pub(super) struct Numbers<T> {
    living: HashMap<u16, Weak<T>>,
    /// The number to try next.
    next: u16,
    /// Whether all numbers have been given out once.
    again: bool,
    /// The serial of a process that no node which has given its number back has reached.
    serial: u64,
}

impl<T> Default for Numbers<T> {
    fn default() -> Self {
        Self {
            living: HashMap::new(),
            next: 1,
            again: false,
            serial: 1,
        }
    }
}

impl<T> Numbers<T> {
    /// Makes a node of a number that is free, and of the serial of its first process; `None` when no
    /// number is free.
    pub(super) fn take(&mut self, make: impl FnOnce(u16, u64) -> T) -> Option<Arc<T>> {
        for _ in 0..u16::MAX {
            let number = self.next;
            let serial = if self.again { self.serial } else { 1 };
            self.next = number.checked_add(1).unwrap_or_else(|| {
                self.again = true;
                1
            });
            if let Entry::Vacant(free) = self.living.entry(number) {
                let node = Arc::new(make(number, serial));
                free.insert(Arc::downgrade(&node));
                return Some(node);
            }
        }
        None
    }

    /// Gives a number back. `serial` is the one that the node's next process would have had.
    pub(super) fn give_back(&mut self, number: u16, serial: u64) {
        self.living.remove(&number);
        self.serial = self.serial.max(serial);
    }

    pub(super) fn get(&self, number: u16) -> Option<Arc<T>> {
        self.living.get(&number)?.upgrade()
    }
}

#[cfg(all(test, not(registry_loom)))]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_taken_until_it_is_given_back() {
        let mut numbers = Numbers::default();
        let first = numbers.take(|number, _| number).unwrap();
        // Nobody holds it any more, and it has not given its number back yet.
        drop(first);
        let others: Vec<_> = std::iter::from_fn(|| numbers.take(|number, _| number)).collect();
        assert_eq!(others.len(), usize::from(u16::MAX) - 1);
        assert!(others.iter().all(|number| **number != 1));
        numbers.give_back(1, 8);
        let again = numbers.take(|number, serial| {
            assert_eq!((number, serial), (1, 8));
            number
        });
        assert_eq!(numbers.get(1), again);
        assert!(numbers.take(|number, _| number).is_none());
    }
}
