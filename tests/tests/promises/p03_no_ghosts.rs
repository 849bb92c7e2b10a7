//! Promise 3: no reading shows an entry whose process has told anyone that it is dead.
//!
//! Seen to fail: `finish` told everyone before the names left.

use registry_runtime::prelude::*;
use registry_tests::{Log, settle};

registry! { Names, keys = unique, key = u64 }
registry! { Topics, keys = duplicate, key = String, value = u64 }
registry! { ByKey, keys = duplicate(by_key), key = String, value = u64 }

#[gen_server(registry = Names, key = <id>)]
struct Member {
    id: u64,
}

#[gen_server]
impl Member {
    fn init(&mut self, ctx: &mut Ctx<Self>) -> Result<(), ExitReason> {
        Topics::register(ctx, "all".to_owned(), self.id)?;
        ByKey::register(ctx, "all".to_owned(), self.id)?;
        Ok(())
    }

    #[call]
    async fn hang(&mut self) {
        std::future::pending::<()>().await;
    }
}

async fn start_registries() {
    Names::start_link().await.unwrap();
    Topics::start_link().await.unwrap();
    ByKey::start_link().await.unwrap();
}

/// Fails if any reading shows the process.
fn assert_gone(id: u64, pid: Pid) {
    assert_ne!(Names::lookup(&id).map(|(pid, ())| pid), Some(pid));
    assert!(Topics::lookup("all").iter().all(|(other, _)| *other != pid));
    assert!(ByKey::lookup("all").iter().all(|(other, _)| *other != pid));
    Topics::dispatch("all", |entries| {
        for entry in entries {
            assert_ne!(entry.pid(), pid);
        }
    });
    assert!(Names::select(|_, other, ()| (other == pid).then_some(())).is_empty());
    assert!(ByKey::select(|_, other, _| (other == pid).then_some(())).is_empty());
    assert_eq!(
        Topics::count_match("all", |other, _| (other == pid).then_some(())),
        0
    );
    assert!(Names::keys(pid).is_empty());
    assert!(Topics::keys(pid).is_empty());
    assert!(Topics::values("all", pid).is_empty());
    assert!(!pid.is_alive());
}

#[registry_runtime::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_waited_for_the_end_finds_nothing_of_the_dead() {
    start_registries().await;
    let rounds = (0..4).map(|id: u64| {
        tokio::spawn(async move {
            for _ in 0..100 {
                let server = Member::start(id).await.unwrap();
                let pid = server.pid();
                let watchers = [0, 1].map(|_| {
                    tokio::spawn(async move {
                        pid.ended().await;
                        assert_gone(id, pid);
                    })
                });
                server.exit(ExitReason::Kill);
                for watcher in watchers {
                    watcher.await.unwrap();
                }
            }
        })
    });
    for round in rounds.collect::<Vec<_>>() {
        round.await.unwrap();
    }
    assert_eq!((Names::count(), Topics::count(), ByKey::count()), (0, 0, 0));
}

#[registry_runtime::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_is_told_by_a_call_finds_nothing_of_the_dead() {
    start_registries().await;
    let rounds = (0..4).map(|id: u64| {
        tokio::spawn(async move {
            for _ in 0..100 {
                let server = Member::start(id).await.unwrap();
                let pid = server.pid();
                let calls = [0, 1].map(|_| {
                    let call = Member::via(id).hang();
                    tokio::spawn(async move {
                        let error = call.await.unwrap_err();
                        assert!(matches!(
                            error,
                            CallError::Exited(_) | CallError::NotRunning
                        ));
                        assert_gone(id, pid);
                    })
                });
                server.exit(ExitReason::Kill);
                for call in calls {
                    call.await.unwrap();
                }
            }
        })
    });
    for round in rounds.collect::<Vec<_>>() {
        round.await.unwrap();
    }
}

#[registry_runtime::test]
async fn a_process_killed_before_it_ever_ran_leaves_nothing() {
    start_registries().await;
    let log = Log::new();
    for id in 0..100 {
        let log = log.clone();
        let starting = tokio::spawn(async move {
            let error = Member::start(id).await.unwrap_err();
            assert_eq!(error, StartError::Init(ExitReason::Killed));
            log.add("refused");
        });
        while Member::via(id).whereis().is_none() {
            tokio::task::yield_now().await;
            if starting.is_finished() {
                break;
            }
        }
        Member::via(id).exit(ExitReason::Kill);
        let _ = starting.await;
        if let Some(pid) = Member::via(id).whereis() {
            pid.exit(ExitReason::Kill);
            pid.ended().await;
        }
    }
    settle().await;
    assert_eq!((Names::count(), Topics::count(), ByKey::count()), (0, 0, 0));
}
