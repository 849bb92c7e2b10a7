//! Promise 5, between two messages: after a kill at most the handler that is running ends.
//!
//! Each test kills a process while a handler blocks its thread, with messages that wait before the kill
//! and messages that come after it. Seen to fail: `poll_next` looked at `EXIT` alone; a selective receive
//! looked at no flag when it took a message that it had passed over; `terminate` ran after a handler that
//! killed its own process; the start succeeded of an `init` that did so.

use std::sync::{Arc, Barrier};
use std::time::Duration;

use registry_runtime::ProcessRef;
use registry_runtime::prelude::*;
use registry_tests::{Log, processes};

/// A block of a thread, and its end.
#[derive(Clone)]
struct Block {
    log: Log,
    barrier: Arc<Barrier>,
}

impl Block {
    fn new(log: &Log) -> Self {
        Self {
            log: log.clone(),
            barrier: Arc::new(Barrier::new(2)),
        }
    }

    /// What the handler does.
    fn hold(&self) {
        self.log.add("blocks");
        self.barrier.wait();
        self.log.add("handler done");
    }

    async fn began(&self) {
        self.log.until("blocks").await;
    }

    async fn end(self) {
        tokio::task::spawn_blocking(move || self.barrier.wait())
            .await
            .unwrap();
    }
}

#[derive(Clone)]
struct Note(&'static str);

#[gen_server]
struct Server {
    log: Log,
    trap: bool,
}

#[gen_server]
impl Server {
    fn init(&mut self, ctx: &mut Ctx<Self>) {
        ctx.trap_exit(self.trap);
    }

    #[cast]
    fn hold(&mut self, block: Block, ctx: &mut Ctx<Self>) {
        ctx.continue_with(Note("continued"));
        ctx.send_after(Duration::ZERO, Note("timer"));
        block.hold();
    }

    #[cast]
    fn say(&mut self, what: &'static str) {
        self.log.add(what);
    }

    #[call]
    fn ask(&mut self) {
        self.log.add("asked");
    }

    #[call]
    fn end(&mut self, how: End, ctx: &mut Ctx<Self>) {
        self.log.add("ends");
        match how {
            End::Kill => ctx.pid().exit(ExitReason::Kill),
            End::OwnKill => ctx.exit(ctx.pid(), ExitReason::Kill),
            End::KillAndStop => {
                ctx.exit(ctx.pid(), ExitReason::Kill);
                ctx.stop(ExitReason::Normal);
            }
            End::KillAndPanic => {
                ctx.exit(ctx.pid(), ExitReason::Kill);
                panic!("planned");
            }
        }
    }

    #[info]
    fn note(&mut self, note: Note) {
        self.log.add(note.0);
    }

    #[info]
    fn on_exit(&mut self, _exit: Exit) {
        self.log.add("exit");
    }

    fn terminate(&mut self) {
        self.log.add("terminates");
    }
}

#[derive(Clone, Copy)]
enum End {
    Kill,
    OwnKill,
    KillAndStop,
    KillAndPanic,
}

#[registry_runtime::test(flavor = "multi_thread", worker_threads = 3)]
async fn after_a_kill_only_the_running_handler_ends() {
    for trap in [false, true] {
        let log = Log::new();
        let server = Server::start(log.clone(), trap).await.unwrap();
        let block = Block::new(&log);
        server.hold(block.clone()).unwrap();
        for _ in 0..200 {
            server.say("waited").unwrap();
        }
        block.began().await;
        server.exit(ExitReason::Kill);
        for _ in 0..30 {
            server.say("came after the kill").unwrap();
        }
        assert!(!server.is_alive());
        let call = tokio::spawn(server.ask());
        block.end().await;
        let killed = Err(CallError::Exited(ExitReason::Killed));
        let answer = call.await.unwrap();
        assert!(answer == killed || answer == Err(CallError::NotRunning));
        assert_eq!(server.ended().await, ExitReason::Killed);
        assert_eq!(log.all(), ["blocks", "handler done"]);
    }
}

#[registry_runtime::test]
async fn a_server_that_kills_itself_handles_no_more() {
    for how in [End::Kill, End::OwnKill, End::KillAndStop, End::KillAndPanic] {
        let log = Log::new();
        let server = Server::start(log.clone(), true).await.unwrap();
        let mut calls = vec![tokio::spawn(server.end(how))];
        calls.extend((0..20).map(|_| tokio::spawn(server.ask())));
        assert_eq!(server.ended().await, ExitReason::Killed);
        assert_eq!(log.all(), ["ends"]);
        for call in calls.drain(1..) {
            let killed = Err(CallError::Exited(ExitReason::Killed));
            assert_eq!(call.await.unwrap(), killed);
        }
    }
}

#[gen_server]
struct Doomed {
    log: Log,
    reason: ExitReason,
}

#[gen_server]
impl Doomed {
    fn init(&mut self, ctx: &mut Ctx<Self>) {
        ctx.exit(ctx.pid(), self.reason.clone());
        ctx.continue_with(Note("continued"));
    }

    #[info]
    fn note(&mut self, note: Note) {
        self.log.add(note.0);
    }

    fn terminate(&mut self) {
        self.log.add("terminates");
    }
}

#[registry_runtime::test]
async fn a_start_fails_whose_init_ends_its_own_process() {
    for (reason, told) in [
        (ExitReason::Kill, ExitReason::Killed),
        (ExitReason::Shutdown, ExitReason::Shutdown),
    ] {
        let log = Log::new();
        let start = Doomed::start(log.clone(), reason).await;
        assert_eq!(start.map(drop), Err(StartError::Init(told)));
        assert_eq!((log.all(), processes()), (vec![], 0));
    }
}

#[registry_runtime::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_brutal_kill_leaves_the_queue_unhandled() {
    let log = Log::new();
    let child = Server::child_spec(log.clone(), true).shutdown(Shutdown::BrutalKill);
    let supervisor = Supervisor::builder("brutal").start().await.unwrap();
    let server = supervisor.start_child(child).await.unwrap();
    let block = Block::new(&log);
    server.hold(block.clone()).unwrap();
    for _ in 0..20 {
        server.say("waited").unwrap();
    }
    block.began().await;
    let terminated = tokio::spawn(async move { supervisor.terminate_child("Server").await });
    while server.is_alive() {
        tokio::task::yield_now().await;
    }
    block.end().await;
    assert_eq!(terminated.await.unwrap(), Ok(()));
    assert_eq!(log.all(), ["blocks", "handler done"]);
}

