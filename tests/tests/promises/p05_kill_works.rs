//! Promise 5: `Kill` ends a process at its next await, no process outlives its supervisor, and
//! nothing is left behind.
//!
//! Seen to fail: the task looked at `KILL` only between messages; `reap` did not wait for the children; a
//! dynamic supervisor took children in while it ended; `finish` left the process in the table; a handler was polled to its end after an exit signal. Not seen:
//! `exit::adopt` that refuses nobody, which the supervisor's own look makes up for.

use std::sync::Arc;
use std::time::Duration;

use registry_runtime::prelude::*;
use registry_tests::{Gate, Log, OnDrop, eventually, processes, settle};

registry! { Names, keys = unique, key = u64 }

#[gen_server(mailbox = 2)]
struct Stubborn {
    log: Log,
    trap: bool,
}

#[gen_server]
impl Stubborn {
    fn init(&mut self, ctx: &mut Ctx<Self>) {
        ctx.trap_exit(self.trap);
    }

    #[call]
    async fn hang(&mut self) {
        self.log.add("hangs");
        std::future::pending::<()>().await;
    }

    #[call]
    fn ping(&self) {}

    /// Blocks its thread until the gate's event, without an await.
    #[cast]
    fn block(&mut self, until: std::sync::Arc<std::sync::Barrier>) {
        self.log.add("blocks");
        until.wait();
        self.log.add("handler done");
    }

    #[info]
    fn on_exit(&mut self, exit: Exit) {
        self.log.add(format!("trapped {}", exit.reason));
    }

    async fn terminate(&mut self) {
        self.log.add("terminates");
        std::future::pending::<()>().await;
    }
}

#[registry_runtime::test]
async fn a_handler_that_waits_for_ever() {
    for trap in [false, true] {
        let log = Log::new();
        let server = Stubborn::start(log.clone(), trap).await.unwrap();
        let call = tokio::spawn(server.hang());
        log.until("hangs").await;
        server.exit(ExitReason::Kill);
        assert_eq!(server.ended().await, ExitReason::Killed);
        assert_eq!(
            call.await.unwrap(),
            Err(CallError::Exited(ExitReason::Killed))
        );
        assert_eq!((log.count("terminates"), processes()), (0, 0));
    }
}

#[registry_runtime::test(start_paused = true)]
async fn a_handler_that_is_dropped_drops_what_it_holds_and_runs_no_further() {
    #[gen_server]
    struct Holder {
        log: Log,
    }
    #[gen_server]
    impl Holder {
        #[cast]
        async fn hold(&mut self, gate: Gate) {
            let log = self.log.clone();
            let _held = OnDrop(Arc::new(move || log.add("dropped")));
            self.log.add("holds");
            gate.pass().await;
            self.log.add("went on");
        }
    }
    for reason in [ExitReason::Kill, ExitReason::Shutdown] {
        let (log, gate) = (Log::new(), Gate::shut());
        let server = Holder::start(log.clone()).await.unwrap();
        server.hold(gate.clone()).unwrap();
        log.until("holds").await;
        server.exit(reason);
        let end = tokio::time::timeout(Duration::from_secs(1), server.ended());
        end.await.expect("it does not wait for the handler");
        gate.open();
        settle().await;
        assert_eq!(log.all(), ["holds", "dropped"]);
    }
}

#[registry_runtime::test]
async fn a_process_that_traps_exits_and_is_idle() {
    let log = Log::new();
    let server = Stubborn::start(log.clone(), true).await.unwrap();
    server.exit(ExitReason::Shutdown);
    log.until("trapped shutdown").await;
    // `Killed` is a word on a death, not an order.
    server.exit(ExitReason::Killed);
    log.until("trapped killed").await;
    server.exit(ExitReason::Kill);
    assert_eq!(server.ended().await, ExitReason::Killed);
    assert_eq!(log.count("terminates"), 0);
}

