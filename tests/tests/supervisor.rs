//! `Supervisor`: Elixir's `supervisor_test.exs` by behaviour, and the rules of OTP's supervisors.

use std::time::Duration;

use registry_runtime::prelude::*;
use registry_runtime::{AutoShutdown, Backoff, ChildKind, ChildState, SupervisorError};
use registry_tests::{
    Gate, Init, Log, Script, Terminate, Worker, Workers, eventually, panic_message, processes,
    settle, successor, worker,
};
use tokio::time::{Instant, advance};

/// The names of the workers that run, in order.
fn running() -> Vec<String> {
    let mut names = Workers::select(|name: &String, _, ()| Some(name.clone()));
    names.sort();
    names
}

/// A supervisor of workers with whom all goes well.
async fn supervisor(spec: SupervisorSpec, names: &[&str], log: &Log) -> Supervisor {
    if !Workers::is_running() {
        Workers::start().await.unwrap();
    }
    let spec = names
        .iter()
        .fold(spec, |spec, name| spec.child(worker(name, log)));
    let supervisor = spec.start().await.unwrap();
    log.take();
    supervisor
}

fn spec() -> SupervisorSpec {
    SupervisorSpec::new("test")
}

/// Ends a worker in some way, and waits until it has another pid.
async fn replaced(name: &str, end: impl AsyncFnOnce()) -> (Pid, Pid) {
    let old = Worker::via(name).whereis().expect("it runs");
    end().await;
    (old, successor(old, || Worker::via(name).whereis()).await)
}

async fn crashed(name: &str) -> (Pid, Pid) {
    replaced(name, async || Worker::via(name).crash().unwrap()).await
}

// Of supervisor_test.exs.

#[registry_runtime::test]
async fn children_are_started_and_started_again() {
    let log = Log::new();
    let supervisor = supervisor(spec(), &["a"], &log).await;
    assert_eq!(Worker::via("a").ping().await, Ok("a".to_owned()));
    crashed("a").await;
    assert_eq!(Worker::via("a").ping().await, Ok("a".to_owned()));
    supervisor.shutdown().await;
    assert_eq!(Worker::via("a").ping().await, Err(CallError::NotRunning));
    assert_eq!(supervisor.wait().await, ExitReason::Shutdown);
}

#[registry_runtime::test]
async fn the_life_cycle_of_a_child() {
    let log = Log::new();
    let supervisor = supervisor(spec(), &[], &log).await;
    assert_eq!(supervisor.which_children().len(), 0);
    assert_eq!(supervisor.count_children(), Default::default());

    let child = supervisor.start_child(worker("a", &log)).await.unwrap();
    assert_eq!(child.ping().await, Ok("a".to_owned()));
    let infos = supervisor.which_children();
    assert_eq!((&*infos[0].id, infos[0].pid()), ("a", Some(child.pid())));
    assert_eq!(
        (infos[0].kind, &*infos[0].type_name),
        (ChildKind::Worker, "Worker")
    );
    let count = supervisor.count_children();
    assert_eq!(
        (count.specs, count.active, count.supervisors, count.workers),
        (1, 1, 0, 1)
    );

    assert_eq!(
        supervisor.delete_child("a").await,
        Err(SupervisorError::Running)
    );
    assert_eq!(
        supervisor.restart_child("a").await,
        Err(SupervisorError::Running)
    );
    assert_eq!(supervisor.terminate_child("a").await, Ok(()));
    assert_eq!(supervisor.which_children()[0].state, ChildState::Stopped);
    assert_eq!(supervisor.count_children().active, 0);
    assert_eq!(
        supervisor.terminate_child("a").await,
        Ok(()),
        "it has ended already"
    );
    let again = supervisor.start_child(worker("a", &log)).await.unwrap_err();
    assert_eq!(again, StartError::DuplicateId("a".to_owned()));

    let pid = supervisor.restart_child("a").await.unwrap();
    assert_eq!(Worker::via("a").whereis(), Some(pid));
    let again = supervisor.start_child(worker("a", &log)).await.unwrap_err();
    assert_eq!(again, StartError::AlreadyStarted(pid));
    supervisor.terminate_child("a").await.unwrap();
    assert_eq!(supervisor.delete_child("a").await, Ok(()));
    for missing in [
        supervisor.terminate_child("a").await,
        supervisor.delete_child("a").await,
        supervisor.restart_child("a").await.map(drop),
    ] {
        assert_eq!(missing, Err(SupervisorError::NotFound));
    }
    supervisor.shutdown().await;
    let Err(SupervisorError::NotRunning(gone)) = supervisor.terminate_child("a").await else {
        panic!("it has ended");
    };
    let late = supervisor.start_child(worker("a", &log)).await.unwrap_err();
    assert_eq!(late, StartError::SupervisorNotRunning(gone));
}

