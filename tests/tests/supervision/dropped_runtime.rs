//! The drop of a tokio runtime whose tree was not shut down.
//!
//! Reports go to one hook of the program, so that one test runs a program of its own: this very one.

use std::process::Command;

use registry_runtime::prelude::*;
use registry_tests::{Log, Script, Worker, Workers, worker};

const PROGRAM: &str = "supervision::dropped_runtime::a_program_that_drops_its_runtimes";

/// A tree with children of both kinds of supervisors, among them some that end by the registry's end.
async fn tree() {
    let log = Log::new();
    let dynamic = DynamicSupervisor::builder().start().unwrap();
    let pool = DynamicSupervisor::builder().name("pool");
    let inner = Supervisor::builder("inner").child(worker("inner", &log));
    let root = Supervisor::builder("root")
        .child(Workers::child_spec())
        .child(worker("a", &log))
        .child(Script::new(&log).trap_exit().child("b"))
        .child(pool)
        .child(inner);
    root.start().await.unwrap();
    for name in ["c", "d"] {
        dynamic.start_child(worker(name, &log)).await.unwrap();
    }
    assert_eq!(Worker::via("inner").ping().await, Ok("inner".to_owned()));
}

/// What the other test runs and reads; alone, it tests nothing.
#[test]
fn a_program_that_drops_its_runtimes() {
    for workers in [0, 1, 4] {
        for _ in 0..20 {
            let mut builder = match workers {
                0 => tokio::runtime::Builder::new_current_thread(),
                workers => {
                    let mut builder = tokio::runtime::Builder::new_multi_thread();
                    builder.worker_threads(workers);
                    builder
                }
            };
            let runtime = builder.enable_all().build().unwrap();
            runtime.block_on(Node::new().scope(tree()));
            drop(runtime);
        }
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    runtime.block_on(async {
        let dynamic = DynamicSupervisor::builder().start().unwrap();
        let agent = dynamic.start_child(Agent::child_spec(|| 0).restart(Restart::Temporary));
        let agent = agent.await.unwrap();
        agent.pid().exit(ExitReason::Kill);
        assert_eq!(agent.pid().ended().await, ExitReason::Killed);
    });
}

/// One that somebody has killed is reported. Seen to fail: so were all others.
#[test]
fn nobody_who_ends_with_the_runtime_is_reported() {
    let this = std::env::current_exe().unwrap();
    let program = Command::new(this)
        .args(["--exact", PROGRAM, "--nocapture"])
        .output()
        .unwrap();
    assert!(program.status.success());
    let errors = String::from_utf8(program.stderr).unwrap();
    let reports: Vec<&str> = errors.lines().filter(|line| !line.is_empty()).collect();
    assert_eq!(reports.len(), 1, "{errors}");
    assert!(
        reports[0].ends_with("of DynamicSupervisor ended: killed"),
        "{errors}"
    );
}
