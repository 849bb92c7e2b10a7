//! `await_many/2` and `yield_many/2`.

use std::future::pending;
use std::time::Duration;

use registry_runtime::prelude::*;
use registry_tests::{Gate, settle};

use super::support::{HOUR, exited, exiting, in_process, in_trapping_process, sleep, unknown};

#[registry_runtime::test]
async fn await_many_returns_list_of_replies() {
    let tasks = [1, 2, 3].map(|n| Task::run(async move { n }));
    assert_eq!(Task::await_many(tasks, HOUR).await, Ok(vec![1, 2, 3]));
}

#[registry_runtime::test(start_paused = true)]
async fn await_many_returns_replies_in_input_order_ignoring_response_order() {
    let tasks = [30, 10, 20].map(|n| Task::run(sleep(n)));
    assert_eq!(Task::await_many(tasks, HOUR).await, Ok(vec![30, 10, 20]));
}

#[registry_runtime::test]
async fn await_many_returns_an_empty_list_immediately() {
    assert_eq!(
        Task::<()>::await_many([], Duration::ZERO).await,
        Ok(Vec::new())
    );
}

#[registry_runtime::test(start_paused = true)]
async fn await_many_exits_on_timeout_and_kills_those_that_are_left() {
    in_process(async |_: Process<()>| {
        let tasks = [Task::run(async {}), Task::run(pending())];
        let left = tasks[1].pid();
        let limit = Duration::from_millis(1);
        assert_eq!(
            Task::await_many(tasks, limit).await,
            Err(TaskError::Timeout)
        );
        assert_eq!(left.ended().await, ExitReason::Killed);
    })
    .await;
}

#[registry_runtime::test]
async fn await_many_exits_with_same_reason_when_task_exits() {
    let result = Task::await_many([exiting(ExitReason::Normal)], HOUR).await;
    assert_eq!(result, exited(ExitReason::Normal));
}

#[registry_runtime::test]
async fn await_many_exits_immediately_when_any_task_exits() {
    in_trapping_process(async |_: Process<()>| {
        let tasks = [Task::run(pending()), exiting(unknown())];
        let left = tasks[0].pid();
        assert_eq!(Task::await_many(tasks, HOUR).await, exited(unknown()));
        assert_eq!(left.ended().await, ExitReason::Killed);
    })
    .await;
}

#[registry_runtime::test]
async fn await_many_exits_immediately_when_any_task_crashes() {
    in_trapping_process(async |_: Process<()>| {
        let tasks = [
            Task::run(pending::<()>()),
            Task::run(async { panic!("oops") }),
        ];
        let result = Task::await_many(tasks, HOUR).await;
        assert!(
            matches!(result, Err(TaskError::Exited(ExitReason::Panic(_)))),
            "{result:?}"
        );
    })
    .await;
}

#[registry_runtime::test]
async fn await_many_kills_its_tasks_when_it_is_dropped() {
    let task = Task::run(pending::<()>());
    let pid = task.pid();
    tokio::select! {
        biased;
        _ = Task::await_many([task], HOUR) => panic!("it cannot be done"),
        () = std::future::ready(()) => {}
    }
    assert_eq!(pid.ended().await, ExitReason::Killed);
}

#[registry_runtime::test(start_paused = true)]
async fn yield_many_returns_results_from_multiple_tasks() {
    let mut tasks = [
        Task::run(async {}),
        Task::run(pending()),
        exiting(ExitReason::Normal),
    ];
    let results = Task::yield_many(&mut tasks, Duration::from_millis(1)).await;
    assert_eq!(
        results,
        [Some(Ok(())), None, Some(exited(ExitReason::Normal))]
    );
    assert!(tasks[1].pid().is_alive(), "it runs on");
}

#[registry_runtime::test(start_paused = true)]
async fn yield_many_returns_nothing_on_timeout() {
    let gate = Gate::shut();
    let passed = gate.clone();
    let mut tasks = [Task::run(async move { passed.pass().await })];
    assert_eq!(
        Task::yield_many(&mut tasks, Duration::from_millis(1)).await,
        [None]
    );
    gate.open();
    assert_eq!(Task::yield_many(&mut tasks, HOUR).await, [Some(Ok(()))]);
}

#[registry_runtime::test]
async fn yield_many_returns_exit_on_normal_exit() {
    let mut tasks = [exiting(ExitReason::Normal)];
    assert_eq!(
        Task::yield_many(&mut tasks, HOUR).await,
        [Some(exited(ExitReason::Normal))]
    );
}

#[registry_runtime::test]
async fn yield_many_returns_results_on_infinity_timeout() {
    let gate = Gate::shut();
    let passed = gate.clone();
    let mut tasks = [
        Task::run(async {}),
        Task::run(async move { passed.pass().await }),
        exiting(ExitReason::Normal),
    ];
    let opener = tokio::spawn(async move {
        settle().await;
        gate.open();
    });
    assert_eq!(
        Task::yield_many(&mut tasks, Duration::MAX).await,
        [Some(Ok(())), Some(Ok(())), Some(exited(ExitReason::Normal))]
    );
    opener.await.unwrap();
}
