//! Promise 10, of timers: they take turns with the mailbox. The rule and its bound are in
//! `docs/semantics.md`, "Turns".
//!
//! Seen to fail: a timer that is due went before each message, and not once before those that wait. Then an
//! interval shorter than its handler kept all else waiting, and so did a timer of no time that its handler set
//! anew, and a supervisor that tries a restart again. These hold what held before: that a timer is not kept
//! waiting, that it can be cancelled until its turn, that a dynamic supervisor hears.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use registry_runtime::TimerRef;
use registry_runtime::prelude::*;
use registry_tests::{Log, Random, settle};
use tokio::time::{advance, sleep};

/// A timer's message: which it is, and how long it takes.
#[derive(Clone)]
struct Tick(&'static str, u64);

/// Sets its timer anew, for at once.
struct Again;

/// What happened before this.
fn before(log: &Log, what: &str) -> Vec<String> {
    let all = log.all();
    let at = all.iter().position(|event| event == what).unwrap();
    all[..at].to_vec()
}

fn millis(n: u64) -> Duration {
    Duration::from_millis(n)
}

#[gen_server]
struct Busy {
    log: Log,
    #[default]
    timers: HashMap<&'static str, TimerRef>,
}

#[gen_server]
impl Busy {
    fn init(&mut self, ctx: &mut Ctx<Self>) {
        ctx.trap_exit(true);
    }

    #[cast]
    fn every(&mut self, period: u64, name: &'static str, takes: u64, ctx: &mut Ctx<Self>) {
        let timer = ctx.interval(millis(period), Tick(name, takes));
        self.timers.insert(name, timer);
    }

    #[cast]
    fn after(&mut self, time: u64, name: &'static str, ctx: &mut Ctx<Self>) {
        let timer = ctx.send_after(millis(time), Tick(name, 0));
        self.timers.insert(name, timer);
    }

    #[cast]
    fn again(&mut self, ctx: &mut Ctx<Self>) {
        ctx.send_after(Duration::ZERO, Again);
    }

    #[info]
    async fn tick(&mut self, tick: Tick) {
        self.log.add(tick.0);
        sleep(millis(tick.1)).await;
    }

    #[info]
    fn on_again(&mut self, _: Again, ctx: &mut Ctx<Self>) {
        self.log.add("timer");
        ctx.send_after(Duration::ZERO, Again);
    }

    /// Sends itself the next, so that its mailbox is never empty.
    #[cast]
    fn go_on(&mut self, ctx: &mut Ctx<Self>) {
        self.log.add("message");
        ctx.self_ref().go_on().unwrap();
    }

    /// Lets its time pass without a pause, and cancels a timer then.
    #[cast]
    async fn cancel_late(&mut self, takes: u64, name: &'static str, ctx: &mut Ctx<Self>) {
        sleep(millis(takes)).await;
        let left = ctx.cancel_timer(self.timers[name]);
        self.log.add(format!("{name} had {left:?}"));
    }

    #[call]
    fn ask(&mut self, what: &'static str) {
        self.log.add(what);
    }

    fn terminate(&mut self, reason: &ExitReason) {
        self.log.add(format!("terminate {reason}"));
    }
}

#[registry_runtime::test(start_paused = true)]
async fn an_interval_shorter_than_its_handler_takes_turns() {
    let log = Log::new();
    let server = Busy::start(log.clone()).await.unwrap();
    server.every(10, "tick", 15).unwrap();
    log.times("tick", 5).await;
    server.ask("a call").await.unwrap();
    assert_eq!(before(&log, "a call").len(), 6, "one tick goes before it");
    let ticks = log.count("tick");
    server.stop(ExitReason::Normal).await.unwrap();
    assert!(log.count("tick") <= ticks + 1, "{:?}", log.all());
    assert_eq!(log.count("terminate normal"), 1);
}

#[registry_runtime::test(start_paused = true)]
async fn a_shutdown_is_heard_between_the_ticks() {
    for end in [true, false] {
        let log = Log::new();
        let supervisor = Supervisor::builder("busy").start().await.unwrap();
        let child = supervisor.start_child(Busy::child_spec(log.clone())).await;
        child.unwrap().every(1, "tick", 15).unwrap();
        log.times("tick", 3).await;
        if end {
            supervisor.terminate_child("Busy").await.unwrap();
        } else {
            supervisor.shutdown().await;
        }
        assert_eq!(log.all()[4..], ["terminate shutdown"]);
    }
}

/// The bound: of the timers that become due while a message waits, each goes before it at most once.
#[registry_runtime::test(start_paused = true)]
async fn each_timer_goes_before_a_message_once_at_most() {
    const NAMES: [&str; 4] = ["a", "b", "c", "d"];
    let mut random = Random::new(7);
    for round in 0..200 {
        let log = Log::new();
        let server = Busy::start(log.clone()).await.unwrap();
        for name in NAMES {
            let (period, takes) = (1 + random.below(20), random.below(30));
            server.every(period as u64, name, takes as u64).unwrap();
        }
        log.times("a", 1 + random.below(5)).await;
        sleep(millis(random.below(9) as u64)).await;
        // Those that had their turn before the message came do not count: that is a round at most.
        let sent = log.all().len();
        server.ask("message").await.unwrap();
        let overtook = &before(&log, "message")[sent..];
        for name in NAMES {
            let turns = overtook.iter().filter(|turn| *turn == name).count();
            assert!(turns <= 2, "round {round}: {overtook:?}");
        }
        assert!(
            overtook.len() < 2 * NAMES.len(),
            "round {round}: {overtook:?}"
        );
        server.exit(ExitReason::Kill);
    }
}

#[registry_runtime::test(start_paused = true)]
async fn the_turns_of_a_round_go_before_its_messages() {
    let log = Log::new();
    let server = Busy::start(log.clone()).await.unwrap();
    for (period, name) in [(4, "a"), (5, "b"), (6, "c")] {
        server.every(period, name, 7).unwrap();
    }
    server.cancel_late(20, "a").unwrap();
    settle().await;
    server.every(3, "d", 7).unwrap();
    log.until("c").await;
    server.ask("message").await.unwrap();
    // `d` became due when the round of the message had begun.
    let turns = before(&log, "message");
    assert_eq!(turns, ["a had Some(0ns)", "b", "c", "b", "c"]);
}

#[registry_runtime::test(start_paused = true)]
async fn a_timer_set_anew_for_at_once_takes_turns() {
    let log = Log::new();
    let server = Busy::start(log.clone()).await.unwrap();
    server.again().unwrap();
    log.until("timer").await;
    server.go_on().unwrap();
    log.times("message", 100).await;
    let all = log.all();
    let first = all.iter().position(|turn| turn == "message").unwrap();
    for pair in all[first..].chunks_exact(2) {
        assert_eq!(pair, ["message", "timer"]);
    }
}

#[registry_runtime::test(start_paused = true)]
async fn a_full_mailbox_keeps_no_timer_waiting() {
    let log = Log::new();
    let server = Busy::start(log.clone()).await.unwrap();
    server.after(10, "tick").unwrap();
    server.go_on().unwrap();
    log.until("message").await;
    assert_eq!(log.count("tick"), 0);
    tokio::spawn(async { advance(millis(10)).await });
    log.until("tick").await;
    server.stop(ExitReason::Normal).await.unwrap();
}

#[registry_runtime::test(start_paused = true)]
async fn a_timer_can_be_cancelled_until_its_turn() {
    let log = Log::new();
    let server = Busy::start(log.clone()).await.unwrap();
    server.after(5, "once").unwrap();
    server.cancel_late(10, "once").unwrap();
    server.cancel_late(0, "once").unwrap();
    server.ask("asked").await.unwrap();
    sleep(millis(50)).await;
    assert_eq!(log.all(), ["once had Some(0ns)", "once had None", "asked"]);
}

/// A plain process has the same turns.
#[registry_runtime::test(start_paused = true)]
async fn a_plain_process_takes_turns_with_its_timers() {
    let log = Log::new();
    let inside = log.clone();
    let process = spawn(async move |mut ctx: Process<String>| {
        ctx.interval(millis(10), "tick".to_owned());
        loop {
            let what = ctx.recv().await;
            inside.add(what);
            sleep(millis(15)).await;
        }
    });
    log.times("tick", 3).await;
    process.send("message".to_owned()).unwrap();
    log.until("message").await;
    assert_eq!(log.all(), ["tick", "tick", "tick", "tick", "message"]);
}

/// Fails to start again, up to a number of times that no test waits for.
#[gen_server]
struct Faulty {
    inits: Arc<AtomicU32>,
}

#[gen_server]
impl Faulty {
    fn init(&mut self) -> Result<(), ExitReason> {
        match self.inits.fetch_add(1, Ordering::SeqCst) {
            1..10_000 => Err(ExitReason::error("faulty")),
            _ => Ok(()),
        }
    }
}

/// How many restarts are tried until an answer has come.
async fn restarts_during<F: Future>(inits: &AtomicU32, request: F) -> (F::Output, u32) {
    let before = inits.load(Ordering::SeqCst);
    let answer = request.await;
    (answer, inits.load(Ordering::SeqCst) - before)
}

/// OTP-9549. One restart may be under way when the request comes, and one goes before it.
///
/// It runs in a task, which has its turn with the others; that of a test has it every 61 turns of tasks.
#[registry_runtime::test(start_paused = true)]
async fn a_supervisor_hears_while_it_tries_a_restart_again() {
    tokio::spawn(ask_while_it_retries()).await.unwrap();
}

async fn ask_while_it_retries() {
    for strategy in [
        Strategy::OneForOne,
        Strategy::OneForAll,
        Strategy::RestForOne,
    ] {
        let (inits, log) = (Arc::<AtomicU32>::default(), Log::new());
        let supervisor = Supervisor::builder("retries")
            .strategy(strategy)
            .max_restarts(u32::MAX)
            .child(Faulty::child_spec(inits.clone()))
            .child(Busy::child_spec(log.clone()))
            .start()
            .await
            .unwrap();
        let all = Node::current().snapshot().processes;
        let faulty = all
            .iter()
            .find(|process| process.type_name.ends_with("Faulty"));
        faulty.unwrap().pid.exit(ExitReason::Kill);
        while inits.load(Ordering::SeqCst) < 3 {
            tokio::task::yield_now().await;
        }
        let other = Busy::child_spec(log.clone()).id("other");
        let (started, tried) = restarts_during(&inits, supervisor.start_child(other)).await;
        assert!(started.is_ok() && tried <= 2, "{tried}");
        let end = supervisor.terminate_child("other");
        let (ended, tried) = restarts_during(&inits, end).await;
        assert!(ended.is_ok() && tried <= 2, "{tried}");
        let ((), tried) = restarts_during(&inits, supervisor.shutdown()).await;
        assert!(tried <= 2, "{tried}");
    }
}

#[registry_runtime::test(start_paused = true)]
async fn a_dynamic_supervisor_hears_between_its_restarts() {
    tokio::spawn(ask_while_a_dynamic_one_retries())
        .await
        .unwrap();
}

async fn ask_while_a_dynamic_one_retries() {
    let inits = Arc::<AtomicU32>::default();
    let supervisor = DynamicSupervisor::builder()
        .max_restarts(u32::MAX)
        .start()
        .unwrap();
    let faulty = Faulty::child_spec(inits.clone());
    let faulty = supervisor.start_child(faulty).await.unwrap();
    faulty.exit(ExitReason::Kill);
    while inits.load(Ordering::SeqCst) < 3 {
        tokio::task::yield_now().await;
    }
    let ((), tried) = restarts_during(&inits, supervisor.shutdown()).await;
    assert!(tried <= 3, "{tried}");
}
