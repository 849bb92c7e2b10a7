//! `DynamicSupervisor`: Elixir's `dynamic_supervisor_test.exs` by behaviour, and what is promised
//! beyond it: starts side by side, and get-or-start without a race.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use registry_runtime::prelude::*;
use registry_runtime::{Backoff, ChildKind, ChildState, DynamicSupervisorOptions, SupervisorError};
use registry_tests::{
    Gate, Init, Log, Script, Terminate, Worker, Workers, eventually, panic_message, processes,
    settle, successor, worker,
};
use tokio::time::Instant;

async fn started(options: DynamicSupervisorOptions) -> DynamicSupervisor {
    if !Workers::is_running() {
        Workers::start().await.unwrap();
    }
    options.start().unwrap()
}

fn options() -> DynamicSupervisorOptions {
    DynamicSupervisor::builder().max_restarts(100_000)
}

/// Workers, active ones, and all that are known.
fn count(supervisor: &DynamicSupervisor) -> (usize, usize) {
    let count = supervisor.count_children();
    assert_eq!(count.specs, count.workers + count.supervisors);
    (count.workers, count.active)
}

// Of dynamic_supervisor_test.exs.

#[registry_runtime::test]
async fn it_can_be_supervised_and_told_apart_by_id() {
    let tree = SupervisorSpec::new("tree").child(DynamicSupervisor::builder());
    let tree = tree.start().await.unwrap();
    let second = registry_runtime::AnyChildSpec::from(DynamicSupervisor::builder().name("named"));
    tree.start_any(second.clone()).await.unwrap();
    tree.start_any(second.clone().id("again")).await.unwrap();
    let same = tree.start_any(second).await.unwrap_err();
    assert!(matches!(same, StartError::AlreadyStarted(_)));
    let ids: Vec<_> = tree
        .which_children()
        .iter()
        .map(|child| child.id.to_string())
        .collect();
    assert_eq!(ids, ["DynamicSupervisor", "named", "again"]);
    assert_eq!(tree.count_children().supervisors, 3);
}

/// What is handed to each start.
#[gen_server]
struct Holder {
    shared: Arc<()>,
}

#[gen_server]
impl Holder {
    #[call]
    fn holds(&self) -> usize {
        Arc::strong_count(&self.shared)
    }
}

/// Seen to fail: with arguments kept for good.
#[registry_runtime::test]
async fn what_a_child_is_started_with_is_kept_for_as_long_as_it_may_be_started_again() {
    for (restart, kept) in [
        (Restart::Permanent, 1),
        (Restart::Transient, 1),
        (Restart::Temporary, 0),
    ] {
        let supervisor = started(options()).await;
        let shared = Arc::new(());
        let spec = Holder::child_spec(Arc::clone(&shared)).restart(restart);
        let holder = supervisor.start_child(spec).await.unwrap();
        assert_eq!(holder.holds().await, Ok(2 + kept), "{restart:?}");
        let child = &supervisor.which_children()[0];
        assert_eq!((&*child.id, &*child.type_name), ("Holder", "Holder"));
        assert_eq!(count(&supervisor), (1, 1));
        supervisor.terminate_child(holder.pid()).await.unwrap();
        assert_eq!(Arc::strong_count(&shared), 1);
    }
}

#[registry_runtime::test]
async fn the_defaults_are_elixirs() {
    let supervisor = started(DynamicSupervisor::builder()).await;
    let log = Log::new();
    supervisor.start_child(worker("a", &log)).await.unwrap();
    let info = &supervisor.which_children()[0];
    assert_eq!((&*info.id, info.kind), ("a", ChildKind::Worker));
    for restart in 2..=4 {
        Worker::via("a").crash().unwrap();
        log.times("+a", restart).await;
    }
    Worker::via("a").crash().unwrap();
    assert_eq!(
        supervisor.wait().await,
        ExitReason::Shutdown,
        "three restarts within five seconds"
    );
}