#[registry_runtime::test]
async fn ids_and_kinds_are_the_specifications() {
    let log = Log::new();
    let supervisor = supervisor(spec(), &[], &log).await;
    let script = Script::new(&log);
    let unnamed = Worker::child_spec("a".to_owned(), script.clone());
    supervisor.start_child(unnamed.clone()).await.unwrap();
    let twice = supervisor.start_child(unnamed).await.unwrap_err();
    assert!(
        matches!(twice, StartError::AlreadyStarted(_)),
        "ids are the types' unless given"
    );
    supervisor.start_any(spec()).await.unwrap();
    supervisor
        .start_any(DynamicSupervisor::builder())
        .await
        .unwrap();
    let ids: Vec<_> = supervisor
        .which_children()
        .iter()
        .map(|child| child.id.to_string())
        .collect();
    assert_eq!(ids, ["Worker", "test", "DynamicSupervisor"]);
    let count = supervisor.count_children();
    assert_eq!((count.workers, count.supervisors, count.active), (1, 2, 3));
}

#[registry_runtime::test]
async fn two_children_of_one_id_are_an_error_of_the_start() {
    let log = Log::new();
    Workers::start().await.unwrap();
    let twice = spec()
        .child(worker("a", &log))
        .child(worker("b", &log).id("a"));
    let error = twice.start().await.unwrap_err();
    assert_eq!(error, StartError::DuplicateId("a".to_owned()));
    assert_eq!(running().len(), 0);
}

// Start and stop.

#[registry_runtime::test]
async fn children_start_in_order_and_stop_in_reverse() {
    let log = Log::new();
    Workers::start().await.unwrap();
    let inner = SupervisorSpec::new("inner")
        .child(worker("b1", &log))
        .child(worker("b2", &log));
    let outer = spec()
        .child(worker("a", &log))
        .child(inner)
        .child(worker("c", &log));
    let outer = outer.start().await.unwrap();
    assert_eq!(log.take(), ["+a", "+b1", "+b2", "+c"]);
    outer.shutdown().await;
    assert_eq!(log.take(), ["-c", "-b2", "-b1", "-a"]);
}

#[registry_runtime::test]
async fn a_start_that_fails_stops_those_before_in_reverse_and_names_the_child() {
    Workers::start().await.unwrap();
    for init in [Init::Fails, Init::Panics] {
        let log = Log::new();
        let bad = Script::new(&log).inits([init]).child("bad");
        let inner = SupervisorSpec::new("inner")
            .child(worker("b", &log))
            .child(bad)
            .child(worker("never", &log));
        let error = spec()
            .child(worker("a", &log))
            .child(inner)
            .start()
            .await
            .unwrap_err();
        assert_eq!(log.take(), ["+a", "+b", "+bad", "-b", "-a"]);
        assert!(
            error
                .to_string()
                .starts_with("child `inner` did not start: child `bad` did not start: init failed")
        );
        let StartError::Child { id, error } = error else {
            panic!("{error:?}")
        };
        assert_eq!(id, "inner");
        let StartError::Child { id, error } = *error else {
            panic!("{error:?}")
        };
        assert_eq!(id, "bad");
        let StartError::Init(reason) = *error else {
            panic!("{error:?}")
        };
        match init {
            Init::Panics => assert_eq!(panic_message(&reason), Some("init of bad")),
            _ => assert_eq!(reason, ExitReason::error("no luck")),
        }
        assert_eq!(processes(), 1, "when the error returns, nothing is left");
    }
}

#[registry_runtime::test(start_paused = true)]
async fn a_start_that_takes_too_long_names_the_child() {
    let log = Log::new();
    Workers::start().await.unwrap();
    let slow = Script::new(&log)
        .inits([Init::Hangs])
        .child("slow")
        .start_timeout(Duration::from_secs(7));
    let begun = Instant::now();
    let error = spec()
        .child(worker("a", &log))
        .child(slow)
        .start()
        .await
        .unwrap_err();
    assert_eq!(begun.elapsed(), Duration::from_secs(7));
    assert_eq!(
        error.to_string(),
        format!("child `slow` did not start: {}", StartError::Timeout)
    );
    assert_eq!(processes(), 1);
}

#[registry_runtime::test(start_paused = true)]
async fn one_that_is_told_to_end_waits_for_the_init_of_a_child_and_one_that_is_killed_does_not() {
    const LIMIT: Duration = Duration::from_secs(7);
    let log = Log::new();
    for kill in [false, true] {
        let supervisor = supervisor(spec(), &["a"], &log).await;
        let slow = Script::new(&log).inits([Init::Hangs]).child("slow");
        let slow = slow.start_timeout(LIMIT);
        let handle = supervisor.clone();
        let starting = tokio::spawn(async move { handle.start_child(slow).await.map(drop) });
        log.until("+slow").await;
        let begun = Instant::now();
        if kill {
            supervisor.pid().exit(ExitReason::Kill);
            assert_eq!(supervisor.wait().await, ExitReason::Killed);
            assert_eq!(begun.elapsed(), Duration::ZERO);
            assert!(starting.await.unwrap().is_err());
        } else {
            supervisor.shutdown().await;
            assert_eq!(begun.elapsed(), LIMIT, "as long as the start may take");
            assert_eq!(starting.await.unwrap(), Err(StartError::Timeout));
        }
        assert_eq!(log.count("-a"), usize::from(!kill));
        assert_eq!(processes(), 1, "no child is left either way");
    }
}

