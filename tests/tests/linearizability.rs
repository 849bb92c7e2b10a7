//! The unique registry is linearizable, key by key: whatever several threads do at the same time,
//! there is an order of their operations, which respects what was over before what began, in which
//! a plain map of one entry a key answers the same.
//!
//! Histories are recorded on real threads and checked as Wing and Gong do: try each operation that
//! could be the next, and go back where the rest does not fit. A history is split by key, since an
//! order for each key makes one for all.
//!
//! A death is two steps, in this order: the process is shut out (it registers, unregisters and
//! holds nothing more), and then its entries leave, each key by itself. Both happen before anyone
//! learns of the death.
//!
//! `REGISTRY_HISTORIES` says how many histories are tried of each sort, 2,000 by default;
//! `REGISTRY_SEED` where the seeds begin. What the threads do follows from the seed, which is in the
//! message of a failure; how the machine interleaves them does not.

#[path = "linearizability/checker.rs"]
mod checker;
#[path = "linearizability/recorder.rs"]
mod recorder;

use checker::{Act, Done, Event, explain, linearizable};
use recorder::{Kills, Racy, record, registry};

fn number(variable: &str, default: u64) -> u64 {
    let value = std::env::var(variable).ok();
    value
        .and_then(|value| value.parse().ok())
        .unwrap_or(default)
}

/// Records and checks histories of a registry with a number of partitions.
fn histories(partitions: usize, kills: Kills) {
    let registry = registry(partitions);
    let first = number("REGISTRY_SEED", 1);
    let seeds = first..first + number("REGISTRY_HISTORIES", 2_000);
    record(&registry, seeds, kills, |seed, history| {
        for (key, events) in history {
            assert!(
                linearizable(&events),
                "partitions {partitions}, {kills:?}, REGISTRY_SEED={seed}, {key:?}:\n{}",
                explain(&events)
            );
        }
        true
    });
}

#[test]
fn threads_that_end_their_own_processes_with_one_partition() {
    histories(1, Kills::Own);
}

#[test]
fn threads_that_end_their_own_processes_with_eight_partitions() {
    histories(8, Kills::Own);
}

#[test]
fn threads_that_kill_each_others_processes_with_one_partition() {
    histories(1, Kills::Others);
}

#[test]
fn threads_that_kill_each_others_processes_with_eight_partitions() {
    histories(8, Kills::Others);
}

/// The recorder brings to light what a registry must not do: one that looks and then writes, with a
/// gap in between, is found out.
#[test]
fn a_registry_with_a_race_is_found_out() {
    let racy = Racy::default();
    let mut found = None;
    record(&racy, 1..1_000, Kills::Own, |seed, history| {
        if history.values().any(|events| !linearizable(events)) {
            found = Some(seed);
        }
        found.is_none()
    });
    assert!(found.is_some(), "the race is there to be found");
}

/// An event of a history made by hand: who does what from when to when, and what came of it.
fn event(process: u8, (begun, over): (u64, u64), act: Act, done: Done) -> Event {
    Event {
        process,
        begun,
        over,
        act,
        done,
    }
}

const A: u8 = 0;
const B: u8 = 1;

