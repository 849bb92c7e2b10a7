//! Random histories against a plain model.
//!
//! `REGISTRY_MODEL_CASES` says how many histories are tried of each kind, 1,000 by default:
//!
//! ```sh
//! REGISTRY_MODEL_CASES=1000000 cargo test --release -p registry-runtime --lib model
//! ```

use super::{PARTITIONS, die, process, registry, sorted};
use crate::process::{ExitReason, NoMessage, Pid, Process};
use crate::registry::{Duplicate, DuplicateByKey, Keys, RegisterError, Registry, Unique};

const KEYS: u8 = 4;
const STEPS: usize = 60;

struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).unwrap() % bound
    }
}

/// The registry as it should be: key, process, value.
#[derive(Default)]
struct Model(Vec<(u8, Pid, u32)>);

impl Model {
    fn of(&self, choose: impl Fn(&(u8, Pid, u32)) -> bool) -> Vec<(u8, Pid, u32)> {
        sorted(
            self.0
                .iter()
                .copied()
                .filter(|entry| choose(entry))
                .collect(),
        )
    }
}

/// What kinds of registries have in different forms, or not at all.
struct Kind<D: Keys> {
    lookup: Lookup<D>,
    update: Option<Update<D>>,
}

type Lookup<D> = fn(&Registry<u8, u32, D>, u8) -> Vec<(Pid, u32)>;

/// Adds to the value of a process's own key: what it is then, and was.
type Update<D> = fn(&Registry<u8, u32, D>, &Process<()>, u8, u32) -> Option<(u32, u32)>;

fn check<D: Keys>(
    (registry, kind): (&Registry<u8, u32, D>, &Kind<D>),
    model: &Model,
    pids: &[Pid],
) {
    assert_eq!(registry.count(), model.0.len());
    let all = registry.select(|key, pid, value| Some((*key, pid, *value)));
    assert_eq!(sorted(all), model.of(|_| true));
    for key in 0..KEYS {
        let found = registry.matching(&key, |pid, value| Some((key, pid, *value)));
        let expected = model.of(|entry| entry.0 == key);
        assert_eq!(sorted(found), expected);
        let looked_up = (kind.lookup)(registry, key);
        let looked_up = looked_up.into_iter().map(|(pid, value)| (key, pid, value));
        assert_eq!(sorted(looked_up.collect()), expected);
        let even = registry.count_match(&key, |_, value| value % 2 == 0);
        assert_eq!(
            even,
            model.of(|entry| entry.0 == key && entry.2 % 2 == 0).len()
        );
    }
    for &pid in pids {
        let keys: Vec<u8> = model
            .of(|entry| entry.1 == pid)
            .iter()
            .map(|entry| entry.0)
            .collect();
        assert_eq!(sorted(registry.keys(pid)), keys);
        for key in 0..KEYS {
            let held = model.of(|entry| entry.0 == key && entry.1 == pid);
            let held: Vec<u32> = held.iter().map(|entry| entry.2).collect();
            assert_eq!(sorted(registry.values(&key, pid)), held);
        }
    }
}

fn step<D: Keys>(
    random: &mut Random,
    (registry, kind, run): (&Registry<u8, u32, D>, &Kind<D>, Pid),
    (model, value): (&mut Model, u32),
    processes: &mut [Process<()>],
    dead: &mut Vec<Pid>,
) {
    let at = random.below(processes.len());
    let me = processes[at].pid();
    let key = u8::try_from(random.below(usize::from(KEYS))).unwrap();
    match random.below(21) {
        0..=8 => {
            let taken = model.0.iter().find(|entry| D::UNIQUE && entry.0 == key);
            let expected = taken.map_or(Ok(()), |entry| {
                Err(RegisterError::AlreadyRegistered(entry.1))
            });
            assert_eq!(registry.register(&processes[at], key, value), expected);
            if expected.is_ok() {
                model.0.push((key, me, value));
            }
        }
        9..=12 => {
            registry.unregister(&processes[at], &key);
            model.0.retain(|entry| (entry.0, entry.1) != (key, me));
        }
        13..=15 => {
            let odd = u32::from(random.below(2) == 1);
            registry.unregister_match(&processes[at], &key, |value| value % 2 == odd);
            model
                .0
                .retain(|entry| (entry.0, entry.1, entry.2 % 2) != (key, me, odd));
        }
        16..=18 => {
            dead.push(die(std::mem::replace(&mut processes[at], process())));
            model.0.retain(|entry| entry.1 != me);
        }
        19 => {
            let Some(update) = kind.update else { return };
            let mut mine = model
                .0
                .iter_mut()
                .filter(|entry| (entry.0, entry.1) == (key, me));
            let expected = mine.next().map(|(_, _, held)| {
                *held += value;
                (*held, *held - value)
            });
            assert_eq!(update(registry, &processes[at], key, value), expected);
        }
        _ if random.below(4) == 0 => {
            registry.stop(run, &ExitReason::Normal);
            model.0.clear();
            registry.activate(run).unwrap();
        }
        _ => {}
    }
}

fn histories<D: Keys>(seed: u64, kind: &Kind<D>) {
    let cases = std::env::var("REGISTRY_MODEL_CASES")
        .ok()
        .and_then(|cases| cases.parse().ok());
    for case in 0..cases.unwrap_or(1_000_u64) {
        let mut random = Random(seed ^ (case + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let partitions = PARTITIONS[random.below(2)];
        let registry: Registry<u8, u32, D, NoMessage> = registry(partitions);
        let run = registry.pid().unwrap();
        let mut processes: Vec<Process<()>> = (0..4).map(|_| process()).collect();
        let (mut model, mut dead) = (Model::default(), Vec::new());
        for value in 0..u32::try_from(STEPS).unwrap() {
            step(
                &mut random,
                (&registry, kind, run),
                (&mut model, value),
                &mut processes,
                &mut dead,
            );
            let mut pids: Vec<Pid> = processes.iter().map(Process::pid).collect();
            pids.extend(dead.last());
            check((&registry, kind), &model, &pids);
        }
        for process in processes {
            die(process);
        }
        check((&registry, kind), &Model::default(), &dead);
    }
}

#[test]
fn unique_registries_do_as_the_model_does() {
    let kind = Kind::<Unique> {
        lookup: |registry, key| registry.lookup(&key).into_iter().collect(),
        update: Some(|registry, me, key, by| registry.update_value(me, &key, |old| old + by)),
    };
    histories(1, &kind);
}

#[test]
fn duplicate_registries_do_as_the_model_does() {
    let by_pid = Kind::<Duplicate> {
        lookup: |registry, key| registry.lookup(&key),
        update: None,
    };
    histories(2, &by_pid);
    let by_key = Kind::<DuplicateByKey> {
        lookup: |registry, key| registry.lookup(&key),
        update: None,
    };
    histories(3, &by_key);
}
