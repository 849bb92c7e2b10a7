//! Many threads at once: what cannot be checked at each step must hold at the end.

use std::collections::HashMap;
use std::sync::Arc;
use std::thread;

use super::{PARTITIONS, die, process, received, registry};
use crate::process::{ExitReason, Process};
use crate::registry::{Duplicate, Keys, Registry, RegistryEvent};

const THREADS: u64 = 4;
const STEPS: u64 = 4_000;
const KEYS: u64 = 8;

type Event = RegistryEvent<u64, Arc<u64>>;

/// What one thread does: everything, with processes of its own, on keys that all share.
fn weather<D: Keys>(registry: &Registry<u64, Arc<u64>, D, u64>, seed: u64, value: &Arc<u64>) {
    let mut random = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut me: Process<u64> = process();
    for step in 0..STEPS {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let key = (random >> 20) % KEYS;
        match random % 16 {
            0..=5 => drop(registry.register(&me, key, Arc::clone(value))),
            6..=8 => registry.unregister(&me, &key),
            9 => registry.unregister_match(&me, &key, |value| **value == step % 2),
            10 => drop(registry.keys(me.pid())),
            11 => drop(registry.values(&key, me.pid())),
            12 => drop(registry.select(|key, pid, _| Some((*key, pid)))),
            13 => {
                registry.dispatch(&key, |entries| {
                    for entry in entries {
                        let _ = entry.send(step);
                    }
                });
            }
            14 => drop(registry.matching(&key, |_, _| true)),
            _ => drop(die(std::mem::replace(&mut me, process()))),
        }
    }
    die(me);
}

/// For each key, what came before it left, and nothing is left.
fn check_events(listener: &Process<Event>, unique: bool) {
    let mut live: HashMap<u64, Vec<crate::process::Pid>> = HashMap::new();
    for event in received(listener) {
        match event {
            Event::Registered { key, pid, .. } => {
                let here = live.entry(key).or_default();
                assert!(!unique || here.is_empty(), "two at once under {key}");
                here.push(pid);
            }
            Event::Unregistered { key, pid, .. } => {
                let here = live.entry(key).or_default();
                let at = here.iter().position(|other| *other == pid);
                here.swap_remove(at.expect("it came before it left"));
            }
        }
    }
    assert!(live.values().all(Vec::is_empty));
}

fn storm<D: Keys>(stops: bool) {
    for partitions in PARTITIONS {
        let registry: Registry<u64, Arc<u64>, D, u64> = registry(partitions);
        let run = registry.pid().unwrap();
        let (listener, value) = (process::<Event>(), Arc::new(1));
        registry.listen(&listener).unwrap();
        thread::scope(|scope| {
            for thread in 0..THREADS {
                let (registry, value) = (&registry, &value);
                scope.spawn(move || weather(registry, thread + 1, value));
            }
            for _ in 0..if stops { 50 } else { 0 } {
                registry.stop(run, &ExitReason::Normal);
                registry.activate(run).unwrap();
                thread::yield_now();
            }
        });
        check_events(&listener, D::UNIQUE);
        assert_eq!(
            (registry.count(), registry.count_select(|_, _, _| true)),
            (0, 0)
        );
        assert_eq!(Arc::strong_count(&value), 1, "all values are gone");
    }
}

#[test]
fn a_unique_registry_weathers_a_storm() {
    storm::<crate::registry::Unique>(false);
    storm::<crate::registry::Unique>(true);
}

#[test]
fn a_duplicate_registry_weathers_a_storm() {
    storm::<Duplicate>(false);
    storm::<Duplicate>(true);
}