#[registry_runtime::test]
async fn a_child_that_ignores_is_known_and_does_not_run() {
    let log = Log::new();
    let supervisor = supervisor(spec(), &[], &log).await;
    let ignores = || Script::new(&log).inits([Init::Ignores]);
    let error = supervisor
        .start_child(ignores().child("a"))
        .await
        .unwrap_err();
    assert_eq!(error, StartError::Ignored);
    assert_eq!(supervisor.which_children()[0].state, ChildState::Stopped);
    supervisor.restart_child("a").await.unwrap();
    let temporary = ignores().child("t").restart(Restart::Temporary);
    supervisor.start_child(temporary).await.unwrap_err();
    assert_eq!(
        supervisor.count_children().specs,
        1,
        "of a temporary one nothing is kept"
    );
    let tree = SupervisorSpec::new("starts")
        .child(ignores().child("c"))
        .child(worker("d", &log));
    tree.start().await.unwrap();
    assert_eq!(running(), ["a", "d"]);
}

#[registry_runtime::test]
async fn a_child_that_does_not_start_is_not_kept() {
    let log = Log::new();
    let supervisor = supervisor(spec(), &["a"], &log).await;
    let bad = Script::new(&log).inits([Init::Fails]);
    let error = supervisor.start_child(bad.child("bad")).await.unwrap_err();
    assert_eq!(error, StartError::Init(ExitReason::error("no luck")));
    assert_eq!(supervisor.count_children().specs, 1);
    let taken = worker("a", &log).id("another");
    let error = supervisor.start_child(taken).await.unwrap_err();
    assert!(
        matches!(error, StartError::AlreadyStarted(_)),
        "the name is taken: {error:?}"
    );
    assert_eq!(supervisor.count_children().specs, 1);
    assert_eq!(Worker::via("a").ping().await, Ok("a".to_owned()));
}

#[registry_runtime::test]
async fn a_supervisor_ends_with_the_process_it_is_linked_to_and_takes_it_down() {
    let log = Log::new();
    Workers::start().await.unwrap();
    for reason in [
        ExitReason::Normal,
        ExitReason::Shutdown,
        ExitReason::error("x"),
    ] {
        let (child, ready, why) = (worker("a", &log), log.clone(), reason.clone());
        let owner = spawn(async move |ctx: Process<()>| {
            spec().child(child).start_link().await.unwrap();
            ready.add("linked");
            if !why.is_normal() {
                ctx.exit(ctx.pid(), why);
                std::future::pending::<()>().await;
            }
        });
        owner.ended().await;
        log.until("-a").await;
        eventually(|| processes() == 1).await;
        log.take();
    }
    let script = Script::new(&log).inits([Init::Works, Init::Fails]);
    let owner = spawn(async move |_: Process<()>| {
        spec()
            .max_restarts(0)
            .child(script.child("a"))
            .start_link()
            .await
            .unwrap();
        std::future::pending::<()>().await;
    });
    eventually(|| Worker::via("a").whereis().is_some()).await;
    settle().await;
    Worker::via("a").crash().unwrap();
    assert_eq!(owner.ended().await, ExitReason::Shutdown);
}

// Restart types.

#[registry_runtime::test]
async fn which_ends_each_restart_type_restarts() {
    let reasons = [
        (ExitReason::Normal, true),
        (ExitReason::Shutdown, true),
        (ExitReason::shutdown_with("x"), true),
        (ExitReason::error("x"), false),
    ];
    for restart in [Restart::Permanent, Restart::Transient, Restart::Temporary] {
        for (reason, orderly) in &reasons {
            let log = Log::new();
            let supervisor = supervisor(spec(), &[], &log).await;
            let child = worker("a", &log).restart(restart);
            let child = supervisor.start_child(child).await.unwrap();
            child.finish(reason.clone()).unwrap();
            child.ended().await;
            settle().await;
            let again = match restart {
                Restart::Permanent => true,
                Restart::Transient => !orderly,
                Restart::Temporary => false,
            };
            let count = supervisor.count_children();
            assert_eq!(count.active, usize::from(again), "{restart:?} {reason}");
            assert_eq!(count.specs, usize::from(restart != Restart::Temporary));
            assert_eq!(log.count("+a"), if again { 2 } else { 1 });
            let last = supervisor
                .which_children()
                .first()
                .and_then(|child| child.last_exit.clone());
            assert_eq!(
                last.as_ref(),
                (restart != Restart::Temporary).then_some(reason)
            );
            supervisor.shutdown().await;
        }
    }
}

#[registry_runtime::test]
async fn a_temporary_child_that_is_terminated_is_forgotten() {
    let log = Log::new();
    let supervisor = supervisor(spec(), &[], &log).await;
    supervisor
        .start_child(worker("a", &log).restart(Restart::Temporary))
        .await
        .unwrap();
    supervisor.terminate_child("a").await.unwrap();
    assert_eq!(
        supervisor.restart_child("a").await,
        Err(SupervisorError::NotFound)
    );
}

// Strategies.

#[registry_runtime::test]
async fn one_for_one_restarts_the_child_alone() {
    let log = Log::new();
    supervisor(spec().strategy(Strategy::OneForOne), &["a", "b", "c"], &log).await;
    crashed("b").await;
    assert_eq!(log.take(), ["-b", "+b"]);
}