#[registry_runtime::test]
async fn an_init_that_waits_for_ever() {
    #[gen_server]
    struct Never {
        log: Log,
    }
    #[gen_server]
    impl Never {
        async fn init(&mut self, ctx: &mut Ctx<Self>) {
            ctx.trap_exit(true);
            ctx.set_label("in init");
            self.log.add("init");
            std::future::pending::<()>().await;
        }
    }
    let log = Log::new();
    let starting = tokio::spawn(Never::start(log.clone()));
    log.until("init").await;
    Node::current().processes()[0].exit(ExitReason::Kill);
    assert_eq!(
        starting.await.unwrap().unwrap_err(),
        StartError::Init(ExitReason::Killed)
    );
    assert_eq!(processes(), 0);
}

#[registry_runtime::test]
async fn a_terminate_that_waits_for_ever() {
    let log = Log::new();
    let server = Stubborn::start(log.clone(), false).await.unwrap();
    server.exit(ExitReason::Shutdown);
    log.until("terminates").await;
    server.exit(ExitReason::Kill);
    assert_eq!(server.ended().await, ExitReason::Killed);
}

#[registry_runtime::test(start_paused = true)]
async fn a_server_whose_bounded_mailbox_is_full() {
    let log = Log::new();
    let server = Stubborn::start(log.clone(), true).await.unwrap();
    let mut calls = vec![tokio::spawn(server.hang())];
    log.until("hangs").await;
    calls.extend((0..2).map(|_| tokio::spawn(server.ping())));
    eventually(|| server.pid().info().is_some_and(|info| info.mailbox == 2)).await;
    assert_eq!(
        server.block(std::sync::Arc::new(std::sync::Barrier::new(1))),
        Err(CastError::Full)
    );
    let waiting = tokio::spawn(server.ping());
    let late = server.clone().timeout(Duration::from_secs(1)).ping().await;
    assert_eq!(
        late,
        Err(CallError::Timeout),
        "it waits for room, within its time-out"
    );
    assert!(!waiting.is_finished());
    server.exit(ExitReason::Kill);
    for call in calls {
        assert_eq!(
            call.await.unwrap(),
            Err(CallError::Exited(ExitReason::Killed))
        );
    }
    assert_eq!(
        waiting.await.unwrap(),
        Err(CallError::NotRunning),
        "it was never in the mailbox"
    );
}

#[registry_runtime::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_handler_that_blocks_its_thread_ends_with_the_handler() {
    let log = Log::new();
    let server = Stubborn::start(log.clone(), false).await.unwrap();
    let barrier = std::sync::Arc::new(std::sync::Barrier::new(2));
    server.block(barrier.clone()).unwrap();
    log.until("blocks").await;
    server.exit(ExitReason::Kill);
    assert!(
        server.pid().info().is_some(),
        "nothing can end a thread that does not await"
    );
    tokio::task::spawn_blocking(move || barrier.wait())
        .await
        .unwrap();
    assert_eq!(server.ended().await, ExitReason::Killed);
    assert_eq!((log.count("handler done"), log.count("terminates")), (1, 0));
}

#[registry_runtime::test]
async fn a_plain_process_whatever_it_waits_for() {
    let waits = spawn(async |_: Process<()>| std::future::pending::<()>().await);
    let receives = spawn(async |mut ctx: Process<()>| {
        ctx.trap_exit(true);
        loop {
            ctx.recv().await;
        }
    });
    let computes = spawn(async |_: Process<()>| {
        loop {
            tokio::task::yield_now().await;
        }
    });
    for process in [waits, receives, computes] {
        process.pid().exit(ExitReason::Kill);
        assert_eq!(process.ended().await, ExitReason::Killed);
        assert_eq!(process.send(()), Err(SendError::NotRunning));
    }
    assert_eq!(processes(), 0);
}

/// A child that would rather not end.
#[gen_server(registry = Names, key = <id>)]
struct Child {
    id: u64,
}

#[gen_server]
impl Child {
    fn init(&mut self, ctx: &mut Ctx<Self>) {
        ctx.trap_exit(true);
    }

    #[info]
    fn on_exit(&mut self, _exit: Exit) {}

    async fn terminate(&mut self) {
        std::future::pending::<()>().await;
    }
}

