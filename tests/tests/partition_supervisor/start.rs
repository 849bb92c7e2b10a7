//! Starting partition supervisors, and finding partitions.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;

use registry_runtime::Children;
use registry_runtime::prelude::*;
use registry_runtime::registry::OptionError;
use registry_tests::{Gate, Log, eventually, processes, settle, successor};

use super::support::{number, numbered};

fn schedulers() -> usize {
    std::thread::available_parallelism().map_or(1, NonZeroUsize::get)
}

#[registry_runtime::test]
async fn starts_as_many_partitions_as_there_are_schedulers() {
    let partitions = PartitionSupervisor::builder(DynamicSupervisor::builder())
        .start_link()
        .await
        .unwrap();
    assert_eq!(partitions.partitions(), schedulers());
    let mut started = BTreeSet::new();
    for n in 0..100 {
        let supervisor: DynamicSupervisor = partitions.via(&format!("key {n}")).unwrap();
        let agent = supervisor
            .start_child(Agent::child_spec(move || n))
            .await
            .unwrap();
        started.insert(agent.pid());
    }
    let mut found = BTreeSet::new();
    for partition in 0..partitions.partitions() {
        let children = partitions.via(&partition).unwrap().which_children();
        found.extend(children.iter().filter_map(registry_runtime::ChildInfo::pid));
    }
    assert_eq!(started, found);
}

#[registry_runtime::test]
async fn with_arguments() {
    let numbers = numbered(3).start_link().await.unwrap();
    assert_eq!(numbers.partitions(), 3);
    for (key, partition) in [(0, 0), (1, 1), (2, 2), (3, 0), (-1, 1)] {
        assert_eq!(number(&numbers, key).await, Ok(partition), "{key}");
    }
}

#[registry_runtime::test]
async fn refuses_a_bad_number_of_partitions() {
    let Err(StartError::Init(ExitReason::Error(error))) = numbered(0).start_link().await else {
        panic!("it started");
    };
    assert_eq!(
        error.to_string(),
        "expected `partitions` to be a positive integer, got `0`"
    );
    assert_eq!(error.downcast_ref(), Some(&OptionError::Partitions(0)));
    assert_eq!(processes(), 0);
}

#[registry_runtime::test]
async fn a_partition_that_does_not_start_is_named_and_those_before_it_end() {
    let options = numbered(3).with_arguments(|partition| {
        Agent::child_spec(move || {
            if partition == 1 {
                panic!("oops")
            } else {
                partition
            }
        })
    });
    let Err(StartError::Child { id, .. }) = options.start_link().await else {
        panic!("it started");
    };
    assert_eq!(id, "1");
    assert_eq!(processes(), 0);
}

#[registry_runtime::test]
async fn stop_is_synchronous() {
    let numbers = numbered(4).start_link().await.unwrap();
    numbers.shutdown().await;
    assert!(!numbers.pid().is_alive());
    assert_eq!(processes(), 0);
    assert_eq!(number(&numbers, 0).await, Err(CallError::NotRunning));
}

#[registry_runtime::test]
async fn which_children_returns_all_partitions() {
    let numbers = numbered(4).start_link().await.unwrap();
    for (partition, child) in numbers.which_children().into_iter().enumerate() {
        assert_eq!(*child.id, *partition.to_string());
        assert_eq!(child.pid(), numbers.via(&partition).whereis());
        assert_eq!(child.type_name, "Agent");
    }
}

#[registry_runtime::test]
async fn count_children_with_workers() {
    let numbers = numbered(4).start_link().await.unwrap();
    let Children {
        specs,
        active,
        supervisors,
        workers,
        ..
    } = numbers.count_children();
    assert_eq!((specs, active, supervisors, workers), (4, 4, 0, 4));
}

#[registry_runtime::test]
async fn count_children_with_supervisors() {
    let partitions = PartitionSupervisor::builder(TaskSupervisor::builder()).partitions(4);
    let partitions = partitions.start_link().await.unwrap();
    let Children {
        specs,
        active,
        supervisors,
        workers,
        ..
    } = partitions.count_children();
    assert_eq!((specs, active, supervisors, workers), (4, 4, 4, 0));
    assert_eq!(
        partitions
            .via("key")
            .unwrap()
            .run(async { 1 })
            .unwrap()
            .await,
        Ok(1)
    );
}

#[registry_runtime::test]
async fn a_restarted_partition_keeps_its_place() {
    let numbers = numbered(3).start_link().await.unwrap();
    let second = numbers.via(&1);
    let old = second.whereis().unwrap();
    second.update(|number| *number = 77).await.unwrap();
    old.exit(ExitReason::Kill);
    successor(old, || second.whereis()).await;
    assert_eq!(second.get(|number| *number).await, Ok(1));
    assert_eq!(number(&numbers, 2).await, Ok(2));
}

#[registry_runtime::test]
async fn the_strategy_says_who_is_restarted_along() {
    let numbers = numbered(3)
        .strategy(Strategy::RestForOne)
        .start_link()
        .await
        .unwrap();
    let pids = || [0, 1, 2].map(|partition| numbers.via(&partition).whereis());
    let before = pids();
    before[1].unwrap().exit(ExitReason::Kill);
    eventually(|| {
        let now = pids();
        now.iter().all(Option::is_some) && now[2] != before[2]
    })
    .await;
    let now = pids();
    assert_eq!(now[0], before[0]);
    assert_ne!(now[1], before[1]);
}

#[registry_runtime::test]
async fn more_restarts_than_it_takes_end_it() {
    let numbers = numbered(2).max_restarts(0).start().await.unwrap();
    numbers.via(&0).exit(ExitReason::Kill);
    assert_eq!(numbers.wait().await, ExitReason::Shutdown);
    assert_eq!(processes(), 0);
}

#[registry_runtime::test]
async fn calls_during_a_restart_wait_for_the_init() {
    let (log, gate) = (Log::new(), Gate::shut());
    gate.let_one_in();
    let slow = SlowStart::child_spec(log.clone(), gate.clone());
    let partitions = PartitionSupervisor::builder(slow)
        .partitions(1)
        .start_link()
        .await
        .unwrap();
    let only = partitions.via("key");
    only.exit(ExitReason::Kill);
    log.times("init", 2).await;
    let call = tokio::spawn(only.ping());
    settle().await;
    assert!(!call.is_finished());
    gate.open();
    assert_eq!(call.await.unwrap(), Ok(()));
}

#[gen_server]
struct SlowStart {
    log: Log,
    gate: Gate,
}

#[gen_server]
impl SlowStart {
    async fn init(&mut self) {
        self.log.add("init");
        self.gate.pass().await;
    }

    #[call]
    fn ping(&self) {}
}