#[registry_runtime::test]
async fn one_for_all_restarts_all_in_order() {
    let log = Log::new();
    supervisor(spec().strategy(Strategy::OneForAll), &["a", "b", "c"], &log).await;
    crashed("b").await;
    log.until("+c").await;
    assert_eq!(log.take(), ["-b", "-c", "-a", "+a", "+b", "+c"]);
}

#[registry_runtime::test]
async fn rest_for_one_restarts_those_after_it_too() {
    let log = Log::new();
    supervisor(
        spec().strategy(Strategy::RestForOne),
        &["a", "b", "c"],
        &log,
    )
    .await;
    crashed("b").await;
    log.until("+c").await;
    assert_eq!(log.take(), ["-b", "-c", "+b", "+c"]);
}

#[registry_runtime::test]
async fn a_group_that_restarts_loses_its_temporary_children_and_gets_all_others_back() {
    for strategy in [Strategy::OneForAll, Strategy::RestForOne] {
        let log = Log::new();
        let supervisor = supervisor(spec().strategy(strategy), &["a"], &log).await;
        let child = |name, restart| worker(name, &log).restart(restart);
        supervisor
            .start_child(child("temporary", Restart::Temporary))
            .await
            .unwrap();
        supervisor
            .start_child(child("transient", Restart::Transient))
            .await
            .unwrap();
        supervisor
            .start_child(child("stopped", Restart::Permanent))
            .await
            .unwrap();
        Worker::via("transient")
            .stop(ExitReason::Normal)
            .await
            .unwrap();
        supervisor.terminate_child("stopped").await.unwrap();
        assert_eq!(running(), ["a", "temporary"]);
        crashed("a").await;
        log.times("+stopped", 2).await;
        // As in OTP: those that had ended in order or on request as well.
        assert_eq!(running(), ["a", "stopped", "transient"]);
        assert_eq!(supervisor.count_children().specs, 3);
        supervisor.shutdown().await;
    }
}

/// Seen to fail: temporary children that were restarted, and transient ones that were whatever ended them.
#[registry_runtime::test]
async fn an_end_that_calls_for_no_restart_leaves_the_group_alone() {
    for strategy in [Strategy::OneForAll, Strategy::RestForOne] {
        for (restart, end) in [
            (Restart::Temporary, ExitReason::Kill),
            (Restart::Temporary, ExitReason::Shutdown),
            (Restart::Transient, ExitReason::Shutdown),
        ] {
            let log = Log::new();
            let spec = spec().strategy(strategy).max_restarts(0);
            let first = worker("a", &log).restart(restart);
            let supervisor = supervisor(spec.child(first), &["b", "c"], &log).await;
            let [a, b, c] = ["a", "b", "c"].map(|name| Worker::via(name).server_ref().unwrap());
            a.exit(end);
            a.ended().await;
            settle().await;
            assert_eq!(running(), ["b", "c"], "{strategy:?} {restart:?}");
            assert!(b.is_alive() && c.is_alive());
            supervisor.shutdown().await;
        }
    }
}

#[registry_runtime::test]
async fn a_group_restart_that_fails_half_way_is_tried_again() {
    for (strategy, expected) in [
        (Strategy::OneForAll, "-a -c -b +a +b -a +a +b +c"),
        (Strategy::RestForOne, "-a -c -b +a +b +b +c"),
    ] {
        let log = Log::new();
        let b = Script::new(&log).inits([Init::Works, Init::Fails]);
        let supervisor = supervisor(spec().strategy(strategy), &[], &log).await;
        for child in [worker("a", &log), b.child("b"), worker("c", &log)] {
            supervisor.start_child(child).await.unwrap();
        }
        log.take();
        crashed("a").await;
        log.until("+c").await;
        assert_eq!(log.take().join(" "), expected, "{strategy:?}");
        assert_eq!(running(), ["a", "b", "c"]);
        supervisor.shutdown().await;
    }
}

/// Found by the chaos program. Seen to fail: with those after it left to wait.
#[registry_runtime::test(start_paused = true)]
async fn those_that_wait_for_a_sibling_to_restart_do_so_no_more_when_it_is_terminated() {
    Workers::start().await.unwrap();
    for strategy in [Strategy::RestForOne, Strategy::OneForAll] {
        for delete in [false, true] {
            let log = Log::new();
            let b = Script::new(&log).inits([Init::Works, Init::Fails]);
            let supervisor = spec()
                .strategy(strategy)
                .child(worker("a", &log))
                .child(
                    b.child("b")
                        .backoff(Backoff::constant(Duration::from_secs(1))),
                )
                .child(worker("c", &log))
                .child(worker("d", &log))
                .start()
                .await
                .unwrap();
            crashed("a").await;
            settle().await;
            let state = |n: usize| supervisor.which_children()[n].state;
            assert_eq!(running(), ["a"]);
            assert_eq!([state(1), state(2), state(3)], [ChildState::Restarting; 3]);
            supervisor.terminate_child("b").await.unwrap();
            if delete {
                supervisor.delete_child("b").await.unwrap();
            }
            settle().await;
            assert_eq!(running(), ["a", "c", "d"]);
            if !delete {
                supervisor.restart_child("b").await.unwrap();
                assert_eq!(running(), ["a", "b", "c", "d"]);
            }
            supervisor.shutdown().await;
        }
    }
}