#[registry_runtime::test]
async fn no_child_outlives_a_killed_supervisor() {
    const CHILDREN: u64 = 10_000;
    Names::start_link().await.unwrap();
    let supervisor = DynamicSupervisor::builder().start().unwrap();
    for id in 0..CHILDREN {
        supervisor.start_child(Child::child_spec(id)).await.unwrap();
    }
    assert_eq!(
        (Names::count(), supervisor.count_children().active),
        (10_000, 10_000)
    );
    supervisor.pid().exit(ExitReason::Kill);
    assert_eq!(supervisor.wait().await, ExitReason::Killed);
    // At once: nothing is left to be awaited.
    assert_eq!((Names::count(), processes()), (0, 1));
    assert_eq!(
        supervisor.which_children().len(),
        0,
        "a dead supervisor has no children"
    );
}

#[registry_runtime::test]
async fn no_process_of_a_killed_tree_is_left_when_its_root_is_told_dead() {
    Names::start_link().await.unwrap();
    let leaf = |n: u64| {
        SupervisorSpec::new(format!("branch {n}"))
            .child(Child::child_spec(2 * n).id("left"))
            .child(Child::child_spec(2 * n + 1).id("right"))
    };
    let root = SupervisorSpec::new("root")
        .child(leaf(0))
        .child(leaf(1))
        .child(leaf(2));
    let root = root.start().await.unwrap();
    assert_eq!(processes(), 11);
    root.pid().exit(ExitReason::Kill);
    assert_eq!(root.wait().await, ExitReason::Killed);
    assert_eq!((Names::count(), processes()), (0, 1));
}

#[registry_runtime::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_child_that_is_started_meanwhile_outlives_its_supervisor() {
    Names::start_link().await.unwrap();
    for round in 0..100 {
        let supervisor = DynamicSupervisor::builder().start().unwrap();
        let starters: Vec<_> = (0..4)
            .map(|n| {
                let supervisor = supervisor.clone();
                tokio::spawn(async move {
                    for id in (n * 100).. {
                        if supervisor
                            .start_child(Child::child_spec(id).shutdown(Shutdown::BrutalKill))
                            .await
                            .is_err()
                        {
                            return;
                        }
                    }
                })
            })
            .collect();
        eventually(|| supervisor.count_children().active > 3).await;
        if round % 2 == 0 {
            supervisor.pid().exit(ExitReason::Kill);
        } else {
            supervisor.shutdown().await;
        }
        supervisor.wait().await;
        for starter in starters {
            starter.await.unwrap();
        }
        // A start that came too late has given its name up by the time that it is refused.
        assert_eq!((Names::count(), processes()), (0, 1), "round {round}");
    }
}

#[registry_runtime::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_storm_of_kills_leaves_nothing() {
    Names::start_link().await.unwrap();
    let supervisor = DynamicSupervisor::builder()
        .max_restarts(u32::MAX)
        .start()
        .unwrap();
    for id in 0..100 {
        supervisor.start_child(Child::child_spec(id)).await.unwrap();
    }
    let killers: Vec<_> = (0..4)
        .map(|n: u64| {
            tokio::spawn(async move {
                for round in 0..500 {
                    Child::via((n * 37 + round * 13) % 100).exit(ExitReason::Kill);
                    tokio::task::yield_now().await;
                }
            })
        })
        .collect();
    for killer in killers {
        killer.await.unwrap();
    }
    eventually(|| Names::count() == 100 && supervisor.count_children().active == 100).await;
    assert_eq!(processes(), 102);
    supervisor.pid().exit(ExitReason::Kill);
    supervisor.wait().await;
    assert_eq!((Names::count(), processes()), (0, 1));
    assert_eq!(Names::select(|_, _, ()| Some(())), []);
}

#[registry_runtime::test(start_paused = true)]
async fn a_child_is_killed_when_its_time_to_shut_down_is_over() {
    Names::start_link().await.unwrap();
    let supervisor = DynamicSupervisor::builder().start().unwrap();
    let child = supervisor.start_child(Child::child_spec(1)).await.unwrap();
    let begun = tokio::time::Instant::now();
    supervisor.terminate_child(child.pid()).await.unwrap();
    assert_eq!(begun.elapsed(), Duration::from_secs(5));
    assert_eq!(child.ended().await, ExitReason::Killed);
}
