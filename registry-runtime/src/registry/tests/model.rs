//! Random histories against a plain model.
//!
//! `REGISTRY_MODEL_CASES` says how many histories are tried of each kind, 400 by default.

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

fn check<D: Keys>(registry: &Registry<u8, u32, D>, model: &Model, pids: &[Pid]) {
    assert_eq!(registry.count(), model.0.len());
    let all = registry.select(|key, pid, value| Some((*key, pid, *value)));
    assert_eq!(sorted(all), model.of(|_| true));
    for key in 0..KEYS {
        let found = registry.matching(&key, |pid, value| Some((key, pid, *value)));
        assert_eq!(sorted(found), model.of(|entry| entry.0 == key));
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
    (registry, run): (&Registry<u8, u32, D>, Pid),
    (model, value): (&mut Model, u32),
    processes: &mut [Process<()>],
    dead: &mut Vec<Pid>,
) {
    let at = random.below(processes.len());
    let me = processes[at].pid();
    let key = u8::try_from(random.below(usize::from(KEYS))).unwrap();
    match random.below(20) {
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
        _ if random.below(4) == 0 => {
            registry.stop(run, &ExitReason::Normal);
            model.0.clear();
            registry.activate(run).unwrap();
        }
        _ => {}
    }
}

fn histories<D: Keys>(seed: u64) {
    let cases = std::env::var("REGISTRY_MODEL_CASES")
        .ok()
        .and_then(|cases| cases.parse().ok());
    for case in 0..cases.unwrap_or(400u64) {
        let mut random = Random(seed ^ (case + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let partitions = PARTITIONS[random.below(2)];
        let registry: Registry<u8, u32, D, NoMessage> = registry(partitions);
        let run = registry.pid().unwrap();
        let mut processes: Vec<Process<()>> = (0..4).map(|_| process()).collect();
        let (mut model, mut dead) = (Model::default(), Vec::new());
        for value in 0..u32::try_from(STEPS).unwrap() {
            step(
                &mut random,
                (&registry, run),
                (&mut model, value),
                &mut processes,
                &mut dead,
            );
            let mut pids: Vec<Pid> = processes.iter().map(Process::pid).collect();
            pids.extend(dead.last());
            check(&registry, &model, &pids);
        }
        for process in processes {
            die(process);
        }
        check(&registry, &Model::default(), &dead);
    }
}

#[test]
fn unique_registries_do_as_the_model_does() {
    histories::<Unique>(1);
}

#[test]
fn duplicate_registries_do_as_the_model_does() {
    histories::<Duplicate>(2);
    histories::<DuplicateByKey>(3);
}

#[test]
fn update_value_does_as_the_model_does() {
    for partitions in PARTITIONS {
        let registry: Registry<u8, u32> = registry(partitions);
        let processes: Vec<Process<()>> = (0..3).map(|_| process()).collect();
        let mut model = std::collections::HashMap::new();
        let mut random = Random(7);
        for value in 0..2_000 {
            let me = &processes[random.below(3)];
            let key = u8::try_from(random.below(3)).unwrap();
            match random.below(3) {
                0 => {
                    if registry.register(me, key, value).is_ok() {
                        assert_eq!(model.insert(key, (me.pid(), value)), None);
                    }
                }
                1 => {
                    let mine = model.get_mut(&key).filter(|(pid, _)| *pid == me.pid());
                    let expected = mine.map(|(_, old)| {
                        let before = *old;
                        *old = before + value;
                        (*old, before)
                    });
                    assert_eq!(registry.update_value(me, &key, |old| old + value), expected);
                }
                _ => {
                    registry.unregister(me, &key);
                    model.retain(|other, (pid, _)| (*other, *pid) != (key, me.pid()));
                }
            }
            assert_eq!(registry.lookup(&key), model.get(&key).copied());
        }
    }
}