#[registry_runtime::test]
async fn it_is_linked_to_its_starter() {
    Workers::start().await.unwrap();
    let log = Log::new();
    let (child, noted) = (worker("a", &log), log.clone());
    let owner = spawn(async move |mut ctx: Process<()>| {
        let supervisor = DynamicSupervisor::builder().start_link().unwrap();
        supervisor.start_child(child).await.unwrap();
        noted.add("started");
        ctx.recv().await;
    });
    log.until("started").await;
    owner.send(()).unwrap();
    log.until("-a").await;
    eventually(|| processes() == 1).await;
}

#[registry_runtime::test]
async fn what_starting_a_child_can_come_to() {
    let supervisor = started(options()).await;
    let log = Log::new();
    let start = |init| supervisor.start_child(Script::new(&log).inits([init]).child("a"));
    assert_eq!(start(Init::Ignores).await.unwrap_err(), StartError::Ignored);
    let failed = start(Init::Fails).await.unwrap_err();
    assert_eq!(failed, StartError::Init(ExitReason::error("no luck")));
    let StartError::Init(panicked) = start(Init::Panics).await.unwrap_err() else {
        panic!("init")
    };
    assert_eq!(panic_message(&panicked), Some("init of a"));
    assert_eq!(
        (count(&supervisor), supervisor.which_children().len()),
        ((0, 0), 0)
    );
    let child = start(Init::Works).await.unwrap();
    assert_eq!(
        start(Init::Works).await.unwrap_err(),
        StartError::AlreadyStarted(child.pid())
    );
    settle().await;
    assert_eq!(count(&supervisor), (1, 1));
    assert_eq!(log.count("+a"), 4, "none was tried again");
}

#[registry_runtime::test]
async fn no_more_than_max_children_are_started() {
    let log = Log::new();
    let none = started(options().max_children(0)).await;
    assert_eq!(
        none.start_child(worker("a", &log)).await.unwrap_err(),
        StartError::MaxChildren
    );
    let two = started(options().max_children(2)).await;
    two.start_child(worker("a", &log)).await.unwrap();
    let b = two.start_child(worker("b", &log)).await.unwrap();
    assert_eq!(
        two.start_child(worker("c", &log)).await.unwrap_err(),
        StartError::MaxChildren
    );
    assert_eq!(Worker::via("c").whereis(), None);
    two.terminate_child(b.pid()).await.unwrap();
    two.start_child(worker("c", &log)).await.unwrap();
}

#[registry_runtime::test(flavor = "multi_thread", worker_threads = 4)]
async fn max_children_holds_whoever_starts_at_the_same_moment() {
    let supervisor = started(options().max_children(10)).await;
    for _ in 0..50 {
        let starts: Vec<_> = (0..40)
            .map(|n| {
                let supervisor = supervisor.clone();
                let init = if n % 3 == 0 { Init::Fails } else { Init::Works };
                let child = Script::new(&Log::new()).inits([init]).child(&n.to_string());
                tokio::spawn(async move { supervisor.start_child(child).await })
            })
            .collect();
        let mut children = Vec::new();
        for start in starts {
            match start.await.unwrap() {
                Ok(child) => children.push(child.pid()),
                Err(StartError::MaxChildren | StartError::Init(_)) => {}
                Err(other) => panic!("{other}"),
            }
        }
        assert!(children.len() <= 10 && count(&supervisor).0 == children.len());
        for child in children {
            supervisor.terminate_child(child).await.unwrap();
        }
        assert_eq!(count(&supervisor), (0, 0), "no place is lost");
    }
}

