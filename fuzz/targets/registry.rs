//! Histories of a registry of each kind, compared with a plain list after every step.
//!
//! The first byte says which kind and how many partitions; then each two bytes are a step.

#![no_main]

use std::hash::Hash;

use libfuzzer_sys::fuzz_target;
use registry_runtime::prelude::*;
use registry_runtime::{Process, ProcessRef};
use tokio::sync::oneshot;

const KEYS: u8 = 4;
const PROCESSES: usize = 4;

/// Something for a process to do, with its own context.
type Job<T> = Box<dyn FnOnce(&mut Process<Jobs>) -> T + Send>;

/// A job that sends its result away by itself.
struct Jobs(Job<()>);

/// A process that does as it is told.
fn worker() -> ProcessRef<Jobs> {
    spawn(async |mut ctx: Process<Jobs>| {
        loop {
            let Jobs(job) = ctx.recv().await;
            job(&mut ctx);
        }
    })
}

async fn at<T: Send + 'static>(
    worker: &ProcessRef<Jobs>,
    job: impl FnOnce(&mut Process<Jobs>) -> T + Send + 'static,
) -> T {
    let (done, result) = oneshot::channel();
    let job = Jobs(Box::new(move |ctx| drop(done.send(job(ctx)))));
    worker.send(job).expect("it runs");
    result.await.expect("it does the job")
}

/// The entries as they should be: key, process, value.
type Model = Vec<(u8, Pid, u32)>;

fn sorted<T: Ord>(mut list: Vec<T>) -> Vec<T> {
    list.sort();
    list
}

macro_rules! history {
    ($name:ident, $kind:ty, $unique:literal, $update:expr) => {
        async fn $name(partitions: usize, steps: &[u8]) {
            let registry = Registry::<u8, u32, $kind>::builder()
                .partitions(partitions)
                .build()
                .expect("options are good");
            registry.start().expect("it starts");
            let mut workers: Vec<_> = (0..PROCESSES).map(|_| worker()).collect();
            let mut model = Model::new();
            for (value, step) in steps.chunks_exact(2).enumerate() {
                let value = value as u32;
                let (what, which) = (step[0] % 8, usize::from(step[1] & 3));
                let key = (step[1] >> 2) % KEYS;
                let odd = u32::from(step[1] >> 7);
                let me = workers[which].pid();
                let mine = registry.clone();
                match what {
                    0..=2 => {
                        let done = at(&workers[which], move |ctx| mine.register(ctx, key, value));
                        let done = done.await;
                        let taken = model.iter().find(|entry| $unique && entry.0 == key);
                        let expected = taken.map_or(Ok(()), |entry| {
                            Err(RegisterError::AlreadyRegistered(entry.1))
                        });
                        assert_eq!(done, expected);
                        if done.is_ok() {
                            model.push((key, me, value));
                        }
                    }
                    3 => {
                        at(&workers[which], move |ctx| mine.unregister(ctx, &key)).await;
                        model.retain(|entry| (entry.0, entry.1) != (key, me));
                    }
                    4 => {
                        let done = at(&workers[which], move |ctx| {
                            mine.unregister_match(ctx, &key, |value| value % 2 == odd);
                        });
                        done.await;
                        model.retain(|entry| (entry.0, entry.1, entry.2 % 2) != (key, me, odd));
                    }
                    5 => {
                        let reason = if odd == 0 { ExitReason::Kill } else { ExitReason::Shutdown };
                        me.exit(reason);
                        me.ended().await;
                        workers[which] = worker();
                        model.retain(|entry| entry.1 != me);
                        assert!(registry.keys(me).is_empty());
                    }
                    6 => $update(&registry, &workers[which], key, value, &mut model).await,
                    _ => {
                        // A callback that uses the registry, and perhaps panics.
                        let found = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                            registry.select(|key, pid, value| {
                                assert!(odd == 0 || *value != u32::MAX, "never");
                                registry.keys(pid).contains(key).then_some(*value)
                            })
                        }));
                        assert_eq!(found.map(|found| found.len()).ok(), Some(model.len()));
                    }
                }
                assert_eq!(registry.count(), model.len());
                let all = registry.select(|key, pid, value| Some((*key, pid, *value)));
                assert_eq!(sorted(all), sorted(model.clone()));
                for key in 0..KEYS {
                    let of: Vec<_> = model.iter().filter(|entry| entry.0 == key).collect();
                    let found = registry.matching(&key, |pid, value| Some((key, pid, *value)));
                    assert_eq!(sorted(found), sorted(of.iter().map(|entry| **entry).collect()));
                }
                for worker in &workers {
                    let of = |entry: &&(u8, Pid, u32)| entry.1 == worker.pid();
                    let keys = model.iter().filter(of).map(|entry| entry.0).collect();
                    assert_eq!(sorted(registry.keys(worker.pid())), sorted(keys));
                }
            }
            for worker in &workers {
                worker.pid().exit(ExitReason::Kill);
                worker.ended().await;
            }
            assert_eq!(registry.count(), 0);
            let pid = registry.pid().expect("it runs");
            pid.exit(ExitReason::Kill);
            pid.ended().await;
            assert!(Node::current().processes().is_empty());
        }
    };
}

async fn update(
    registry: &Registry<u8, u32>,
    worker: &ProcessRef<Jobs>,
    key: u8,
    value: u32,
    model: &mut Model,
) {
    let mine = registry.clone();
    let done = at(worker, move |ctx| mine.update_value(ctx, &key, |old| old ^ value)).await;
    let entry = model
        .iter_mut()
        .find(|entry| (entry.0, entry.1) == (key, worker.pid()));
    let expected = entry.map(|entry| {
        let old = entry.2;
        entry.2 ^= value;
        (entry.2, old)
    });
    assert_eq!(done, expected);
}

async fn no_update<K: Hash, D>(
    _: &Registry<K, u32, D>,
    _: &ProcessRef<Jobs>,
    _: u8,
    _: u32,
    _: &mut Model,
) {
}

history!(unique, Unique, true, update);
history!(duplicate, Duplicate, false, no_update);
history!(by_key, DuplicateByKey, false, no_update);

fuzz_target!(|data: &[u8]| {
    let Some((&first, steps)) = data.split_first() else {
        return;
    };
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let runtime = runtime.expect("a runtime");
    let partitions = 1 + usize::from(first >> 2) % 8;
    runtime.block_on(async {
        match first % 3 {
            0 => unique(partitions, steps).await,
            1 => duplicate(partitions, steps).await,
            _ => by_key(partitions, steps).await,
        }
    });
});
