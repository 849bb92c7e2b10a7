//! Starting tasks: `async`, `start`, `start_link`, `child_spec`.

use std::future::pending;

use registry_runtime::prelude::*;
use registry_tests::{Gate, Log};

use super::support::{in_process, in_trapping_process, unknown};

#[registry_runtime::test]
async fn can_be_supervised_directly() {
    let log = Log::new();
    let notes = log.clone();
    let body = move || {
        let notes = notes.clone();
        async move { notes.add("ran") }
    };
    let tree = SupervisorSpec::new("App")
        .child(Task::child_spec(body))
        .start()
        .await
        .unwrap();
    log.until("ran").await;
    tree.shutdown().await;
}

#[registry_runtime::test]
async fn child_spec_makes_a_temporary_task_unless_it_says_otherwise() {
    let log = Log::new();
    let notes = log.clone();
    let once = Task::child_spec(async || ()).id("once");
    let twice = move || {
        let notes = notes.clone();
        async move {
            notes.add("start");
            if notes.count("start") == 1 {
                return;
            }
            pending::<()>().await;
        }
    };
    let always = Task::child_spec(twice)
        .restart(Restart::Permanent)
        .id("always");
    let tree = SupervisorSpec::new("App")
        .child(once)
        .child(always)
        .start()
        .await
        .unwrap();
    log.times("start", 2).await;
    let children = tree.which_children();
    assert_eq!(
        children.len(),
        1,
        "a temporary child is forgotten: {children:?}"
    );
    assert_eq!(&*children[0].id, "always");
    tree.shutdown().await;
}

#[registry_runtime::test]
async fn async_runs_a_linked_task_and_gives_its_result() {
    in_trapping_process(async |mut ctx: Process<()>| {
        let gate = Gate::shut();
        let passed = gate.clone();
        let task = Task::run(async move {
            passed.pass().await;
            "done"
        });
        let pid = task.pid();
        assert!(pid.is_alive());
        gate.open();
        assert_eq!(task.await, Ok("done"));
        let exit: Exit = ctx.recv_info().await;
        assert_eq!((exit.from, exit.reason), (Some(pid), ExitReason::Normal));
    })
    .await;
}

#[registry_runtime::test]
async fn a_linked_task_ends_when_its_owner_dies_and_takes_it_along_when_it_fails() {
    let task = in_process(async |_: Process<()>| Task::run(pending::<()>()).pid()).await;
    assert!(task.is_alive(), "a normal end spreads along no link");
    task.exit(ExitReason::Kill);

    let (send, task) = tokio::sync::oneshot::channel();
    let owner = spawn(async |_: Process<()>| {
        let task = Task::run(pending::<()>());
        let _ = send.send(task.pid());
        let _ = task.await;
    });
    let task = task.await.unwrap();
    owner.pid().exit(unknown());
    assert_eq!(task.ended().await, unknown());

    let owner = spawn(async |_: Process<()>| {
        let _ = Task::run(async { panic!("oops") }).await;
    });
    assert!(
        matches!(owner.pid().ended().await, ExitReason::Panic(info) if info.message() == "oops")
    );
}

#[registry_runtime::test]
async fn a_dropped_handle_leaves_the_task_to_itself() {
    let (log, gate) = (Log::new(), Gate::shut());
    let (notes, passed) = (log.clone(), gate.clone());
    drop(Task::run(async move {
        passed.pass().await;
        notes.add("done");
    }));
    gate.open();
    log.until("done").await;
}

#[registry_runtime::test]
async fn start_runs_a_task_that_is_linked_to_nobody() {
    let log = Log::new();
    let notes = log.clone();
    in_process(async move |_: Process<()>| {
        let task = Task::start(async move {
            notes.add("ready");
            panic!("oops");
        });
        assert!(matches!(
            task.ended().await,
            ExitReason::Panic(_) | ExitReason::NoProc
        ));
    })
    .await;
    log.until("ready").await;
}

#[registry_runtime::test]
async fn start_link_runs_a_task_that_is_linked_to_its_owner() {
    let owner = spawn(async |_: Process<()>| {
        Task::start_link(async { panic!("oops") });
        pending::<()>().await;
    });
    assert!(matches!(owner.pid().ended().await, ExitReason::Panic(_)));
}

#[registry_runtime::test]
async fn a_task_is_the_process_that_its_body_runs_in() {
    // What the body links is linked to the task, not to the task's owner.
    in_trapping_process(async |mut ctx: Process<()>| {
        let outer = Task::run(async {
            let inner = Task::run(async { panic!("inner") });
            inner.await
        });
        let pid = outer.pid();
        assert!(matches!(
            outer.await,
            Err(TaskError::Exited(ExitReason::Panic(_)))
        ));
        let exit: Exit = ctx.recv_info().await;
        assert_eq!(exit.from, Some(pid));
    })
    .await;
}

#[registry_runtime::test]
async fn ignore_gives_a_result_that_is_there() {
    let task = Task::run(async { 1 });
    task.pid().ended().await;
    assert_eq!(task.ignore(), Some(Ok(1)));
}

#[registry_runtime::test]
async fn ignore_discards_late_results_and_lets_the_task_run_on() {
    let (log, gate) = (Log::new(), Gate::shut());
    let (notes, passed) = (log.clone(), gate.clone());
    let task = Task::run(async move {
        passed.pass().await;
        notes.add("done");
    });
    assert_eq!(task.ignore(), None);
    gate.open();
    log.until("done").await;
}

#[registry_runtime::test]
async fn ignore_gives_a_failure_that_is_there_and_spares_the_owner_a_late_one() {
    in_process(async |_: Process<()>| {
        let gate = Gate::shut();
        let passed = gate.clone();
        let task = Task::run(async move {
            passed.pass().await;
            panic!("late");
        });
        let pid = task.pid();
        assert_eq!(task.ignore(), None);
        gate.open();
        pid.ended().await;
    })
    .await;
    let task = Task::run(async { panic!("on time") });
    task.pid().ended().await;
    assert!(matches!(
        task.ignore(),
        Some(Err(TaskError::Exited(ExitReason::Panic(_))))
    ));
}
