//! Reports of what nobody waits to hear of. The hook is the program's, so this is a program of its own
//! with one test.
//!
//! Seen to fail: with children of dynamic supervisors reported by their type and not their id, and with
//! the hook called outside of `caught` (the supervisor ends of the hook's panic).

use std::sync::mpsc;

use registry_runtime::Report;
use registry_runtime::prelude::*;
use registry_tests::{Log, Workers, eventually, successor, worker};

fn pid_of(name: &str) -> Option<Pid> {
    Workers::lookup(name).map(|(pid, ())| pid)
}

/// The reports so far, each without the pid.
fn taken(reports: &mpsc::Receiver<(Pid, String)>) -> Vec<String> {
    let without = |(pid, text): (Pid, String)| text.replace(&format!(" {pid}"), "");
    reports.try_iter().map(without).collect()
}

#[registry_runtime::test]
async fn what_nobody_waits_to_hear_of_is_reported_and_the_hook_may_panic() {
    let (sender, reports) = mpsc::channel();
    let hook = move |report: &Report| {
        let pid = match report {
            Report::UnexpectedMessage { pid, .. }
            | Report::ChildTerminated { pid, .. }
            | Report::RestartLimit { pid, .. } => *pid,
            other => panic!("{other}"),
        };
        let _ = sender.send((pid, report.to_string()));
        panic!("of the hook");
    };
    assert!(registry_runtime::set_reporter(hook));
    assert!(!registry_runtime::set_reporter(|_| ()), "the first decides");
    let log = Log::new();
    Workers::start().await.unwrap();
    let office = Supervisor::builder("office")
        .max_restarts(1)
        .child(worker("a", &log))
        .child(worker("b", &log).restart(Restart::Transient))
        .start()
        .await
        .unwrap();
    // A message that nothing takes: the worker lives on.
    let a = pid_of("a").unwrap();
    a.send(7_u8).unwrap();
    assert_eq!(Workers::count(), 2);
    eventually(|| a.info().is_some_and(|info| info.handled == 1)).await;
    assert!(a.is_alive());
    assert_eq!(
        taken(&reports),
        ["Worker got a message that none of its `#[info]` handlers takes; it was dropped"]
    );
    // An orderly end is no news.
    let b = pid_of("b").unwrap();
    b.exit(ExitReason::Shutdown);
    eventually(|| office.count_children().active == 1).await;
    assert_eq!(taken(&reports), [""; 0]);
    a.exit(ExitReason::error("tired"));
    let next = successor(a, || pid_of("a")).await;
    assert_eq!(taken(&reports), ["child `a` of office ended: error: tired"]);
    next.exit(ExitReason::Kill);
    assert_eq!(office.wait().await, ExitReason::Shutdown);
    assert_eq!(
        taken(&reports),
        [
            "child `a` of office ended: killed",
            "office gives up: more restarts than `max_restarts` allows within its window",
        ]
    );
    let guests = DynamicSupervisor::builder()
        .name("guests")
        .max_restarts(0)
        .start()
        .unwrap();
    let guest = guests.start_child(worker("c", &log)).await.unwrap();
    guest.crash().unwrap();
    assert_eq!(guests.wait().await, ExitReason::Shutdown);
    let all = taken(&reports);
    let [crashed, limit] = &all[..] else {
        panic!("{all:?}");
    };
    assert!(
        crashed.starts_with("child `c` of guests ended: panic"),
        "{crashed}"
    );
    assert!(limit.starts_with("guests gives up: "), "{limit}");
}
