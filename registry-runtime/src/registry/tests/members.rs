//! The entries of one key, by themselves.

use std::sync::Arc;

use super::process;
use crate::process::Receiver;
use crate::registry::member::{Member, Shared};
use crate::registry::members::Members;

fn member(value: u32) -> Member<u32, ()> {
    let process = process::<()>();
    Member {
        pid: process.pid(),
        owner: Arc::clone(process.cell()) as Arc<dyn Receiver<()>>,
        value: Shared::new(value),
    }
}

fn members(count: u32) -> Members<u32, ()> {
    let mut members = Members::One(member(0));
    for value in 1..count {
        assert_eq!(members.insert(member(value)), value, "the indexes count up");
    }
    members
}

fn values(members: &Members<u32, ()>) -> Vec<u32> {
    members.iter().map(|member| *member.value.get()).collect()
}

#[test]
fn an_index_stays_and_the_lowest_free_one_is_given_out_again() {
    for count in [2, 3, 63, 64, 65, 66, 500] {
        let mut members = members(count);
        let bound = members.bound();
        for index in (1..count).step_by(2) {
            assert_eq!(
                members.remove(index).map(|gone| *gone.value.get()),
                Some(index)
            );
            assert!(members.remove(index).is_none());
        }
        let even: Vec<u32> = (0..count).step_by(2).collect();
        assert_eq!(values(&members), even);
        assert!(even.iter().all(|&at| {
            members
                .get(at)
                .is_some_and(|found| *found.value.get() == at)
        }));
        for index in (1..count).step_by(2) {
            assert_eq!(members.insert(member(index)), index);
        }
        assert_eq!(
            (members.bound(), values(&members)),
            (bound, (0..count).collect())
        );
    }
}

#[test]
fn room_at_the_end_is_given_back() {
    let mut members = members(500);
    for index in (2..500).rev() {
        members.remove(index);
    }
    assert_eq!((members.len(), values(&members)), (2, vec![0, 1]));
    assert!(members.bound() <= 64, "one block is left");
    assert_eq!(members.insert(member(7)), 2);
}

#[test]
fn parts_of_any_width_show_each_entry_once() {
    for count in [1, 2, 64, 65, 300] {
        let mut members = members(count);
        for index in (3..count).step_by(7) {
            members.remove(index);
        }
        for width in [1, 5, 63, 64, 65, 100, 1_000] {
            let bound = members.bound();
            let parts = (0..bound)
                .step_by(width)
                .map(|from| (from, bound.min(from + width)));
            let shown = parts.flat_map(|(from, to)| members.range(from, to));
            let shown: Vec<u32> = shown.map(|member| *member.value.get()).collect();
            assert_eq!(shown, values(&members), "{count} in parts of {width}");
        }
    }
}

#[test]
fn what_is_shared_out_does_not_change() {
    for count in [1, 2, 64, 65, 300] {
        let mut members = members(count);
        let shared = members.clone();
        members.insert(member(count));
        for index in (1..count).step_by(3) {
            members.remove(index);
        }
        members.get_mut(0).expect("it has not left").value = Shared::new(99);
        assert_eq!(
            (shared.len(), values(&shared)),
            (count as usize, (0..count).collect())
        );
    }
}