#[registry_runtime::test]
async fn which_ends_each_restart_type_restarts() {
    for (restart, again) in [
        (Restart::Temporary, [false; 5]),
        (Restart::Transient, [false, false, false, true, true]),
        (Restart::Permanent, [true; 5]),
    ] {
        let reasons = [
            ExitReason::Normal,
            ExitReason::Shutdown,
            ExitReason::shutdown_with("signal"),
            ExitReason::error("whatever"),
            ExitReason::Kill,
        ];
        for (reason, again) in reasons.into_iter().zip(again) {
            let log = Log::new();
            let supervisor = started(options()).await;
            let child = worker("a", &log).restart(restart);
            let child = supervisor.start_child(child).await.unwrap();
            if reason.is_normal() {
                child.finish(reason.clone()).unwrap();
            } else {
                child.exit(reason.clone());
            }
            child.ended().await;
            settle().await;
            let expected = usize::from(again);
            assert_eq!(
                count(&supervisor),
                (expected, expected),
                "{restart:?} {reason}"
            );
            assert_eq!(log.count("+a"), expected + 1);
            supervisor.shutdown().await;
        }
    }
}

#[registry_runtime::test]
async fn a_child_whose_restart_ignores_is_forgotten() {
    let log = Log::new();
    let supervisor = started(options()).await;
    let ignores = Script::new(&log).inits([Init::Works, Init::Ignores]);
    supervisor
        .start_child(ignores.child("a"))
        .await
        .unwrap()
        .exit(ExitReason::Kill);
    log.times("+a", 2).await;
    eventually(|| count(&supervisor) == (0, 0)).await;
    assert!(supervisor.pid().is_alive());
}

#[registry_runtime::test]
async fn a_restart_that_fails_is_tried_again_and_counts_each_time() {
    let log = Log::new();
    for (most, fails, survives) in [(2, 1, true), (1, 1, false), (10, 10, false), (11, 10, true)] {
        let supervisor = started(DynamicSupervisor::builder().max_restarts(most)).await;
        let inits = std::iter::once(Init::Works).chain(std::iter::repeat_n(Init::Panics, fails));
        let child = Script::new(&log).inits(inits).child("a");
        let child = supervisor.start_child(child).await.unwrap();
        child.exit(ExitReason::Shutdown);
        if survives {
            successor(child.pid(), || Worker::via("a").whereis()).await;
            log.times("+a", fails + 2).await;
            settle().await;
            assert_eq!(count(&supervisor), (1, 1));
            assert_eq!(supervisor.which_children()[0].restarts as usize, fails + 1);
            supervisor.shutdown().await;
        } else {
            assert_eq!(supervisor.wait().await, ExitReason::Shutdown);
            assert_eq!(log.count("+a"), most as usize + 1);
        }
        log.take();
    }
}

#[registry_runtime::test(start_paused = true)]
async fn children_that_wait_for_their_restart_count_and_can_be_terminated() {
    let log = Log::new();
    let supervisor = started(options().max_children(1)).await;
    let backoff = Backoff::constant(Duration::from_secs(60));
    let child = supervisor
        .start_child(worker("a", &log).backoff(backoff))
        .await
        .unwrap();
    child.exit(ExitReason::Kill);
    child.ended().await;
    settle().await;
    assert_eq!(count(&supervisor), (1, 0));
    let info = &supervisor.which_children()[0];
    assert_eq!((info.state, info.pid()), (ChildState::Restarting, None));
    assert_eq!(info.last_exit, Some(ExitReason::Killed));
    let another = supervisor.start_child(worker("b", &log)).await.unwrap_err();
    assert_eq!(another, StartError::MaxChildren);
    // Under the pid that it had.
    assert_eq!(supervisor.terminate_child(child.pid()).await, Ok(()));
    assert_eq!(
        supervisor.terminate_child(child.pid()).await,
        Err(SupervisorError::NotFound)
    );
    assert_eq!(count(&supervisor), (0, 0));
    tokio::time::sleep(Duration::from_secs(600)).await;
    assert_eq!(log.count("+a"), 1);
    supervisor.start_child(worker("b", &log)).await.unwrap();
}

#[registry_runtime::test]
async fn a_child_in_the_init_of_its_restart_can_be_terminated() {
    let log = Log::new();
    let supervisor = started(options()).await;
    let script = Script::new(&log).inits([Init::Works, Init::Hangs]);
    let child = supervisor.start_child(script.child("a")).await.unwrap();
    child.exit(ExitReason::Kill);
    let again = successor(child.pid(), || Worker::via("a").whereis()).await;
    log.times("+a", 2).await;
    supervisor.terminate_child(again).await.unwrap();
    assert_eq!((count(&supervisor), Workers::count()), ((0, 0), 0));
    settle().await;
    assert_eq!(log.count("+a"), 2);
}

