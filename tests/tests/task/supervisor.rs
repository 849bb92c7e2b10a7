//! `Task.Supervisor`.

use std::future::pending;

use registry_runtime::prelude::*;
use registry_runtime::{AnyChildSpec, Children, SupervisorError};
use registry_tests::{Gate, Log, eventually, processes};

use super::support::{exited, in_process, in_trapping_process, unknown};

fn supervisor() -> TaskSupervisor {
    TaskSupervisor::builder().start_link().unwrap()
}

#[registry_runtime::test]
async fn can_be_supervised_directly() {
    let spec = SupervisorSpec::new("App").child(TaskSupervisor::builder());
    let tree = spec.start().await.unwrap();
    assert_eq!(tree.count_children().supervisors, 1);
    tree.shutdown().await;
    assert_eq!(processes(), 0);
}

#[registry_runtime::test]
async fn several_can_be_supervised_and_told_apart_by_id() {
    let one = AnyChildSpec::from(TaskSupervisor::builder());
    let spec = SupervisorSpec::new("App").child(one.clone());
    let tree = spec.child(one.clone().id("two")).start().await.unwrap();
    tree.start_any(one.clone().id("three")).await.unwrap();
    let same = tree.start_any(one).await.unwrap_err();
    assert!(matches!(same, StartError::AlreadyStarted(_)), "{same:?}");
    let children = tree.which_children();
    let ids: Vec<_> = children.iter().map(|child| &*child.id).collect();
    assert_eq!(ids, ["TaskSupervisor", "two", "three"]);
}

#[registry_runtime::test]
async fn counts_and_returns_children() {
    let tasks = supervisor();
    assert_eq!(tasks.children(), []);
    assert_eq!(tasks.count_children(), Children::default());
    let task = tasks.start_child(pending::<()>()).unwrap();
    assert_eq!(tasks.children(), [task]);
    assert_eq!(tasks.count_children().workers, 1);
}

#[registry_runtime::test]
async fn async_spawns_tasks_under_the_supervisor() {
    in_trapping_process(async |mut ctx: Process<()>| {
        let tasks = supervisor();
        let gate = Gate::shut();
        let passed = gate.clone();
        let task = tasks.run(async move {
            passed.pass().await;
            "done"
        });
        let task = task.unwrap();
        let pid = task.pid();
        assert_eq!(tasks.children(), [pid]);
        gate.open();
        assert_eq!(task.await, Ok("done"));
        assert_eq!(tasks.children(), []);
        let exit: Exit = ctx.recv_info().await;
        assert_eq!((exit.from, exit.reason), (Some(pid), ExitReason::Normal));
    })
    .await;
}

#[registry_runtime::test]
async fn async_links_the_task_to_the_caller() {
    let tasks = supervisor();
    let (send, task) = tokio::sync::oneshot::channel();
    let started = tasks.clone();
    let owner = spawn(async move |_: Process<()>| {
        let task = started.run(pending::<()>()).unwrap();
        let _ = send.send(task.pid());
        let _ = task.await;
    });
    let task = task.await.unwrap();
    owner.pid().exit(unknown());
    assert_eq!(task.ended().await, unknown());
    assert_eq!(tasks.children(), []);

    let failing = tasks.clone();
    let owner = spawn(async move |_: Process<()>| {
        let _ = failing.run(async { panic!("oops") }).unwrap().await;
    });
    assert!(matches!(owner.pid().ended().await, ExitReason::Panic(_)));
    assert!(tasks.pid().is_alive());
}

#[registry_runtime::test]
async fn async_nolink_spawns_a_task_under_the_supervisor_without_linking_to_the_caller() {
    let tasks = supervisor();
    let failing = tasks.clone();
    in_process(async move |_: Process<()>| {
        let task = failing.run_nolink(async { panic!("oops") }).unwrap();
        assert!(matches!(
            task.await,
            Err(TaskError::Exited(ExitReason::Panic(_)))
        ));
    })
    .await;

    let (send, task) = tokio::sync::oneshot::channel();
    let started = tasks.clone();
    let owner = spawn(async move |_: Process<()>| {
        let _ = send.send(started.run_nolink(pending::<()>()).unwrap().pid());
        pending::<()>().await;
    });
    let task = task.await.unwrap();
    owner.pid().exit(unknown());
    owner.pid().ended().await;
    assert!(task.is_alive());
    assert_eq!(tasks.children(), [task]);
}

