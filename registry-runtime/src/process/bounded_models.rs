//! Models of a bounded mailbox: who waits for room is let in, or takes its message back, and nobody sleeps.

use std::sync::Arc;

use loom::model::Builder;
use loom::sync::atomic::AtomicU64;
use loom::sync::atomic::Ordering::SeqCst;
use loom::thread;

use super::Cell;
use super::mailbox::{Mailbox, Push};
use super::models::{Process, run_until};
use crate::node::Node;

/// As [`loom::model`], with as many switches between threads as a lost wake takes: it is found with two.
fn model(run: impl Fn() + Send + Sync + 'static) {
    let mut builder = Builder::new();
    builder.preemption_bound = Some(3);
    builder.check(run);
}

/// Runs a process with a mailbox of one, which one message fills, until it has taken up `last`.
fn with_one_who_waits(last: u32, wait: impl FnOnce(&Process) + Send + 'static) -> Vec<u32> {
    let cell: Process = Cell::create(&Node::new(), None, None, false, Some(1));
    assert!(cell.send(1).is_ok());
    let sender = Arc::clone(&cell);
    let thread = thread::spawn(move || wait(&sender));
    let got = run_until(&cell, last);
    thread.join().unwrap();
    got
}

#[test]
fn a_message_that_waits_for_room_is_not_slept_through() {
    model(|| {
        let got = with_one_who_waits(3, |cell| {
            assert!(cell.send_or_wait(2).is_ok());
            assert!(cell.send_or_wait(3).is_ok());
        });
        assert_eq!(got, [1, 2, 3]);
    });
}

#[test]
fn a_message_goes_in_or_is_taken_back_and_never_both() {
    model(|| {
        let taken_back = Arc::new(AtomicU64::new(0));
        let note = Arc::clone(&taken_back);
        let got = with_one_who_waits(3, move |cell| {
            if let Some(place) = cell.send_or_wait(2).unwrap() {
                let left = cell.mailbox.leave(&place);
                assert_eq!(left.is_none(), cell.mailbox.has_let_in(&place));
                note.store(u64::from(left.is_some()), SeqCst);
            }
            // Nobody holds a room that is not used.
            assert!(cell.send_or_wait(3).is_ok());
        });
        let expected: &[u32] = if taken_back.load(SeqCst) == 1 {
            &[1, 3]
        } else {
            &[1, 2, 3]
        };
        assert_eq!(got, expected);
    });
}

#[test]
fn what_waits_when_the_mailbox_closes_is_handed_back_once() {
    model(|| {
        let mailbox = Arc::new(Mailbox::new(Some(1)));
        assert!(matches!(mailbox.push(1), Push::Wake(_)));
        let other = Arc::clone(&mailbox);
        let thread = thread::spawn(move || {
            let (push, place) = other.push_or_wait(2);
            match place {
                None => u32::from(matches!(push, Push::Closed(2))),
                Some(place) => {
                    let left = u32::from(other.leave(&place).is_some());
                    assert!(!other.has_let_in(&place));
                    left
                }
            }
        });
        let mut left = mailbox.close();
        assert_eq!(left.pop_front(), Some(1));
        assert_eq!(thread.join().unwrap() as usize + left.len(), 1);
    });
}
