//! `shutdown/2`.

use std::future::pending;
use std::sync::{Arc, Barrier};
use std::time::Duration;

use registry_runtime::prelude::*;
use registry_tests::Log;

use super::support::{HOUR, exited, exiting, in_process, in_trapping_process, unknown};

const WAYS: [Shutdown; 3] = [
    Shutdown::BrutalKill,
    Shutdown::After(Duration::from_secs(5)),
    Shutdown::Infinity,
];

#[registry_runtime::test]
async fn shutdown_returns_the_result_when_it_is_there() {
    for how in WAYS {
        let mut task = Task::run(async { "result" });
        task.pid().ended().await;
        assert_eq!(task.shutdown(how).await, Some(Ok("result")));
    }
}

#[registry_runtime::test]
async fn shutdown_returns_nothing_on_shutting_down_task_and_spares_the_owner() {
    in_process(async |_: Process<()>| {
        for how in WAYS {
            let mut task = Task::run(pending::<()>());
            assert_eq!(task.shutdown(how).await, None);
            assert!(!task.pid().is_alive());
        }
    })
    .await;
}

#[registry_runtime::test]
async fn shutdown_returns_exit_on_abnormal_end() {
    in_trapping_process(async |_: Process<()>| {
        for how in WAYS {
            let mut task = exiting(unknown());
            task.pid().ended().await;
            assert_eq!(task.shutdown(how).await, Some(exited(unknown())));
        }
    })
    .await;
}

#[registry_runtime::test]
async fn shutdown_returns_exit_on_normal_end() {
    for how in WAYS {
        let mut task = exiting(ExitReason::Normal);
        task.pid().ended().await;
        assert_eq!(task.shutdown(how).await, Some(exited(ExitReason::Normal)));
    }
}

#[registry_runtime::test]
async fn shutdown_tells_its_own_reason_from_others() {
    for (ended, how, result) in [
        (ExitReason::Shutdown, Shutdown::default(), None),
        (
            ExitReason::Shutdown,
            Shutdown::BrutalKill,
            Some(exited(ExitReason::Shutdown)),
        ),
        (ExitReason::Kill, Shutdown::BrutalKill, None),
        (
            ExitReason::Kill,
            Shutdown::default(),
            Some(exited(ExitReason::Killed)),
        ),
    ] {
        let mut task = Task::run(pending::<()>());
        task.pid().exit(ended);
        task.pid().ended().await;
        assert_eq!(task.shutdown(how).await, result);
    }
}

#[registry_runtime::test(flavor = "multi_thread", worker_threads = 2)]
async fn shutdown_waits_for_a_task_that_does_not_await() {
    let log = Log::new();
    let notes = log.clone();
    let barrier = Arc::new(Barrier::new(2));
    let passed = Arc::clone(&barrier);
    let mut task = Task::run(async move {
        notes.add("ready");
        passed.wait();
        notes.add("over");
        pending::<()>().await;
    });
    log.until("ready").await;
    let ending = tokio::spawn(async move { task.shutdown(Shutdown::Infinity).await });
    barrier.wait();
    assert_eq!(ending.await.unwrap(), None);
    assert_eq!(log.all(), ["ready", "over"]);
}

#[registry_runtime::test]
async fn shutdown_says_that_the_result_was_taken_before() {
    for how in WAYS {
        let mut task = Task::run(async {});
        assert_eq!(task.yield_for(HOUR).await, Some(Ok(())));
        assert_eq!(task.shutdown(how).await, Some(exited(ExitReason::NoProc)));
    }
}

#[registry_runtime::test]
async fn a_shutdown_that_is_given_up_ends_the_task_all_the_same() {
    let mut task = Task::run(pending::<()>());
    let pid = task.pid();
    tokio::select! {
        biased;
        _ = task.shutdown(Shutdown::default()) => panic!("it has not run since"),
        () = std::future::ready(()) => {}
    }
    assert_eq!(pid.ended().await, ExitReason::Shutdown);
}