#[registry_runtime::test(start_paused = true)]
async fn children_end_as_their_shutdown_says_side_by_side() {
    let log = Log::new();
    let supervisor = started(options()).await;
    let long = Duration::from_secs(10);
    let mut children = Vec::new();
    for (name, script, shutdown, expected) in [
        (
            "brutal",
            Script::new(&log),
            Shutdown::BrutalKill,
            ExitReason::Killed,
        ),
        (
            "infinity",
            Script::new(&log).trap_exit(),
            Shutdown::Infinity,
            ExitReason::Shutdown,
        ),
        (
            "in time",
            Script::new(&log),
            Shutdown::After(long),
            ExitReason::Shutdown,
        ),
        (
            "expires",
            Script::new(&log).terminate(Terminate::Hangs),
            Shutdown::After(long),
            ExitReason::Killed,
        ),
        (
            "expires sooner",
            Script::new(&log).terminate(Terminate::Hangs),
            Shutdown::After(long / 2),
            ExitReason::Killed,
        ),
        (
            "panics",
            Script::new(&log).terminate(Terminate::Panics),
            Shutdown::Infinity,
            ExitReason::Shutdown,
        ),
    ] {
        let child = supervisor
            .start_child(script.child(name).shutdown(shutdown))
            .await
            .unwrap();
        children.push((child, expected));
    }
    let begun = Instant::now();
    supervisor.shutdown().await;
    assert_eq!(begun.elapsed(), long);
    for (child, expected) in children {
        assert_eq!(child.ended().await, expected);
    }
    assert_eq!((log.count("-brutal"), log.count("-in time")), (0, 1));
    assert_eq!((processes(), Workers::count()), (1, 0));
}

#[registry_runtime::test]
async fn a_child_that_is_terminated_is_gone_for_good() {
    let log = Log::new();
    let supervisor = started(options()).await;
    for shutdown in [Shutdown::BrutalKill, Shutdown::default()] {
        let child = supervisor
            .start_child(worker("a", &log).shutdown(shutdown))
            .await
            .unwrap();
        supervisor.terminate_child(child.pid()).await.unwrap();
        // At once: the name is free, and nothing is counted.
        assert_eq!((Workers::count(), count(&supervisor)), (0, (0, 0)));
        let again = supervisor.terminate_child(child.pid()).await;
        assert_eq!(again, Err(SupervisorError::NotFound));
        let reason = if shutdown == Shutdown::BrutalKill {
            ExitReason::Killed
        } else {
            ExitReason::Shutdown
        };
        assert_eq!(child.ended().await, reason);
    }
    let stranger = Worker::start("s".to_owned(), Script::new(&log))
        .await
        .unwrap();
    let refused = supervisor.terminate_child(stranger.pid()).await;
    assert_eq!(refused, Err(SupervisorError::NotFound));
    assert!(stranger.is_alive());
}

#[registry_runtime::test]
async fn a_supervisor_that_has_ended_starts_nothing() {
    let log = Log::new();
    for kill in [true, false] {
        let supervisor = started(options()).await;
        let child = supervisor.start_child(worker("a", &log)).await.unwrap();
        if kill {
            supervisor.pid().exit(ExitReason::Kill);
            supervisor.wait().await;
        } else {
            supervisor.shutdown().await;
        }
        let late = supervisor.start_child(worker("b", &log)).await.unwrap_err();
        let StartError::SupervisorNotRunning(which) = &late else {
            panic!("{late}");
        };
        assert_eq!(which.supervisor(), "DynamicSupervisor");
        assert_eq!(
            supervisor
                .get_or_start(worker("b", &log))
                .await
                .unwrap_err(),
            late
        );
        let gone = supervisor.terminate_child(child.pid()).await;
        assert_eq!(gone, Err(SupervisorError::NotFound));
        assert_eq!(
            (count(&supervisor), processes(), log.count("+b")),
            ((0, 0), 1, 0)
        );
    }
}

