//! A death storm: many processes die at once, and nothing of them is left when it is over.
//!
//! `REGISTRY_STORM` says how many processes there are, 2,000 by default.

use std::collections::HashMap;

use registry_runtime::Registry;
use registry_runtime::prelude::*;
use registry_runtime::registry::Keys;
use registry_tests::eventually;

use crate::support::PARTITIONS;

fn many() -> u32 {
    let many = std::env::var("REGISTRY_STORM").ok();
    many.and_then(|many| many.parse().ok()).unwrap_or(2_000)
}

struct Registries<D: Keys> {
    names: Registry<String, u32>,
    topics: Registry<&'static str, u32, D, u32>,
    rooms: Registry<u32, String, D, u32>,
}

impl<D: Keys> Clone for Registries<D> {
    fn clone(&self) -> Self {
        Self {
            names: self.names.clone(),
            topics: self.topics.clone(),
            rooms: self.rooms.clone(),
        }
    }
}

impl<D: Keys> Registries<D> {
    fn start(partitions: usize) -> Self {
        let all = Self {
            names: Registry::builder().partitions(partitions).build().unwrap(),
            topics: Registry::builder().partitions(partitions).build().unwrap(),
            rooms: Registry::builder().partitions(partitions).build().unwrap(),
        };
        all.names.start().unwrap();
        all.topics.start().unwrap();
        all.rooms.start().unwrap();
        all
    }

    /// Starts a process with a name, in a topic that all are in, twice, and in a small room.
    fn member(&self, n: u32) -> Pid {
        let all = self.clone();
        let process = spawn(async move |ctx: Process<u32>| {
            all.names.register(&ctx, format!("name {n}"), n).unwrap();
            all.topics.register(&ctx, "all", n).unwrap();
            all.topics.register(&ctx, "all", n + 1).unwrap();
            all.rooms
                .register(&ctx, n / 10, format!("room of {n}"))
                .unwrap();
            std::future::pending::<()>().await;
        });
        process.pid()
    }

    fn counts(&self) -> (usize, usize, usize) {
        (self.names.count(), self.topics.count(), self.rooms.count())
    }
}

async fn storm<D: Keys>() {
    for partitions in PARTITIONS {
        let (all, many) = (Registries::<D>::start(partitions), many());
        let count = many as usize;
        let members: Vec<Pid> = (0..many).map(|n| all.member(n)).collect();
        let survivors: Vec<Pid> = (many..many + 10).map(|n| all.member(n)).collect();
        let there = (count + 10, 2 * (count + 10), count + 10);
        eventually(|| all.counts() == there).await;
        // Several tasks kill, while others look.
        let killers = members.chunks(members.len().div_ceil(4)).map(|part| {
            let part = part.to_vec();
            tokio::spawn(async move {
                for pid in &part {
                    pid.exit(ExitReason::Kill);
                }
                for pid in part {
                    pid.ended().await;
                }
            })
        });
        let killers: Vec<_> = killers.collect();
        for n in 0..20 {
            let of_room = all
                .rooms
                .matching(&n, |pid, value| Some((pid, value.clone())));
            assert!(of_room.len() <= 10);
            let _ = all.topics.dispatch("all", |entries| entries.iter().count());
            tokio::task::yield_now().await;
        }
        for killer in killers {
            killer.await.unwrap();
        }
        // Whoever has learnt of the deaths finds nothing of them, without waiting.
        assert_eq!(all.counts(), (10, 20, 10));
        assert_eq!(
            all.topics
                .count_match("all", |pid, _| !survivors.contains(&pid)),
            0
        );
        assert!(members.iter().all(|pid| all.names.keys(*pid).is_empty()));
        let left = all.names.select(|key, pid, _| Some((pid, key.clone())));
        let left: HashMap<Pid, String> = left.into_iter().collect();
        assert_eq!(left.len(), 10);
        assert!(survivors.iter().all(|pid| left.contains_key(pid)));
        for pid in survivors {
            pid.exit(ExitReason::Kill);
            pid.ended().await;
        }
        assert_eq!(all.counts(), (0, 0, 0));
    }
}

#[registry_runtime::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_is_left_of_a_death_storm_by_pid() {
    storm::<Duplicate>().await;
}

#[registry_runtime::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_is_left_of_a_death_storm_by_key() {
    storm::<DuplicateByKey>().await;
}

/// The names of the dead can be taken at once, as they die.
#[registry_runtime::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_names_of_the_dead_are_taken_as_they_die() {
    let all = Registries::<Duplicate>::start(8);
    let successions = (0..many() / 10).map(|n| {
        let all = all.clone();
        tokio::spawn(async move {
            for _ in 0..5 {
                let pid = all.member(n);
                while all.names.whereis(format!("name {n}").as_str()) != Some(pid) {
                    tokio::task::yield_now().await;
                }
                pid.exit(ExitReason::Kill);
                pid.ended().await;
                assert_eq!(all.names.whereis(format!("name {n}").as_str()), None);
            }
        })
    });
    for succession in successions.collect::<Vec<_>>() {
        succession.await.unwrap();
    }
    assert_eq!(all.counts(), (0, 0, 0));
}

/// One process with very many keys, and very many entries under one.
#[registry_runtime::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_with_very_many_entries_leaves_all_of_them() {
    let all = Registries::<Duplicate>::start(8);
    let (many, registering) = (many() * 10, all.clone());
    let other = all.member(many);
    let process = spawn(async move |ctx: Process<u32>| {
        for n in 0..many {
            registering.names.register(&ctx, n.to_string(), n).unwrap();
            registering.topics.register(&ctx, "all", n).unwrap();
        }
        // From the middle, too: the cost is by one's own entry, not by how many there are.
        for n in (0..many).step_by(2) {
            registering.names.unregister(&ctx, n.to_string().as_str());
        }
        registering
            .topics
            .unregister_match(&ctx, "all", |value| value % 2 == 0);
        assert_eq!(registering.names.keys(ctx.pid()).len(), many as usize / 2);
        std::future::pending::<()>().await;
    });
    let pid = process.pid();
    eventually(|| all.topics.count() == many as usize / 2 + 2).await;
    pid.exit(ExitReason::Kill);
    pid.ended().await;
    assert_eq!(all.counts(), (1, 2, 1));
    assert_eq!(
        all.names.whereis(format!("name {many}").as_str()),
        Some(other)
    );
}