#[test]
fn what_a_map_could_have_done_is_linearizable() {
    let ok = [
        // One after the other.
        event(A, (0, 1), Act::Register(1), Done::Ok),
        event(B, (2, 3), Act::Register(2), Done::Taken(A)),
        event(B, (4, 5), Act::Lookup, Done::Found(Some((A, 1)))),
        event(A, (6, 7), Act::Update(10), Done::Updated(Some((11, 1)))),
        event(B, (8, 9), Act::Update(10), Done::Updated(None)),
        event(B, (10, 11), Act::Lookup, Done::Found(Some((A, 11)))),
        event(B, (12, 13), Act::Unregister, Done::Ok),
        event(A, (14, 15), Act::Unregister, Done::Ok),
        event(B, (16, 17), Act::Lookup, Done::Found(None)),
        event(B, (18, 19), Act::Register(3), Done::Ok),
        event(B, (20, 21), Act::Values, Done::Values(Some(3))),
    ];
    assert!(linearizable(&ok));
    assert!(linearizable(&[]));
    // At the same time: either may have been first, and a lookup may see either.
    for (seen, first) in [(None, A), (Some((A, 1)), A), (Some((B, 2)), B)] {
        let (of_a, of_b) = match first {
            A => (Done::Ok, Done::Taken(A)),
            _ => (Done::Taken(B), Done::Ok),
        };
        let overlapping = [
            event(A, (0, 10), Act::Register(1), of_a),
            event(B, (1, 9), Act::Register(2), of_b),
            event(A, (2, 8), Act::Lookup, Done::Found(seen)),
        ];
        assert!(linearizable(&overlapping), "{}", explain(&overlapping));
    }
    // A death: the name may be free before it is over, and the dying are refused.
    let death = [
        event(A, (0, 1), Act::Register(1), Done::Ok),
        event(A, (2, 9), Act::Close, Done::Ok),
        event(A, (2, 9), Act::Leave, Done::Ok),
        event(A, (3, 4), Act::Register(5), Done::Exiting),
        event(A, (3, 4), Act::Values, Done::Values(None)),
        event(B, (4, 5), Act::Lookup, Done::Found(Some((A, 1)))),
        event(B, (6, 7), Act::Register(2), Done::Ok),
    ];
    assert!(linearizable(&death), "{}", explain(&death));
}

#[test]
fn what_no_map_could_have_done_is_found() {
    let violations = [
        // Two have the key at the same time.
        vec![
            event(A, (0, 10), Act::Register(1), Done::Ok),
            event(B, (1, 9), Act::Register(2), Done::Ok),
        ],
        // Refused because of somebody who had left before.
        vec![
            event(A, (0, 1), Act::Register(1), Done::Ok),
            event(A, (2, 3), Act::Unregister, Done::Ok),
            event(B, (4, 5), Act::Register(2), Done::Taken(A)),
        ],
        // A lookup that sees the past.
        vec![
            event(A, (0, 1), Act::Register(1), Done::Ok),
            event(A, (2, 3), Act::Update(5), Done::Updated(Some((6, 1)))),
            event(B, (4, 5), Act::Lookup, Done::Found(Some((A, 1)))),
        ],
        // Two lookups that see a change in opposite orders.
        vec![
            event(A, (0, 1), Act::Register(1), Done::Ok),
            event(A, (2, 9), Act::Unregister, Done::Ok),
            event(B, (3, 4), Act::Lookup, Done::Found(None)),
            event(B, (5, 6), Act::Lookup, Done::Found(Some((A, 1)))),
        ],
        // A ghost: seen after its death was told.
        vec![
            event(A, (0, 1), Act::Register(1), Done::Ok),
            event(A, (2, 3), Act::Close, Done::Ok),
            event(A, (2, 3), Act::Leave, Done::Ok),
            event(B, (4, 5), Act::Lookup, Done::Found(Some((A, 1)))),
        ],
        // One that registers after its death.
        vec![
            event(A, (0, 1), Act::Close, Done::Ok),
            event(A, (0, 1), Act::Leave, Done::Ok),
            event(A, (2, 3), Act::Register(1), Done::Ok),
        ],
        // An entry that nobody took out is lost.
        vec![
            event(A, (0, 1), Act::Register(1), Done::Ok),
            event(B, (2, 3), Act::Unregister, Done::Ok),
            event(B, (4, 5), Act::Lookup, Done::Found(None)),
        ],
        // An update that is lost.
        vec![
            event(A, (0, 1), Act::Register(1), Done::Ok),
            event(A, (2, 3), Act::Update(5), Done::Updated(Some((6, 1)))),
            event(A, (4, 5), Act::Update(5), Done::Updated(Some((6, 1)))),
        ],
    ];
    for violation in violations {
        assert!(!linearizable(&violation), "{}", explain(&violation));
    }
}