// Beyond Elixir.

#[registry_runtime::test]
async fn slow_inits_of_different_children_run_side_by_side() {
    #[gen_server]
    struct Slow {
        gate: Gate,
        log: Log,
    }
    #[gen_server]
    impl Slow {
        async fn init(&mut self) {
            self.log.add("init");
            self.gate.pass().await;
        }
    }
    let supervisor = started(options()).await;
    let (gate, log) = (Gate::shut(), Log::new());
    let starts: Vec<_> = (0..50)
        .map(|_| {
            let (supervisor, child) = (
                supervisor.clone(),
                Slow::child_spec(gate.clone(), log.clone()),
            );
            tokio::spawn(async move { supervisor.start_child(child).await.map(drop) })
        })
        .collect();
    log.times("init", 50).await;
    assert_eq!(count(&supervisor), (50, 50));
    // Whoever is quick need not wait for them.
    supervisor
        .start_child(worker("quick", &Log::new()))
        .await
        .unwrap();
    assert!(starts.iter().all(|start| !start.is_finished()));
    gate.open();
    for start in starts {
        start.await.unwrap().unwrap();
    }
    supervisor.shutdown().await;
}

#[registry_runtime::test]
async fn a_start_that_is_given_up_leaves_a_supervised_child() {
    let log = Log::new();
    let supervisor = started(options()).await;
    let script = Script::new(&log).inits([Init::Hangs]);
    let (handle, child) = (supervisor.clone(), script.child("a"));
    let start = tokio::spawn(async move { handle.start_child(child).await.map(drop) });
    log.until("+a").await;
    start.abort();
    let _ = start.await;
    assert_eq!(count(&supervisor), (1, 1));
    supervisor.shutdown().await;
    assert_eq!((processes(), Workers::count()), (1, 0));
}

#[registry_runtime::test(start_paused = true)]
async fn a_start_that_is_given_up_is_held_to_its_time_all_the_same() {
    let limit = Duration::from_secs(7);
    let log = Log::new();
    let supervisor = started(options()).await;
    let child = |name, init| {
        let child = Script::new(&log).inits([init]).child(name);
        supervisor.start_child(child.start_timeout(limit))
    };
    let begun = Instant::now();
    let given_up = tokio::time::timeout(limit / 4, child("late", Init::Hangs)).await;
    given_up.unwrap_err();
    let alone = Script::new(&log).inits([Init::Hangs]).child("alone");
    let given_up = tokio::time::timeout(limit / 4, alone.start_timeout(limit).start()).await;
    given_up.unwrap_err();
    let [late, alone] = ["late", "alone"].map(|name| Worker::via(name).server_ref().unwrap());
    child("soon", Init::Works).await.unwrap();
    let ended = tokio::time::timeout(limit * 4, async {
        assert_eq!(late.ended().await, ExitReason::Killed);
        assert_eq!(begun.elapsed(), limit);
        assert_eq!(alone.ended().await, ExitReason::Killed);
        assert_eq!(begun.elapsed(), limit / 4 + limit);
    });
    ended.await.expect("both are killed in time");
    assert_eq!((Workers::count(), count(&supervisor)), (1, (1, 1)));
    tokio::time::sleep(limit * 4).await;
    assert_eq!(Worker::via("soon").ping().await, Ok("soon".to_owned()));
}

#[registry_runtime::test]
async fn get_or_start_finds_or_starts_and_waits_for_the_dying() {
    let log = Log::new();
    let supervisor = started(options()).await;
    let get = || supervisor.get_or_start(worker("a", &log).restart(Restart::Temporary));
    let first = get().await.unwrap();
    assert_eq!(get().await.unwrap().pid(), first.pid());
    first.exit(ExitReason::Kill);
    let second = get().await.unwrap();
    assert_ne!(second.pid(), first.pid());
    assert_eq!(log.count("+a"), 2);
    let failing = Script::new(&log).inits([Init::Fails]).child("b");
    let error = supervisor.get_or_start(failing).await.unwrap_err();
    assert_eq!(error, StartError::Init(ExitReason::error("no luck")));
}

