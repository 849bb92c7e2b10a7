//! The list of children that a supervisor starts with.

use registry_runtime::prelude::*;
use registry_runtime::{AutoShutdown, ChildState};
use registry_tests::{Init, Log, Script, Workers, worker};

fn ids(supervisor: &Supervisor) -> Vec<String> {
    let children = supervisor.which_children();
    children.iter().map(|child| child.id.to_string()).collect()
}

/// A child that says that there is nothing to run.
fn ignores(name: &str, log: &Log) -> ChildSpec<registry_tests::Worker> {
    Script::new(log).inits([Init::Ignores]).child(name)
}

/// Seen to fail: kept as stopped, and its id taken.
#[registry_runtime::test]
async fn a_temporary_child_that_ignores_is_not_kept() {
    let log = Log::new();
    Workers::start().await.unwrap();
    let supervisor = Supervisor::builder("test")
        .child(ignores("p", &log).restart(Restart::Permanent))
        .child(ignores("t", &log).restart(Restart::Temporary))
        .child(ignores("x", &log).restart(Restart::Transient))
        .start()
        .await
        .unwrap();
    assert_eq!(ids(&supervisor), ["p", "x"]);
    for child in supervisor.which_children() {
        assert_eq!(child.state, ChildState::Stopped);
    }
    supervisor.start_child(worker("t", &log)).await.unwrap();
    assert_eq!(ids(&supervisor), ["p", "x", "t"]);
}

/// Seen to fail: the significant one counted as one that is left.
#[registry_runtime::test]
async fn one_that_ignored_holds_up_no_auto_shutdown() {
    let log = Log::new();
    Workers::start().await.unwrap();
    let significant = |spec: ChildSpec<registry_tests::Worker>| {
        spec.restart(Restart::Temporary).significant(true)
    };
    let supervisor = Supervisor::builder("test")
        .auto_shutdown(AutoShutdown::AllSignificant)
        .child(significant(ignores("idle", &log)))
        .child(significant(worker("last", &log)))
        .start()
        .await
        .unwrap();
    assert_eq!(ids(&supervisor), ["last"]);
    registry_tests::Worker::via("last").crash().unwrap();
    assert_eq!(supervisor.wait().await, ExitReason::Shutdown);
}

/// Seen to fail: `first` was started, and ended again.
#[registry_runtime::test]
async fn a_faulty_list_starts_no_child_at_all() {
    let log = Log::new();
    Workers::start().await.unwrap();
    let spec = || Supervisor::builder("test").child(worker("first", &log));
    let twice = spec().child(worker("a", &log)).child(worker("a", &log));
    let never = spec().child(
        worker("s", &log)
            .restart(Restart::Transient)
            .significant(true),
    );
    let permanent = spec()
        .auto_shutdown(AutoShutdown::AnySignificant)
        .child(worker("s", &log).significant(true));
    let not_significant = StartError::NotSignificant("s".to_owned());
    for (faulty, expected) in [
        (twice, StartError::DuplicateId("a".to_owned())),
        (never, not_significant.clone()),
        (permanent, not_significant),
    ] {
        assert_eq!(faulty.clone().start().await.unwrap_err(), expected);
        // As the child of another, and at run time.
        let outer = Supervisor::builder("outer").start().await.unwrap();
        assert_eq!(outer.start_any(faulty.clone()).await.unwrap_err(), expected);
        let dynamic = DynamicSupervisor::builder().start().unwrap();
        assert_eq!(dynamic.start_any(faulty).await.unwrap_err(), expected);
        assert_eq!(log.all(), Vec::<String>::new());
        assert_eq!(outer.count_children().specs, 0);
        assert_eq!(dynamic.count_children().specs, 0);
    }
}

/// Seen to fail: the first partition was started before the second was looked at.
#[registry_runtime::test]
async fn faulty_partitions_start_none_at_all() {
    let log = Log::new();
    Workers::start().await.unwrap();
    let partition = {
        let log = log.clone();
        move |number: usize| {
            let last = number == 1;
            worker(&format!("w{number}"), &log)
                .restart(Restart::Transient)
                .significant(last)
        }
    };
    let partitions = PartitionSupervisor::builder(worker("w", &log))
        .with_arguments(partition)
        .partitions(2);
    assert_eq!(
        partitions.start().await.map(drop).unwrap_err(),
        StartError::NotSignificant("1".to_owned())
    );
    assert_eq!(log.all(), Vec::<String>::new());
}