#[registry_runtime::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_killed_agent_runs_no_more_functions() {
    let log = Log::new();
    let agent = Agent::start(|| 0_u32).await.unwrap();
    let block = Block::new(&log);
    let inside = block.clone();
    agent.cast(move |_| inside.hold()).unwrap();
    block.began().await;
    agent.pid().exit(ExitReason::Kill);
    for _ in 0..20 {
        let log = log.clone();
        agent.cast(move |_| log.add("ran")).unwrap();
    }
    block.end().await;
    agent.pid().ended().await;
    assert_eq!(log.all(), ["blocks", "handler done"]);
}

#[derive(Clone, Copy)]
enum Receive {
    Own,
    Any,
    Passed,
}

/// A plain process, which blocks between two receives.
fn receiver(how: Receive, block: Block) -> ProcessRef<u32> {
    spawn(async move |mut ctx: Process<u32>| {
        if matches!(how, Receive::Passed) {
            // Passes over all that is there before.
            ctx.recv_info::<char>().await;
        }
        block.hold();
        loop {
            match how {
                Receive::Any => drop(ctx.recv_any().await),
                Receive::Own | Receive::Passed => drop(ctx.recv().await),
            }
            block.log.add("received");
        }
    })
}

#[registry_runtime::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_killed_or_exited_process_receives_no_more() {
    for how in [Receive::Own, Receive::Any, Receive::Passed] {
        for (reason, told) in [
            (ExitReason::Kill, ExitReason::Killed),
            (ExitReason::Shutdown, ExitReason::Shutdown),
        ] {
            let log = Log::new();
            let block = Block::new(&log);
            let process = receiver(how, block.clone());
            for n in 0..20 {
                process.send(n).unwrap();
            }
            process.pid().send('x').unwrap();
            block.began().await;
            process.pid().exit(reason);
            for n in 0..20 {
                process.send(n).unwrap();
            }
            block.end().await;
            assert_eq!(process.ended().await, told);
            assert_eq!(log.all(), ["blocks", "handler done"]);
        }
    }
}

#[registry_runtime::test]
async fn messages_passed_over_come_in_bursts_as_well() {
    let log = Log::new();
    let inside = log.clone();
    let process = spawn(async move |mut ctx: Process<u32>| {
        ctx.recv_info::<char>().await;
        inside.add("begins");
        for n in 0..10_000 {
            assert_eq!(ctx.recv().await, n);
        }
        inside.add("has received all");
    });
    for n in 0..10_000 {
        process.send(n).unwrap();
    }
    process.pid().send('x').unwrap();
    log.until("begins").await;
    assert_eq!(log.all(), ["begins"], "another task ran in between");
    assert!(process.ended().await.is_normal());
}