#[registry_runtime::test]
async fn one_that_is_ending_is_found_by_lookup_alone_until_its_name_is_free() {
    let log = Log::new();
    let supervisor = started(options()).await;
    let hangs = Script::new(&log).terminate(Terminate::Hangs).child("a");
    let hangs = hangs.restart(Restart::Temporary);
    let first = supervisor.start_child(hangs).await.unwrap();
    first.exit(ExitReason::Shutdown);
    log.until("-a").await;
    assert!(!first.is_alive() && !Worker::via("a").is_alive());
    assert_eq!(Worker::via("a").whereis(), None);
    assert_eq!(Workers::lookup("a"), Some((first.pid(), ())));
    let refused = supervisor.start_child(worker("a", &log)).await.unwrap_err();
    assert_eq!(refused, StartError::AlreadyStarted(first.pid()));
    let (handle, spec) = (supervisor.clone(), worker("a", &log));
    let second = tokio::spawn(async move { handle.get_or_start(spec).await });
    settle().await;
    assert!(!second.is_finished(), "it waits for the end");
    first.exit(ExitReason::Kill);
    let second = second.await.unwrap().unwrap();
    assert_eq!(Worker::via("a").whereis(), Some(second.pid()));
    assert_eq!(log.count("+a"), 2);
}

#[registry_runtime::test(flavor = "multi_thread", worker_threads = 4)]
async fn get_or_start_raced_by_many_gives_all_one_server() {
    let supervisor = started(options()).await;
    for round in 0..100 {
        let log = Log::new();
        let gets: Vec<_> = (0..16)
            .map(|_| {
                let supervisor = supervisor.clone();
                let child = worker(&round.to_string(), &log);
                tokio::spawn(async move { supervisor.get_or_start(child).await.unwrap() })
            })
            .collect();
        let mut pids = HashSet::new();
        for get in gets {
            let server = get.await.unwrap();
            assert_eq!(server.ping().await, Ok(round.to_string()));
            pids.insert(server.pid());
        }
        assert_eq!((pids.len(), log.count(&format!("+{round}"))), (1, 1));
    }
    assert_eq!(count(&supervisor), (100, 100));
}