/// Seen to fail: a timer of before the group's restart started those behind one that was down.
#[registry_runtime::test(start_paused = true)]
async fn an_old_timer_starts_nobody_who_waits_for_a_sibling() {
    let second = |n| Backoff::constant(Duration::from_secs(n));
    let log = Log::new();
    let fails = || Script::new(&log).inits([Init::Works, Init::Fails]);
    // `a` waits for 10 seconds; `b` is quicker, takes `a` with it, and fails once.
    let all = spec()
        .strategy(Strategy::OneForAll)
        .child(worker("a", &log).backoff(second(10)))
        .child(fails().child("b").backoff(second(6)))
        .child(worker("c", &log));
    let supervisor = self::supervisor(all, &[], &log).await;
    Worker::via("a").crash().unwrap();
    settle().await;
    advance(Duration::from_secs(1)).await;
    Worker::via("b").crash().unwrap();
    settle().await;
    advance(Duration::from_millis(6_001)).await;
    settle().await;
    assert_eq!(running(), ["a"]);
    // The old timer of `a`.
    advance(Duration::from_secs(3)).await;
    settle().await;
    assert_eq!(running(), ["a"]);
    advance(Duration::from_secs(4)).await;
    settle().await;
    assert_eq!(running(), ["a", "b", "c"]);
    supervisor.shutdown().await;

    // `a` comes back first, and fails; the timer of `b`, which waits for it by then, is older.
    let rest = spec()
        .strategy(Strategy::RestForOne)
        .child(fails().child("a").backoff(second(5)))
        .child(worker("b", &log).backoff(second(3)))
        .child(worker("c", &log));
    let supervisor = self::supervisor(rest, &[], &log).await;
    Worker::via("a").crash().unwrap();
    settle().await;
    advance(Duration::from_secs(3)).await;
    Worker::via("b").crash().unwrap();
    settle().await;
    advance(Duration::from_millis(2_001)).await;
    settle().await;
    assert_eq!(running().len(), 0);
    advance(Duration::from_secs(2)).await;
    settle().await;
    assert_eq!(running().len(), 0);
    advance(Duration::from_secs(4)).await;
    settle().await;
    assert_eq!(running(), ["a", "b", "c"]);
    supervisor.shutdown().await;
}

#[registry_runtime::test]
async fn a_sibling_that_ignores_its_restart_stays_down_and_harms_nobody() {
    let log = Log::new();
    let ignores = Script::new(&log).inits([Init::Works, Init::Ignores]);
    let supervisor = supervisor(spec().strategy(Strategy::OneForAll), &["a"], &log).await;
    supervisor.start_child(ignores.child("b")).await.unwrap();
    supervisor.start_child(worker("c", &log)).await.unwrap();
    crashed("a").await;
    log.times("+c", 2).await;
    settle().await;
    assert_eq!(running(), ["a", "c"]);
    assert_eq!((log.count("+a"), log.count("+b")), (1, 2));
    assert_eq!(supervisor.which_children()[1].state, ChildState::Stopped);
}

// Intensity.

#[registry_runtime::test]
async fn more_restarts_than_allowed_end_the_supervisor_and_its_children_in_reverse() {
    let log = Log::new();
    let supervisor = supervisor(spec().max_restarts(2), &["a", "b"], &log).await;
    crashed("a").await;
    crashed("b").await;
    log.take();
    Worker::via("a").crash().unwrap();
    assert_eq!(supervisor.wait().await, ExitReason::Shutdown);
    assert_eq!(log.take(), ["-a", "-b"]);
    assert_eq!(processes(), 1);
}

#[registry_runtime::test]
async fn no_restarts_at_all_may_be_allowed() {
    let log = Log::new();
    let supervisor = supervisor(spec().max_restarts(0), &["a"], &log).await;
    Worker::via("a").crash().unwrap();
    assert_eq!(supervisor.wait().await, ExitReason::Shutdown);
}

#[registry_runtime::test]
async fn a_failed_restart_is_tried_again_and_counts_each_time() {
    let log = Log::new();
    let fails = |times| {
        let inits = std::iter::once(Init::Works).chain(std::iter::repeat_n(Init::Fails, times));
        Script::new(&log).inits(inits).child("a")
    };
    let spec = || spec().max_restarts(3);
    let supervisor = supervisor(spec(), &[], &log).await;
    supervisor.start_child(fails(2)).await.unwrap();
    crashed("a").await;
    log.times("+a", 4).await;
    supervisor.shutdown().await;
    log.take();
    let supervisor = spec().child(fails(3)).start().await.unwrap();
    Worker::via("a").crash().unwrap();
    assert_eq!(supervisor.wait().await, ExitReason::Shutdown);
    assert_eq!(
        log.count("+a"),
        4,
        "the first, and three restarts that failed"
    );
}

