//! Restarts that fail.

use std::time::Duration;

use registry_runtime::Backoff;
use registry_runtime::prelude::*;
use registry_tests::{Log, Script, Terminate, Worker, Workers, eventually, settle};
use tokio::time::Instant;

/// Ends its `init` as it is told to, one start after the other; works after that.
#[gen_server]
struct Balky {
    ends: std::sync::Arc<std::sync::Mutex<Vec<ExitReason>>>,
    log: Log,
}

#[gen_server]
impl Balky {
    fn init(&mut self) -> Result<(), ExitReason> {
        self.log.add("init");
        let end = self.ends.lock().unwrap().pop();
        end.map_or(Ok(()), Err)
    }
}

/// A child that runs, and whose next `init`s end with these reasons.
async fn balky(
    supervisor: &DynamicSupervisor,
    log: &Log,
    reasons: &[ExitReason],
    spec: impl FnOnce(ChildSpec<Balky>) -> ChildSpec<Balky>,
) -> ServerRef<Balky> {
    let ends = std::sync::Arc::default();
    let child = Balky::child_spec(std::sync::Arc::clone(&ends), log.clone());
    let child = spec(child.restart(Restart::Transient));
    let child = supervisor.start_child(child).await.unwrap();
    ends.lock().unwrap().extend(reasons.iter().rev().cloned());
    child
}

fn orderly() -> [ExitReason; 3] {
    [
        ExitReason::Normal,
        ExitReason::Shutdown,
        ExitReason::shutdown_with("later"),
    ]
}

/// Seen to fail: the child was forgotten.
#[registry_runtime::test]
async fn an_orderly_end_of_a_restarts_init_is_tried_again() {
    let log = Log::new();
    let supervisor = DynamicSupervisor::builder()
        .max_restarts(4)
        .start()
        .unwrap();
    let child = balky(&supervisor, &log, &orderly(), |spec| spec).await;
    child.exit(ExitReason::Kill);
    log.times("init", 5).await;
    settle().await;
    let children = supervisor.which_children();
    assert_eq!(children.len(), 1);
    assert_eq!(children[0].restarts, 4);
    assert!(children[0].pid().is_some());
}

/// Seen to fail: the supervisor lived, without its child.
#[registry_runtime::test]
async fn an_orderly_end_of_a_restarts_init_counts() {
    let log = Log::new();
    let supervisor = DynamicSupervisor::builder()
        .max_restarts(3)
        .start()
        .unwrap();
    let child = balky(&supervisor, &log, &orderly(), |spec| spec).await;
    child.exit(ExitReason::Kill);
    assert_eq!(supervisor.wait().await, ExitReason::Shutdown);
    assert_eq!(log.count("init"), 4);
}

/// Seen to fail: the child was forgotten.
#[registry_runtime::test(start_paused = true)]
async fn an_orderly_end_of_a_restarts_init_backs_off() {
    let log = Log::new();
    let supervisor = DynamicSupervisor::builder()
        .max_restarts(0)
        .start()
        .unwrap();
    let (one, four) = (Duration::from_secs(1), Duration::from_secs(4));
    let backoff = Backoff::exponential(one, four);
    let child = balky(&supervisor, &log, &orderly(), |spec| spec.backoff(backoff)).await;
    let begun = Instant::now();
    child.exit(ExitReason::Kill);
    log.times("init", 5).await;
    assert_eq!(begun.elapsed().as_secs(), 1 + 2 + 4 + 4);
}

#[registry_runtime::test]
async fn a_first_start_that_fails_in_order_is_not_tried_again() {
    let log = Log::new();
    let supervisor = DynamicSupervisor::builder().start().unwrap();
    for reason in orderly() {
        let ends = std::sync::Arc::new(std::sync::Mutex::new(vec![reason.clone()]));
        let child = Balky::child_spec(ends, log.clone()).restart(Restart::Permanent);
        let failed = supervisor.start_child(child).await.unwrap_err();
        assert_eq!(failed, StartError::Init(reason));
    }
    settle().await;
    assert_eq!(log.count("init"), 3);
    assert_eq!(supervisor.count_children().specs, 0);
}

#[registry_runtime::test]
async fn an_init_that_ignores_its_restart_is_forgotten() {
    let log = Log::new();
    Workers::start().await.unwrap();
    for restart in [Restart::Permanent, Restart::Transient] {
        let supervisor = DynamicSupervisor::builder().start().unwrap();
        let ignores = [ExitReason::Normal, ExitReason::Ignore];
        let child = balky(&supervisor, &log, &ignores, |spec| spec.restart(restart)).await;
        child.exit(ExitReason::Kill);
        log.times("init", 3).await;
        eventually(|| supervisor.count_children().specs == 0).await;
        assert!(supervisor.pid().is_alive());
        log.take();
    }
}

/// In Elixir the panic replaces the reason, and the child is restarted.
#[registry_runtime::test]
async fn a_panic_in_terminate_restarts_no_child() {
    let log = Log::new();
    Workers::start().await.unwrap();
    let panics = Script::new(&log).terminate(Terminate::Panics);
    let child = |name| panics.child(name).restart(Restart::Transient);
    let supervisor = Supervisor::builder("test").child(child("a"));
    let supervisor = supervisor.start().await.unwrap();
    let dynamic = DynamicSupervisor::builder().start().unwrap();
    dynamic.start_child(child("b")).await.unwrap();
    for name in ["a", "b"] {
        let worker = Worker::via(name).server_ref().unwrap();
        worker.finish(ExitReason::Normal).unwrap();
        assert_eq!(worker.ended().await, ExitReason::Normal);
    }
    settle().await;
    assert_eq!(log.all(), ["+a", "+b", "-a", "-b"]);
    assert_eq!(supervisor.count_children().active, 0);
    assert_eq!(dynamic.count_children().specs, 0);
}
