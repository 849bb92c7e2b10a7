//! The bare map: what any registry is made of, behind nothing, in one thread.

use std::hint::black_box;

use foldhash::fast::RandomState;
use hashbrown::HashMap;

use super::{Contender, is_table};
use crate::case::Kind;
use crate::measure::table::{self, Table};
use crate::run::{Flavor, Run, Samples, resident};

/// A map and no processes.
pub const CONTENDER: Contender = Contender {
    name: "map",
    package: "hashbrown",
    about: "a hashbrown map with the same hash as the registry's, behind no lock, in one thread",
    missing,
    measure,
};

fn missing(kind: Kind, _: Flavor) -> Option<&'static str> {
    match kind {
        Kind::Unregister => Some("a map has no holders"),
        kind if is_table(kind) => None,
        _ => Some("a map has no servers"),
    }
}

fn measure(kind: Kind, flavor: Flavor, run: Run) -> Option<Samples> {
    flavor.run(async move {
        if kind == Kind::Membership {
            return Some(membership(run));
        }
        let before = resident();
        let mut map = Map::default();
        for i in 0..table::others(kind, run) {
            map.entries.insert(format!("session:{i}"), Entry { pid: i });
        }
        table::measure(kind, run, &mut map, before)
    })
}

#[derive(Clone, Copy)]
struct Entry {
    pid: u64,
}

#[derive(Default)]
struct Map {
    entries: HashMap<String, Entry, RandomState>,
    /// The keys of each process; only filled where they are asked for.
    held: HashMap<u64, Vec<String>, RandomState>,
}

const ME: u64 = u64::MAX;

impl Table for Map {
    type Holder = u64;

    fn lookup(&self, key: &str) -> Option<u64> {
        self.entries.get(key).map(|entry| black_box(*entry).pid)
    }

    fn register(&mut self, key: String) {
        self.entries.insert(key, Entry { pid: ME });
    }

    fn unregister(&mut self, key: &str) {
        self.entries.remove(key);
    }

    fn select(&self) -> Vec<u64> {
        self.entries
            .values()
            .map(|entry| black_box(entry).pid)
            .collect()
    }

    fn count(&self) -> usize {
        self.entries.len()
    }

    fn keys(&self) -> Vec<String> {
        self.held.get(&black_box(ME)).cloned().unwrap_or_default()
    }

    fn prepare_keys(&mut self) {
        let mine = self.entries.iter().filter(|(_, entry)| entry.pid == ME);
        let keys = mine.map(|(key, _)| key.clone()).collect();
        self.held.insert(ME, keys);
    }
}

/// A key with its members in a map of their own.
fn membership(run: Run) -> Samples {
    let mut groups: HashMap<String, HashMap<u64, u64, RandomState>, RandomState> =
        HashMap::default();
    let group = groups.entry("topic".to_owned()).or_default();
    for i in 0..run.n {
        group.insert(i, i);
    }
    table::membership(run, || {
        if let Some(group) = groups.get_mut(black_box("topic")) {
            group.remove(&7);
        }
        if let Some(group) = groups.get_mut(black_box("topic")) {
            group.insert(7, 7);
        }
    })
}
