//! Exit signals to supervisors, and the reasons that others read.

use registry_runtime::prelude::*;
use registry_tests::{in_process, settle};

registry! { Names, keys = unique, key = String }

/// One of each kind of process that supervises, or that is supervised and of the library's own.
async fn supervisors() -> Vec<Pid> {
    let workers = PartitionSupervisor::builder(DynamicSupervisor::builder()).partitions(1);
    Names::start().await.unwrap();
    vec![
        Supervisor::builder("static").start().await.unwrap().pid(),
        DynamicSupervisor::builder().start().unwrap().pid(),
        TaskSupervisor::builder().start().unwrap().pid(),
        workers.start().await.unwrap().pid(),
        Names::pid().unwrap(),
    ]
}

/// Seen to fail: each of them ended.
#[registry_runtime::test]
async fn a_normal_exit_of_a_plain_task_ends_no_supervisor() {
    for supervisor in supervisors().await {
        supervisor.exit(ExitReason::Normal);
        settle().await;
        assert!(supervisor.is_alive(), "{:?}", supervisor.info());
    }
}

#[registry_runtime::test]
async fn other_exits_of_a_plain_task_end_a_supervisor() {
    for reason in [ExitReason::Shutdown, ExitReason::error("enough")] {
        for supervisor in supervisors().await {
            let ended = tokio::spawn(supervisor.ended());
            settle().await;
            supervisor.exit(reason.clone());
            assert_eq!(ended.await.unwrap(), reason);
        }
    }
}

#[registry_runtime::test]
async fn an_exit_of_another_process_ends_no_supervisor() {
    for supervisor in supervisors().await {
        for reason in [ExitReason::Normal, ExitReason::Shutdown] {
            in_process(async move |ctx: Process<()>| ctx.exit(supervisor, reason)).await;
            settle().await;
            assert!(supervisor.is_alive(), "{:?}", supervisor.info());
        }
        supervisor.exit(ExitReason::Kill);
    }
}