#[registry_runtime::test]
async fn a_supervisor_that_gives_up_is_restarted_by_its_own() {
    let log = Log::new();
    let inner = SupervisorSpec::new("inner")
        .max_restarts(1)
        .child(worker("a", &log))
        .child(worker("b", &log));
    let outer = supervisor(spec().max_restarts(1), &[], &log).await;
    let inner = outer.start_any(inner).await.unwrap();
    crashed("a").await;
    log.take();
    crashed("b").await;
    log.until("+b").await;
    assert_eq!(log.take(), ["-b", "-a", "+a", "+b"]);
    let again = outer.which_children()[0].clone();
    assert_ne!(again.pid(), Some(inner));
    assert_eq!(
        (again.restarts, again.last_exit),
        (1, Some(ExitReason::Shutdown))
    );
    // Its restarts are counted anew; the outer one's are not.
    crashed("a").await;
    Worker::via("b").crash().unwrap();
    assert_eq!(outer.wait().await, ExitReason::Shutdown);
    assert_eq!(processes(), 1);
}

#[registry_runtime::test(start_paused = true)]
async fn backoff_waits_longer_each_time_and_spares_the_neighbours_budget() {
    let log = Log::new();
    let supervisor = supervisor(spec().max_restarts(0), &["neighbour"], &log).await;
    let backoff = Backoff::exponential(Duration::from_secs(1), Duration::from_secs(4));
    supervisor
        .start_child(worker("a", &log).backoff(backoff))
        .await
        .unwrap();
    for (restart, wait) in [(2, 1), (3, 2), (4, 4), (5, 4)] {
        let crashed = Instant::now();
        Worker::via("a").crash().unwrap();
        eventually(|| Worker::via("a").whereis().is_none()).await;
        let child = &supervisor.which_children()[1];
        assert_eq!(child.state, ChildState::Restarting);
        assert_eq!(
            supervisor.restart_child("a").await,
            Err(SupervisorError::Restarting)
        );
        assert_eq!(
            supervisor.delete_child("a").await,
            Err(SupervisorError::Restarting)
        );
        log.times("+a", restart).await;
        assert_eq!(crashed.elapsed(), Duration::from_secs(wait));
    }
    // One that has run for longer than the longest wait begins anew.
    settle().await;
    advance(Duration::from_secs(5)).await;
    let crashed = Instant::now();
    Worker::via("a").crash().unwrap();
    log.times("+a", 6).await;
    assert_eq!(crashed.elapsed(), Duration::from_secs(1));
    // One that waits can be ended for good.
    Worker::via("a").crash().unwrap();
    eventually(|| Worker::via("a").whereis().is_none()).await;
    supervisor.terminate_child("a").await.unwrap();
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(
        (log.count("+a"), running()),
        (6, vec!["neighbour".to_owned()])
    );
}

// Shutdown.

#[registry_runtime::test(start_paused = true)]
async fn each_kind_of_shutdown() {
    for (shutdown, trap, terminate, expected, seconds) in [
        (
            Shutdown::BrutalKill,
            false,
            Terminate::Returns,
            ExitReason::Killed,
            0,
        ),
        (
            Shutdown::Infinity,
            false,
            Terminate::Returns,
            ExitReason::Shutdown,
            0,
        ),
        (
            Shutdown::Infinity,
            true,
            Terminate::Returns,
            ExitReason::Shutdown,
            0,
        ),
        (
            Shutdown::Infinity,
            true,
            Terminate::Panics,
            ExitReason::Shutdown,
            0,
        ),
        (
            Shutdown::default(),
            true,
            Terminate::Returns,
            ExitReason::Shutdown,
            0,
        ),
        (
            Shutdown::default(),
            false,
            Terminate::Hangs,
            ExitReason::Killed,
            5,
        ),
        (
            Shutdown::After(Duration::from_secs(9)),
            true,
            Terminate::Hangs,
            ExitReason::Killed,
            9,
        ),
        (
            Shutdown::After(Duration::ZERO),
            false,
            Terminate::Hangs,
            ExitReason::Killed,
            0,
        ),
        (
            Shutdown::After(Duration::MAX),
            false,
            Terminate::Returns,
            ExitReason::Shutdown,
            0,
        ),
    ] {
        let log = Log::new();
        let supervisor = supervisor(spec(), &[], &log).await;
        let script = Script::new(&log).terminate(terminate);
        let script = if trap { script.trap_exit() } else { script };
        let child = supervisor
            .start_child(script.child("a").shutdown(shutdown))
            .await
            .unwrap();
        let begun = Instant::now();
        supervisor.terminate_child("a").await.unwrap();
        assert_eq!(
            child.ended().await,
            expected,
            "{shutdown:?} {trap} {terminate:?}"
        );
        assert_eq!(begun.elapsed(), Duration::from_secs(seconds));
        // With no time at all it is killed before it has had a turn.
        let no_turn = [Shutdown::BrutalKill, Shutdown::After(Duration::ZERO)];
        assert_eq!(log.count("-a"), usize::from(!no_turn.contains(&shutdown)));
        supervisor.shutdown().await;
    }
}

#[registry_runtime::test(start_paused = true)]
async fn a_child_in_the_middle_of_a_call_is_shut_down_at_once() {
    let log = Log::new();
    let supervisor = supervisor(spec(), &["a"], &log).await;
    let call = tokio::spawn(Worker::via("a").hang());
    log.until("a hangs").await;
    let begun = Instant::now();
    supervisor.shutdown().await;
    assert_eq!(begun.elapsed(), Duration::ZERO);
    assert_eq!(
        call.await.unwrap(),
        Err(CallError::Exited(ExitReason::Shutdown))
    );
}

