//! The mailbox alone, with no process.

use std::collections::VecDeque;

use super::line::Place;
use super::mailbox::{Mailbox, Push};

fn items(mailbox: &Mailbox<u32>) -> Vec<u32> {
    let mut batch = VecDeque::new();
    mailbox.take_batch(&mut batch);
    batch.into()
}

#[test]
fn messages_come_out_in_the_order_of_the_pushes() {
    let mailbox = Mailbox::new(None);
    for n in 0..100 {
        mailbox.push(n);
    }
    assert_eq!(items(&mailbox), (0..100).collect::<Vec<_>>());
}

#[test]
fn only_the_first_push_since_the_last_batch_says_to_wake() {
    let mailbox = Mailbox::new(None);
    let mut batch = VecDeque::new();
    assert!(!mailbox.take_batch(&mut batch));
    for n in [1, 3] {
        assert!(matches!(mailbox.push(n), Push::Wake(_)));
        assert!(matches!(mailbox.push(n + 1), Push::Queued));
        assert!(mailbox.take_batch(&mut batch));
        assert_eq!(batch, [n, n + 1]);
        for _ in batch.drain(..) {
            mailbox.count_handled();
        }
        assert!(!mailbox.take_batch(&mut batch));
    }
}

#[test]
fn a_push_after_all_was_taken_out_by_hand_says_to_wake() {
    let mailbox = Mailbox::new(None);
    let mut batch = VecDeque::new();
    mailbox.push(1);
    mailbox.push(2);
    assert_eq!(mailbox.retain(|item| *item != 1), [1]);
    mailbox.count_handled();
    assert!(matches!(mailbox.push(3), Push::Queued));
    assert_eq!(mailbox.retain(|_| false), [2, 3]);
    mailbox.count_handled();
    mailbox.count_handled();
    assert!(!mailbox.take_batch(&mut batch));
    assert!(matches!(mailbox.push(4), Push::Wake(_)));
}

#[test]
fn a_closed_mailbox_hands_messages_back() {
    let mailbox = Mailbox::new(None);
    mailbox.push(1);
    assert_eq!(mailbox.close(), [1]);
    assert!(matches!(mailbox.push(2), Push::Closed(2)));
    assert!(matches!(mailbox.push_signal(3), Push::Closed(3)));
}

#[test]
fn a_limit_counts_messages_until_they_are_taken_up_and_lets_signals_through() {
    let mailbox = Mailbox::new(Some(2));
    mailbox.push(1);
    mailbox.push(2);
    assert!(matches!(mailbox.push(3), Push::Full(3)));
    assert!(matches!(mailbox.push_signal(4), Push::Queued));
    let mut batch = VecDeque::new();
    mailbox.take_batch(&mut batch);
    assert!(
        matches!(mailbox.push(5), Push::Full(5)),
        "taken out, not taken up"
    );
    mailbox.count_handled();
    mailbox.count_handled();
    assert!(matches!(mailbox.push(6), Push::Wake(_)));
    assert_eq!(mailbox.figures().high_water, 3);
}

/// Joins the line.
fn wait(mailbox: &Mailbox<u32>, item: u32) -> Place {
    let (push, place) = mailbox.push_or_wait(item);
    assert!(matches!(push, Push::Queued | Push::Wake(None)), "{push:?}");
    place.expect("there is no room")
}

/// With two in the mailbox, and taken out: one may yet be taken up.
fn full() -> Mailbox<u32> {
    let mailbox = Mailbox::new(Some(2));
    assert!(matches!(mailbox.push_or_wait(1), (Push::Wake(None), None)));
    assert!(matches!(mailbox.push_or_wait(2), (Push::Queued, None)));
    assert_eq!(items(&mailbox), [1, 2]);
    mailbox
}

#[test]
fn no_newcomer_passes_one_that_waits() {
    let mailbox = full();
    let places = [wait(&mailbox, 3), wait(&mailbox, 4)];
    mailbox.count_handled();
    assert!(mailbox.has_let_in(&places[0]));
    assert!(!mailbox.has_let_in(&places[1]));
    assert!(matches!(mailbox.push(9), Push::Full(9)));
    let last = wait(&mailbox, 5);
    mailbox.count_handled();
    assert_eq!(mailbox.figures().length, 2);
    assert_eq!(items(&mailbox), [3, 4]);
    assert!(matches!(mailbox.push(9), Push::Full(9)), "the last waits");
    mailbox.count_handled();
    mailbox.count_handled();
    assert!(mailbox.has_let_in(&last));
    assert!(matches!(mailbox.push(6), Push::Queued | Push::Wake(None)));
    assert_eq!(items(&mailbox), [5, 6]);
}

#[test]
fn one_that_gives_up_leaves_no_trace() {
    let mailbox = full();
    let places: Vec<Place> = (3..1_003).map(|n| wait(&mailbox, n)).collect();
    for (n, place) in (3..).zip(&places) {
        assert_eq!(mailbox.leave(place), Some(n));
    }
    mailbox.count_handled();
    // The receiver has been woken, found nothing, and sleeps again.
    assert!(matches!(mailbox.push(7), Push::Wake(None)));
    assert_eq!(items(&mailbox), [7]);
    assert!(places.iter().all(|place| mailbox.leave(place).is_none()));
}

#[test]
fn one_that_went_in_cannot_be_taken_back() {
    let mailbox = full();
    let place = wait(&mailbox, 3);
    mailbox.count_handled();
    assert_eq!(mailbox.leave(&place), None);
    assert_eq!(items(&mailbox), [3]);
}

/// It sleeps only when there is neither a message nor one that waits.
#[test]
fn to_join_the_line_wakes_the_receiver_once_a_batch() {
    let mailbox = full();
    let (push, _first) = mailbox.push_or_wait(3);
    assert!(matches!(push, Push::Wake(None)));
    let (push, _second) = mailbox.push_or_wait(4);
    assert!(matches!(push, Push::Queued));
    mailbox.count_handled();
    mailbox.count_handled();
    let mut batch = VecDeque::new();
    assert!(mailbox.take_batch(&mut batch));
    assert_eq!(batch, [3, 4]);
}

#[test]
fn a_signal_passes_the_line() {
    let mailbox = full();
    let place = wait(&mailbox, 3);
    assert!(matches!(mailbox.push_signal(9), Push::Queued));
    mailbox.count_handled();
    assert!(!mailbox.has_let_in(&place), "the signal has the room");
    mailbox.count_handled();
    assert_eq!(items(&mailbox), [9, 3]);
}

#[test]
fn a_closed_mailbox_hands_back_what_waits() {
    let mailbox = full();
    let place = wait(&mailbox, 3);
    mailbox.push_signal(9);
    assert_eq!(mailbox.close(), [9, 3]);
    assert!(!mailbox.has_let_in(&place));
    assert_eq!(mailbox.leave(&place), None);
    assert!(matches!(mailbox.push_or_wait(4), (Push::Closed(4), None)));
}
