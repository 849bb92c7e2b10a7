//! `yield/2`.

use std::time::Duration;

use registry_runtime::prelude::*;
use registry_tests::Gate;

use super::support::{HOUR, exited, exiting};

#[registry_runtime::test]
async fn yield_returns_the_result_when_it_is_there() {
    let mut task = Task::run(async { "result" });
    task.pid().ended().await;
    assert_eq!(task.yield_for(Duration::ZERO).await, Some(Ok("result")));
}

#[registry_runtime::test(start_paused = true)]
async fn yield_returns_nothing_on_timeout_and_the_task_runs_on() {
    let gate = Gate::shut();
    let passed = gate.clone();
    let mut task = Task::run(async move { passed.pass().await });
    assert_eq!(task.yield_for(Duration::from_millis(5)).await, None);
    gate.open();
    assert_eq!(task.yield_for(HOUR).await, Some(Ok(())));
}

#[registry_runtime::test]
async fn yield_returns_exit_on_normal_exit() {
    let mut task = exiting(ExitReason::Normal);
    assert_eq!(task.yield_for(HOUR).await, Some(exited(ExitReason::Normal)));
}

#[registry_runtime::test]
async fn yield_says_that_the_result_was_taken_before() {
    let mut task = Task::run(async {});
    assert_eq!(task.yield_for(HOUR).await, Some(Ok(())));
    assert_eq!(task.yield_for(HOUR).await, Some(exited(ExitReason::NoProc)));
    assert_eq!(task.await, exited(ExitReason::NoProc));
}
