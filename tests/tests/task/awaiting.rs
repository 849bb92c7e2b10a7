//! `await/2`.

use std::future::pending;
use std::time::Duration;

use registry_runtime::prelude::*;
use registry_tests::{Gate, Log};

use super::support::{exited, exiting, in_process, in_trapping_process, unknown};

#[registry_runtime::test(start_paused = true)]
async fn await_on_timeout_kills_the_task_and_spares_the_owner() {
    in_process(async |_: Process<()>| {
        let task = Task::run(pending::<()>());
        let pid = task.pid();
        assert_eq!(
            task.await_timeout(Duration::ZERO).await,
            Err(TaskError::Timeout)
        );
        assert_eq!(pid.ended().await, ExitReason::Killed);
    })
    .await;
}

#[registry_runtime::test]
async fn await_exits_on_normal_exit() {
    assert_eq!(
        exiting(ExitReason::Normal).await,
        exited(ExitReason::Normal)
    );
}

#[registry_runtime::test]
async fn await_exits_on_task_error() {
    let message = in_trapping_process(async |_: Process<()>| {
        match Task::run(async { panic!("oops") }).await {
            Err(TaskError::Exited(ExitReason::Panic(info))) => info.message().to_owned(),
            other => panic!("{other:?}"),
        }
    })
    .await;
    assert_eq!(message, "oops");
}

#[registry_runtime::test]
async fn await_exits_on_task_exit() {
    let result = in_trapping_process(async |_: Process<()>| exiting(unknown()).await).await;
    assert_eq!(result, exited(unknown()));
}

#[registry_runtime::test]
async fn await_exits_on_a_kill_at_the_tasks_next_await() {
    let task = Task::run(pending::<()>());
    task.pid().exit(ExitReason::Kill);
    assert_eq!(task.await, exited(ExitReason::Killed));
}

#[registry_runtime::test]
async fn a_task_may_be_awaited_by_another_process() {
    let gate = Gate::shut();
    let passed = gate.clone();
    let task = in_process(async move |_: Process<()>| {
        Task::run(async move {
            passed.pass().await;
            7
        })
    })
    .await;
    let waiting = tokio::spawn(task.into_future());
    gate.open();
    assert_eq!(waiting.await.unwrap(), Ok(7));
}

#[registry_runtime::test]
async fn a_dropped_wait_leaves_the_task_to_itself() {
    let (log, gate) = (Log::new(), Gate::shut());
    let (notes, passed) = (log.clone(), gate.clone());
    let task = Task::run(async move {
        passed.pass().await;
        notes.add("done");
    });
    tokio::select! {
        biased;
        _ = task => panic!("it cannot be done"),
        () = std::future::ready(()) => {}
    }
    gate.open();
    log.until("done").await;
}

#[gen_server]
struct Boss {
    log: Log,
}

#[gen_server]
impl Boss {
    /// Awaits a task that calls its owner.
    #[call]
    async fn ask_oneself(
        &mut self,
        ctx: &mut Ctx<Self>,
    ) -> Result<Result<(), CallError>, TaskError> {
        let me = ctx.self_ref();
        let log = self.log.clone();
        Task::run(async move {
            let answer = me.ping().await;
            log.add("answered");
            answer
        })
        .await
    }

    /// Awaits a task that is calling its owner already.
    #[call]
    async fn ask_late(&mut self, ctx: &mut Ctx<Self>) -> Result<Result<(), CallError>, TaskError> {
        let me = ctx.self_ref();
        let log = self.log.clone();
        let task = Task::run(async move {
            log.add("calls");
            me.ping().await
        });
        self.log.until("calls").await;
        task.await
    }

    #[call]
    fn ping(&self) {}
}

#[registry_runtime::test]
async fn a_call_that_comes_back_to_the_awaiting_owner_is_a_deadlock() {
    let log = Log::new();
    let boss = Boss::start(log.clone()).await.unwrap();
    let answer = boss.ask_oneself().await.unwrap();
    assert!(
        matches!(answer, Ok(Err(CallError::Deadlock(_)))),
        "{answer:?}"
    );
    assert_eq!(log.all(), ["answered"]);
}

#[registry_runtime::test]
async fn awaiting_a_task_that_calls_its_owner_is_a_deadlock() {
    let boss = Boss::start(Log::new()).await.unwrap();
    let answer = boss.ask_late().await.unwrap();
    assert!(matches!(answer, Err(TaskError::Deadlock(_))), "{answer:?}");
    assert_eq!(boss.ping().await, Ok(()), "the owner goes on");
}