#[registry_runtime::test]
async fn a_terminate_that_panics_keeps_no_sibling_from_ending_in_order() {
    let log = Log::new();
    let supervisor = supervisor(spec(), &["a"], &log).await;
    let panics = Script::new(&log).terminate(Terminate::Panics);
    supervisor.start_child(panics.child("b")).await.unwrap();
    supervisor.start_child(worker("c", &log)).await.unwrap();
    supervisor.shutdown().await;
    assert_eq!(log.take(), ["+b", "+c", "-c", "-b", "-a"]);
}

#[registry_runtime::test]
async fn a_wait_that_is_given_up_does_not_keep_it_from_being_done() {
    let log = Log::new();
    let supervisor = supervisor(spec(), &["a", "b"], &log).await;
    let begun = |future: std::pin::Pin<Box<dyn Future<Output = ()> + Send>>| async {
        let task = tokio::spawn(future);
        tokio::task::yield_now().await;
        task.abort();
    };
    let handle = supervisor.clone();
    begun(Box::pin(async move {
        handle.terminate_child("a").await.unwrap()
    }))
    .await;
    log.until("-a").await;
    let handle = supervisor.clone();
    begun(Box::pin(
        async move { drop(handle.restart_child("a").await) },
    ))
    .await;
    log.until("+a").await;
    let handle = supervisor.clone();
    begun(Box::pin(async move { handle.shutdown().await })).await;
    assert_eq!(supervisor.wait().await, ExitReason::Shutdown);
}

#[registry_runtime::test(start_paused = true)]
async fn a_child_that_asks_its_supervisor_in_its_init_is_told_that_it_would_wait_for_ever() {
    #[gen_server]
    struct Asks {
        supervisor: tokio::sync::watch::Receiver<Option<Supervisor>>,
        log: Log,
    }
    #[gen_server]
    impl Asks {
        async fn init(&mut self) {
            let supervisor = self.supervisor.borrow().clone().expect("it is set");
            let error = supervisor
                .start_child(worker("x", &self.log))
                .await
                .unwrap_err();
            assert!(matches!(error, StartError::Deadlock(_)), "{error:?}");
            let error = supervisor.terminate_child("x").await.unwrap_err();
            assert!(matches!(error, SupervisorError::Deadlock(_)), "{error:?}");
        }
    }
    let log = Log::new();
    let supervisor = supervisor(spec(), &[], &log).await;
    let (_set, supervised) = tokio::sync::watch::channel(Some(supervisor.clone()));
    supervisor
        .start_child(Asks::child_spec(supervised, log))
        .await
        .unwrap();
}

/// The handle in what a child is started from would else keep the supervisor, which keeps that, for good.
#[registry_runtime::test]
async fn a_supervisor_that_has_ended_holds_nothing_that_its_children_were_started_from() {
    #[gen_server]
    struct Knows {
        supervisor: std::sync::Arc<Supervisor>,
    }
    #[gen_server]
    impl Knows {
        #[call]
        fn pid(&self) -> Pid {
            self.supervisor.pid()
        }
    }
    for kill in [false, true] {
        let supervisor = std::sync::Arc::new(supervisor(spec(), &[], &Log::new()).await);
        let known = std::sync::Arc::downgrade(&supervisor);
        let knows = Knows::child_spec(std::sync::Arc::clone(&supervisor));
        let child = supervisor.start_child(knows).await.unwrap();
        assert_eq!(child.pid().await, Ok(supervisor.pid()));
        if kill {
            supervisor.pid().exit(ExitReason::Kill);
            supervisor.wait().await;
        } else {
            supervisor.shutdown().await;
        }
        let handle = Supervisor::clone(&supervisor);
        drop(supervisor);
        assert!(known.upgrade().is_none(), "{handle:?} is still known");
    }
}

// Significant children.

fn significant(name: &str, log: &Log, restart: Restart) -> ChildSpec<Worker> {
    worker(name, log).restart(restart).significant(true)
}

#[registry_runtime::test]
async fn any_significant_child_that_ends_by_itself_ends_its_supervisor() {
    for (restart, reason) in [
        (Restart::Transient, ExitReason::Normal),
        (Restart::Transient, ExitReason::Shutdown),
        (Restart::Temporary, ExitReason::error("x")),
    ] {
        let log = Log::new();
        let any = spec().auto_shutdown(AutoShutdown::AnySignificant);
        let supervisor = supervisor(any, &["a"], &log).await;
        supervisor
            .start_child(significant("s", &log, restart))
            .await
            .unwrap();
        supervisor
            .start_child(significant("t", &log, restart))
            .await
            .unwrap();
        Worker::via("s").finish(reason).unwrap();
        assert_eq!(supervisor.wait().await, ExitReason::Shutdown);
        assert_eq!(log.take(), ["+s", "+t", "-s", "-t", "-a"]);
    }
}