#[registry_runtime::test]
async fn refuses_when_max_children_is_reached() {
    let tasks = TaskSupervisor::builder()
        .max_children(1)
        .start_link()
        .unwrap();
    let task = tasks.run(pending::<()>()).unwrap();
    assert_eq!(tasks.run(async {}).unwrap_err(), StartError::MaxChildren);
    assert_eq!(
        tasks.run_nolink(async {}).unwrap_err(),
        StartError::MaxChildren
    );
    assert_eq!(
        tasks.start_child(async {}).unwrap_err(),
        StartError::MaxChildren
    );
    task.pid().exit(ExitReason::Kill);
    assert_eq!(task.await, exited(ExitReason::Killed));
    assert_eq!(tasks.run(async { 1 }).unwrap().await, Ok(1));
}

#[registry_runtime::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_knows_of_a_tasks_end_finds_its_place_free() {
    let tasks = TaskSupervisor::builder().max_children(1).start().unwrap();
    for n in 0..500 {
        assert_eq!(tasks.run(async move { n }).unwrap().await, Ok(n));
        let held = tasks.run_nolink(pending::<()>()).unwrap();
        held.pid().exit(ExitReason::Kill);
        assert_eq!(held.await, exited(ExitReason::Killed));
        let pid = tasks.start_child(async {}).unwrap();
        pid.ended().await;
    }
}

#[registry_runtime::test]
async fn start_child_runs_a_task_for_its_effect() {
    let (log, tasks) = (Log::new(), supervisor());
    let notes = log.clone();
    in_process(async move |_: Process<()>| {
        let task = tasks.start_child(async move {
            notes.add("ready");
            panic!("oops");
        });
        task.unwrap().ended().await;
    })
    .await;
    log.until("ready").await;
}

#[registry_runtime::test]
async fn start_child_with_custom_shutdown() {
    let tasks = supervisor();
    let spec = Task::child_spec(async || pending::<()>().await).shutdown(Shutdown::BrutalKill);
    let task = tasks.start_any(spec).await.unwrap();
    let ended = tokio::spawn(task.ended());
    tokio::task::yield_now().await;
    tasks.shutdown().await;
    assert_eq!(ended.await.unwrap(), ExitReason::Killed);
}

#[registry_runtime::test]
async fn start_child_with_custom_restart() {
    let (log, tasks) = (Log::new(), supervisor());
    let notes = log.clone();
    let body = move || {
        let notes = notes.clone();
        async move {
            notes.add("ready");
            pending::<()>().await;
        }
    };
    let spec = Task::child_spec(body).restart(Restart::Permanent);
    let task = tasks.start_any(spec).await.unwrap();
    log.until("ready").await;
    task.exit(ExitReason::Shutdown);
    assert_eq!(task.ended().await, ExitReason::Shutdown);
    log.times("ready", 2).await;
    eventually(|| tasks.children().len() == 1).await;
}

#[registry_runtime::test]
async fn terminate_child_ends_a_task_once() {
    let tasks = supervisor();
    let task = tasks.start_child(pending::<()>()).unwrap();
    assert_eq!(tasks.terminate_child(task).await, Ok(()));
    assert_eq!(tasks.children(), []);
    assert!(!task.is_alive());
    assert_eq!(
        tasks.terminate_child(task).await,
        Err(SupervisorError::NotFound)
    );
}

#[registry_runtime::test]
async fn tasks_end_before_their_supervisor_whatever_ends_it() {
    for how in [ExitReason::Shutdown, ExitReason::Kill] {
        let tasks = TaskSupervisor::builder().start().unwrap();
        let held = tasks.run_nolink(pending::<()>()).unwrap();
        let expected = match how {
            ExitReason::Kill => ExitReason::Killed,
            _ => ExitReason::Shutdown,
        };
        tasks.pid().exit(how);
        tasks.wait().await;
        assert!(!held.pid().is_alive());
        assert_eq!(held.await, exited(expected));
        let late = tasks.run(async {}).unwrap_err();
        let text = "supervisor `TaskSupervisor` has ended, or is ending; start it anew, and use its \
                    new handle";
        assert_eq!(late.to_string(), text);
    }
    assert_eq!(processes(), 0);
}

#[registry_runtime::test]
async fn a_panic_in_the_drop_of_a_task_keeps_nobody_waiting() {
    let tasks = TaskSupervisor::builder().max_children(1).start().unwrap();
    let bomb = registry_tests::Bomb("in drop");
    let task = tasks.run_nolink(async move {
        let _bomb = bomb;
        pending::<()>().await;
    });
    let task = task.unwrap();
    tokio::task::yield_now().await;
    task.pid().exit(ExitReason::Kill);
    assert_eq!(task.await, exited(ExitReason::Killed));
    assert_eq!(tasks.run_nolink(async { 1 }).unwrap().await, Ok(1));
}
