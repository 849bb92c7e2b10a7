//! What must hold when a tree, or all, has ended.

use std::sync::{Arc, PoisonError};

use registry_runtime::prelude::*;

use crate::book::{Book, Home};
use crate::faults::Heard;
use crate::plan::Tree;
use crate::rest::rest;
use crate::servers::{KeyTopics, Marks, Names, Nicks, Topics};

/// Whether a tree's start may have failed of this.
pub fn start_failed(book: &Book, tree: &Tree, error: &StartError) {
    let mut cause = error;
    while let StartError::Child { error, .. } = cause {
        cause = error;
    }
    let may_be = match cause {
        StartError::Init(_) | StartError::Timeout => true,
        // The supervisor itself was attacked as it started.
        StartError::SupervisorNotRunning(_) => true,
        StartError::RegistryNotRunning(_) => book.plan.registries_die,
        _ => false,
    };
    book.check(may_be, || format!("{} did not start: {error:?}", tree.id()));
}

/// A tree has ended: so have all that it held.
pub fn nothing_left(book: &Book, tree: &Tree) {
    let numbers = tree.numbers();
    let dynamic = tree.holds_dynamic();
    let left: Vec<_> = book.lives(|lives| {
        let of = |home: Home| match home {
            Home::Tree(number) => numbers.contains(&number),
            Home::Dynamic => dynamic,
            Home::Partitions => false,
        };
        let left = lives.iter().filter(|(_, life)| of(life.home) && !life.gone);
        left.map(|(pid, life)| (*pid, life.id)).collect()
    });
    book.check(left.is_empty(), || {
        format!("{} has ended, and left {left:?}", tree.id())
    });
}

/// With all servers ended, no name is taken, and the listener has heard of each end.
pub async fn names_left(book: &Book, heard: &Heard) {
    let names = || heard.lock().unwrap_or_else(PoisonError::into_inner).clone();
    rest(book, || names().is_empty()).await;
    book.check(names().is_empty(), || {
        format!("the listener has not heard of the ends of {:?}", names())
    });
    let counts = [
        Names::count(),
        Nicks::count(),
        Topics::count(),
        KeyTopics::count(),
        Marks::count(),
    ];
    book.check(counts == [0; 5], || format!("entries are left: {counts:?}"));
}

/// After the end: nothing.
pub fn nothing_at_all(book: &Arc<Book>) {
    let snapshot = Node::current().snapshot();
    book.check(snapshot.processes.is_empty(), || {
        format!("processes are left: {:?}", snapshot.processes)
    });
    book.check(
        snapshot.registries.is_empty() && snapshot.trees.is_empty(),
        || format!("there is still {snapshot}"),
    );
    let left: Vec<_> = book.lives(|lives| {
        let left = lives.iter().filter(|(_, life)| !life.gone);
        left.map(|(pid, _)| *pid).collect()
    });
    book.check(left.is_empty(), || format!("states are left: {left:?}"));
}
