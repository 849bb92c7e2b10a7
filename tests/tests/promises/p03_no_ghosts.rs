//! Promise 3: no reading shows an entry whose process has told anyone that it is dead.
//!
//! Seen to fail: `finish` told everyone before the names left; it closed the mailbox before the names
//! left (a cast said `NotRunning` while the name was still found).

use registry_runtime::prelude::*;
use registry_tests::{ByHand, Log, Look, OnDrop, settle};

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

registry! { Probes, keys = duplicate, key = u32, value = OnDrop }

/// Looks at the world while its names are leaving, each time that one has left.
#[gen_server(registry = Names, key = <id>)]
struct Watched {
    id: u64,
    look: Look,
    fails: bool,
}

#[gen_server]
impl Watched {
    async fn init(&mut self, ctx: &mut Ctx<Self>) -> Result<(), ExitReason> {
        for key in 0..8 {
            Probes::register(ctx, key, OnDrop(self.look.clone()))?;
        }
        tokio::task::yield_now().await;
        if self.fails {
            Err(ExitReason::error("no luck"))
        } else {
            Ok(())
        }
    }

    #[call]
    async fn hang(&mut self) {
        std::future::pending::<()>().await;
    }

    #[cast]
    fn cast(&mut self) {}
}

#[registry_runtime::test]
async fn nobody_learns_of_a_death_while_a_name_is_left() {
    start_registries().await;
    Probes::start_link().await.unwrap();
    let (looks, asked) = (Log::new(), std::sync::Arc::new(std::sync::Mutex::new(None)));
    type Asked = (
        ByHand<Answer>,
        ByHand<Answer>,
        ByHand<ExitReason>,
        ServerRef<Watched>,
    );
    type Answer = Result<(), CallError>;
    let (noted, ask) = (looks.clone(), asked.clone());
    let look: Look = std::sync::Arc::new(move || {
        let asked: Option<Asked> = ask.lock().unwrap().clone();
        let Some((in_handler, in_mailbox, ended, server)) = asked else {
            return;
        };
        if Probes::count() + Names::count() > 0 {
            let told = (in_handler.poll(), in_mailbox.poll(), ended.poll());
            noted.add(format!("{told:?} {:?}", server.cast()));
        }
    });
    for reason in [ExitReason::Kill, ExitReason::Shutdown] {
        let server = Watched::start(7, look.clone(), false).await.unwrap();
        let (in_handler, in_mailbox) = (ByHand::new(server.hang()), ByHand::new(server.hang()));
        let ended = ByHand::new(server.ended());
        settle_polling(&in_handler, &in_mailbox).await;
        assert_eq!(ended.poll(), None);
        let all = (
            in_handler.clone(),
            in_mailbox.clone(),
            ended.clone(),
            server.clone(),
        );
        *asked.lock().unwrap() = Some(all);
        server.exit(reason);
        settle().await;
        *asked.lock().unwrap() = None;
        let looks = looks.take();
        assert!(looks.len() >= 7);
        for look in looks {
            assert_eq!(
                look, "(None, None, None) Ok(())",
                "no word of a death before it is over"
            );
        }
        let reason = ended.poll().expect("it has ended");
        assert_eq!(
            in_handler.poll(),
            Some(Err(CallError::Exited(reason.clone())))
        );
        assert_eq!(in_mailbox.poll(), Some(Err(CallError::Exited(reason))));
        assert_eq!(server.cast(), Err(CastError::NotRunning));
    }
}

/// Polls two calls until the server has one in its handler, and the other in its mailbox.
async fn settle_polling<T: PartialEq + std::fmt::Debug>(one: &ByHand<T>, two: &ByHand<T>) {
    for _ in 0..5 {
        assert_eq!((one.poll(), two.poll()), (None, None));
        settle().await;
    }
}

#[registry_runtime::test]
async fn nobody_learns_that_a_start_failed_while_a_name_is_left() {
    start_registries().await;
    Probes::start_link().await.unwrap();
    let looks = Log::new();
    let starting = std::sync::Arc::new(std::sync::Mutex::new(None::<ByHand<Option<StartError>>>));
    let (noted, asked) = (looks.clone(), starting.clone());
    let look: Look = std::sync::Arc::new(move || {
        let start = asked.lock().unwrap().clone();
        if let Some(start) = start
            && Probes::count() + Names::count() > 0
        {
            noted.add(format!("{:?}", start.poll()));
        }
    });
    let start = ByHand::new(async move { Watched::start(7, look, true).await.err() });
    assert_eq!(start.poll(), None);
    *starting.lock().unwrap() = Some(start.clone());
    settle().await;
    let looks = looks.take();
    assert!(
        looks.len() >= 7 && looks.iter().all(|look| look == "None"),
        "{looks:?}"
    );
    assert_eq!(
        start.poll(),
        Some(Some(StartError::Init(ExitReason::error("no luck"))))
    );
}

#[registry_runtime::test]
async fn a_process_killed_before_it_ever_ran_leaves_nothing() {
    start_registries().await;
    for id in 0..100 {
        let start = ByHand::new(async move { Member::start(id).await.err() });
        // It has its name, and nothing has polled it: this task has not let go of the thread.
        assert_eq!(start.poll(), None);
        let (pid, ()) = Names::lookup(&id).expect("the name comes first");
        pid.exit(ExitReason::Kill);
        assert_eq!(pid.ended().await, ExitReason::Killed);
        assert_gone(id, pid);
        let refused = StartError::Init(ExitReason::Killed);
        assert_eq!(start.poll(), Some(Some(refused)));
        // Its `init` would have registered it.
        assert_eq!((Names::count(), Topics::count(), ByKey::count()), (0, 0, 0));
    }
}
