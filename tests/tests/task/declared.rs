//! Task supervisors that are declared as types.

use std::future::pending;

use registry_runtime::__private::{Instance, Slot, task_options};
use registry_runtime::prelude::*;
use registry_runtime::{
    Children, Declaration, DeclarationKind, DeclaredTaskSupervisor, SupervisorError,
    TaskSupervisorOptions,
};
use registry_tests::successor;

enum Jobs {}

impl DeclaredTaskSupervisor for Jobs {
    fn slot() -> &'static Slot<Self, Instance<TaskSupervisor>> {
        static SLOT: Slot<Jobs, Instance<TaskSupervisor>> = Slot::new();
        &SLOT
    }

    fn declaration() -> &'static Declaration {
        static DECLARATION: Declaration = Declaration::new(
            DeclarationKind::TaskSupervisor,
            "Jobs",
            module_path!(),
            file!(),
            line!(),
        );
        &DECLARATION
    }

    fn options() -> TaskSupervisorOptions {
        TaskSupervisorOptions::default().max_children(2)
    }
}

#[registry_runtime::test]
async fn a_declared_one_is_found_by_its_type() {
    let Err(SupervisorError::NotRunning(missing)) = Jobs::handle() else {
        panic!("it was not started");
    };
    // No tree of this program holds it.
    let text = format!(
        "supervisor `Jobs` (declared at {}:{}) is not running; add `task_supervisor!<Jobs>;` to your \
         supervision tree",
        Jobs::declaration().file,
        Jobs::declaration().line
    );
    assert_eq!(missing.to_string(), text);
    assert_eq!(
        Jobs::run(async {}).unwrap_err(),
        StartError::SupervisorNotRunning(missing)
    );
    assert_eq!(
        (Jobs::children(), Jobs::count_children()),
        (Vec::new(), Children::default())
    );
    let tree = SupervisorSpec::new("App")
        .child(task_options::<Jobs>())
        .start()
        .await
        .unwrap();
    let running = Jobs::whereis().unwrap();
    assert_eq!(
        Jobs::start_link().unwrap_err(),
        StartError::AlreadyStarted(running)
    );
    assert_eq!(Jobs::run(async { 1 }).unwrap().await, Ok(1));
    let held = Jobs::start_child(pending::<()>()).unwrap();
    let other = Jobs::run_nolink(pending::<()>()).unwrap();
    assert_eq!(Jobs::run(async {}).unwrap_err(), StartError::MaxChildren);
    assert_eq!(Jobs::terminate_child(held).await, Ok(()));
    assert_eq!(Jobs::children(), [other.pid()]);
    let job = Task::child_spec(pending::<()>).restart(Restart::Permanent);
    let kept = Jobs::start_any(job).await.unwrap();
    let which = Jobs::which_children();
    assert!(which.len() == 2 && which.iter().any(|child| child.pid() == Some(kept)));
    Jobs::terminate_child(kept).await.unwrap();
    let stream = Jobs::async_stream([1, 2], async |n| n)
        .unwrap()
        .max_concurrency(1);
    assert_eq!(stream.collect().await, [Ok(1), Ok(2)]);
    running.exit(ExitReason::Kill);
    successor(running, Jobs::whereis).await;
    assert_eq!(other.await, Err(TaskError::Exited(ExitReason::Killed)));
    assert_eq!(Jobs::run(async { 1 }).unwrap().await, Ok(1));
    tree.shutdown().await;
    assert_eq!(Jobs::whereis(), None);
}