#[registry_runtime::test]
async fn all_significant_children_must_have_ended_by_themselves() {
    let log = Log::new();
    let all = spec().auto_shutdown(AutoShutdown::AllSignificant);
    let supervisor = supervisor(all, &["a"], &log).await;
    supervisor
        .start_child(significant("s", &log, Restart::Transient))
        .await
        .unwrap();
    supervisor
        .start_child(significant("t", &log, Restart::Temporary))
        .await
        .unwrap();
    Worker::via("s").stop(ExitReason::Normal).await.unwrap();
    settle().await;
    assert_eq!(running(), ["a", "t"]);
    Worker::via("t").finish(ExitReason::Normal).unwrap();
    assert_eq!(supervisor.wait().await, ExitReason::Shutdown);
}

#[registry_runtime::test]
async fn neither_a_restart_nor_a_termination_of_a_significant_child_counts() {
    for auto_shutdown in [AutoShutdown::AnySignificant, AutoShutdown::AllSignificant] {
        let log = Log::new();
        let supervisor = supervisor(spec().auto_shutdown(auto_shutdown), &["a"], &log).await;
        supervisor
            .start_child(significant("s", &log, Restart::Transient))
            .await
            .unwrap();
        crashed("s").await;
        crashed("a").await;
        Worker::via("a").finish(ExitReason::Normal).unwrap();
        log.times("+a", 2).await;
        supervisor.terminate_child("s").await.unwrap();
        settle().await;
        assert_eq!(running(), ["a"]);
        supervisor.shutdown().await;
    }
}

#[registry_runtime::test]
async fn a_significant_child_that_could_never_matter_is_an_error() {
    let log = Log::new();
    Workers::start().await.unwrap();
    let error = StartError::NotSignificant("s".to_owned());
    for (auto_shutdown, restart) in [
        (AutoShutdown::Never, Restart::Transient),
        (AutoShutdown::AnySignificant, Restart::Permanent),
        (AutoShutdown::AllSignificant, Restart::Permanent),
    ] {
        let spec = || spec().auto_shutdown(auto_shutdown);
        let child = || significant("s", &log, restart);
        assert_eq!(spec().child(child()).start().await.unwrap_err(), error);
        let supervisor = spec().start().await.unwrap();
        assert_eq!(supervisor.start_child(child()).await.unwrap_err(), error);
        assert_eq!(supervisor.count_children().specs, 0);
        supervisor.shutdown().await;
    }
    let dynamic = DynamicSupervisor::builder().start().unwrap();
    let child = significant("s", &log, Restart::Transient);
    assert_eq!(dynamic.start_child(child).await.unwrap_err(), error);
    assert_eq!(log.all().len(), 0);
    assert!(error.to_string().contains("auto_shutdown"), "{error}");
}

#[registry_runtime::test]
async fn an_auto_shutdown_spreads_as_an_orderly_end() {
    let log = Log::new();
    let inner = SupervisorSpec::new("inner")
        .auto_shutdown(AutoShutdown::AnySignificant)
        .child(
            worker("s", &log)
                .restart(Restart::Transient)
                .significant(true),
        );
    let inner = registry_runtime::AnyChildSpec::from(inner)
        .restart(Restart::Transient)
        .significant(true);
    let outer = spec().auto_shutdown(AutoShutdown::AnySignificant);
    let outer = supervisor(outer, &["a"], &log).await;
    outer.start_any(inner).await.unwrap();
    Worker::via("s").finish(ExitReason::Normal).unwrap();
    assert_eq!(outer.wait().await, ExitReason::Shutdown);
    assert_eq!(processes(), 1);
}

// Races.

#[registry_runtime::test(flavor = "multi_thread", worker_threads = 4)]
async fn requests_crashes_and_kills_at_once_lose_no_child() {
    for strategy in [
        Strategy::OneForOne,
        Strategy::OneForAll,
        Strategy::RestForOne,
    ] {
        let log = Log::new();
        let spec = spec().strategy(strategy).max_restarts(u32::MAX);
        let supervisor = supervisor(spec, &["a", "b", "c", "d"], &log).await;
        let gate = Gate::shut();
        let attackers = ["a", "b", "c", "d"].map(|name| {
            let (supervisor, gate) = (supervisor.clone(), gate.clone());
            tokio::spawn(async move {
                gate.pass().await;
                for round in 0..50 {
                    match round % 4 {
                        0 => drop(Worker::via(name).crash()),
                        1 => Worker::via(name).exit(ExitReason::Kill),
                        2 => drop(supervisor.terminate_child(name).await),
                        _ => drop(supervisor.restart_child(name).await),
                    }
                }
                let _ = supervisor.restart_child(name).await;
            })
        });
        gate.open();
        for attacker in attackers {
            attacker.await.unwrap();
        }
        // One that has been told to end may be there still, and is on its way out.
        eventually(|| {
            let children = supervisor.which_children();
            let in_place = |(name, child): (&str, &registry_runtime::ChildInfo)| {
                child.pid().is_some() && Worker::via(name).whereis() == child.pid()
            };
            let four = supervisor.count_children().active == 4 && running().len() == 4;
            four && ["a", "b", "c", "d"]
                .into_iter()
                .zip(&children)
                .all(in_place)
        })
        .await;
        supervisor.shutdown().await;
        assert_eq!(processes(), 1);
    }
}