#[registry_runtime::test(flavor = "multi_thread", worker_threads = 4)]
async fn get_or_start_against_kills_always_gives_a_server_that_was_alive() {
    let supervisor = started(options()).await;
    let tasks: Vec<_> = (0..4)
        .map(|n| {
            let supervisor = supervisor.clone();
            tokio::spawn(async move {
                for round in 0..200 {
                    let child = worker("a", &Log::new());
                    let server = supervisor
                        .get_or_start(child)
                        .await
                        .expect("it runs or is started");
                    match server.ping().await {
                        Ok(name) => assert_eq!(name, "a"),
                        Err(CallError::NotRunning | CallError::Exited(_)) => {}
                        Err(other) => panic!("{other}"),
                    }
                    if (round + n) % 3 == 0 {
                        server.exit(ExitReason::Kill);
                    }
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    eventually(|| count(&supervisor) == (1, 1) && Worker::via("a").whereis().is_some()).await;
    supervisor.shutdown().await;
    assert_eq!((processes(), Workers::count()), (1, 0));
}

#[registry_runtime::test(flavor = "multi_thread", worker_threads = 4)]
async fn terminations_that_race_with_restarts_leave_no_child_behind() {
    let supervisor = started(options()).await;
    for round in 0..200 {
        let child = supervisor
            .start_child(worker("a", &Log::new()))
            .await
            .unwrap();
        let pid = child.pid();
        let handle = supervisor.clone();
        let terminating = tokio::spawn(async move {
            if round % 2 == 0 {
                tokio::task::yield_now().await;
            }
            handle.terminate_child(pid).await
        });
        child.exit(ExitReason::Kill);
        match terminating.await.unwrap() {
            Ok(()) => {}
            // It has been restarted: its successor is another child.
            Err(SupervisorError::NotFound) => {
                let next = successor(pid, || Worker::via("a").whereis()).await;
                eventually(|| {
                    supervisor
                        .which_children()
                        .iter()
                        .any(|child| child.pid() == Some(next))
                })
                .await;
                supervisor.terminate_child(next).await.unwrap();
            }
            Err(other) => panic!("{other}"),
        }
        eventually(|| Workers::count() == 0 && count(&supervisor) == (0, 0)).await;
    }
    supervisor.shutdown().await;
    assert_eq!(processes(), 1);
}

#[registry_runtime::test(start_paused = true)]
async fn a_restart_that_gave_way_to_a_start_is_made_up_for_when_that_fails() {
    let log = Log::new();
    let supervisor = started(options()).await;
    let late = Backoff::constant(Duration::from_secs(60));
    let child = supervisor.start_child(worker("a", &log).backoff(late));
    let child = child.await.unwrap();
    child.exit(ExitReason::Kill);
    child.ended().await;
    // A second child of that name begins while the first waits to be restarted.
    let handle = supervisor.clone();
    let second = Script::new(&log).inits([Init::Hangs]).child("a");
    let second = tokio::spawn(async move { handle.start_child(second).await });
    log.times("+a", 2).await;
    assert_eq!(count(&supervisor), (2, 1));
    tokio::time::sleep(Duration::from_secs(61)).await;
    assert_eq!(count(&supervisor), (1, 1));
    assert_eq!(supervisor.which_children()[0].restarts, 1);
    let begun = Worker::via("a").whereis().unwrap();
    begun.exit(ExitReason::Kill);
    let failed = second.await.unwrap().unwrap_err();
    assert_eq!(failed, StartError::Init(ExitReason::Killed));
    let again = tokio::time::timeout(Duration::from_secs(600), log.times("+a", 3)).await;
    again.expect("what was to be restarted is");
    settle().await;
    assert_eq!(count(&supervisor), (1, 1));
    assert_eq!(Worker::via("a").ping().await.unwrap(), "a");
}

#[registry_runtime::test(start_paused = true)]
async fn while_it_ends_it_shows_none_that_has_ended() {
    let log = Log::new();
    let supervisor = started(options()).await;
    let slow = Script::new(&log).terminate(Terminate::Hangs).child("slow");
    supervisor.start_child(slow).await.unwrap();
    let quick = supervisor.start_child(worker("quick", &log)).await.unwrap();
    let ending = supervisor.clone();
    let ending = tokio::spawn(async move { ending.shutdown().await });
    quick.ended().await;
    log.until("-slow").await;
    let ids: Vec<_> = supervisor
        .which_children()
        .iter()
        .map(|child| child.id.to_string())
        .collect();
    assert_eq!((ids, count(&supervisor)), (vec!["slow".to_owned()], (1, 1)));
    ending.await.unwrap();
    assert_eq!(count(&supervisor), (0, 0));
}

#[registry_runtime::test(start_paused = true)]
async fn a_restart_whose_init_takes_too_long_is_killed_and_tried_again() {
    let log = Log::new();
    let supervisor = started(options()).await;
    let limit = Duration::from_secs(7);
    let child = Script::new(&log).inits([Init::Works, Init::Hangs]);
    let child = child.child("a").start_timeout(limit);
    supervisor.start_child(child).await.unwrap();
    Worker::via("a").crash().unwrap();
    log.times("+a", 2).await;
    let begun = Instant::now();
    let again = tokio::time::timeout(limit * 2, log.times("+a", 3)).await;
    again.expect("it is started again");
    assert_eq!(begun.elapsed(), limit);
    assert_eq!(Worker::via("a").ping().await, Ok("a".to_owned()));
}
