//! Promise 8: every timer runs under `tokio::time`, so the paused clock drives all of it.
//!
//! Seen to fail: `Intensity` counted by `std::time::Instant`; a process's timers counted from the
//! system's time; `Call` had no deadline; an interval made its next tick at once when several were missed.

use std::time::Duration;

use registry_runtime::prelude::*;
use registry_runtime::{Backoff, ChildState};
use registry_tests::{Log, settle};
use tokio::time::{Instant, advance};

const HOUR: Duration = Duration::from_secs(3_600);

registry! { Names, keys = unique, key = u32 }

#[gen_server(registry = Names, key = <id>)]
struct Clock {
    id: u32,
    log: Log,
    #[default(Instant::now())]
    started: Instant,
}

#[derive(Clone, Debug)]
struct Tick(&'static str);

#[gen_server]
impl Clock {
    fn init(&mut self) {
        self.log.add("init");
    }

    fn note(&self, what: &str) {
        self.log
            .add(format!("{what} {}", self.started.elapsed().as_secs()));
    }

    #[cast]
    fn send_after(&mut self, after: Duration, what: &'static str, ctx: &mut Ctx<Self>) {
        ctx.send_after(after, Tick(what));
    }

    #[cast]
    fn every(&mut self, period: Duration, what: &'static str, ctx: &mut Ctx<Self>) {
        ctx.interval(period, Tick(what));
    }

    #[cast]
    fn idle(&mut self, after: Duration, ctx: &mut Ctx<Self>) {
        ctx.idle_timeout(after);
    }

    #[call]
    fn ping(&self) {}

    #[call]
    async fn hang(&mut self) {
        std::future::pending::<()>().await;
    }

    #[cast]
    async fn sleep(&mut self, time: Duration) {
        tokio::time::sleep(time).await;
    }

    #[cast]
    fn say(&mut self, what: &'static str) {
        self.note(what);
    }

    #[cast]
    fn crash(&mut self) {
        panic!("asked to");
    }

    #[info]
    fn on_tick(&mut self, tick: Tick) {
        self.note(tick.0);
    }

    #[info]
    fn on_idle(&mut self, _idle: IdleTimeout) {
        self.note("idle");
    }
}

async fn start(log: &Log) -> ServerRef<Clock> {
    Names::start_link().await.unwrap();
    Clock::start(1, log.clone()).await.unwrap()
}

#[registry_runtime::test(start_paused = true)]
async fn call_timeouts() {
    let server = start(&Log::new()).await;
    let begun = Instant::now();
    let answer = server.timeout(10 * HOUR).hang().await;
    assert_eq!(
        (answer, begun.elapsed()),
        (Err(CallError::Timeout), 10 * HOUR)
    );
}

#[registry_runtime::test(start_paused = true)]
async fn send_after_and_intervals() {
    let log = Log::new();
    let server = start(&log).await;
    server.send_after(2 * HOUR, "late").unwrap();
    server.send_after(HOUR / 2, "soon").unwrap();
    server.every(HOUR, "tick").unwrap();
    log.until("tick 10800").await;
    assert_eq!(
        log.all(),
        [
            "init",
            "soon 1800",
            "tick 3600",
            "late 7200",
            "tick 7200",
            "tick 10800"
        ]
    );
}

#[registry_runtime::test(start_paused = true)]
async fn an_interval_leaves_out_what_it_was_busy_for_and_goes_before_messages() {
    let log = Log::new();
    let server = start(&log).await;
    server.every(HOUR, "tick").unwrap();
    server.sleep(HOUR * 7 / 2).unwrap();
    settle().await;
    server.say("waited").unwrap();
    tokio::time::sleep(HOUR * 9 / 2).await;
    assert_eq!(
        log.all(),
        ["init", "tick 12600", "waited 12600", "tick 14400"],
        "one for those of hours 1 to 3, and then that of hour 4"
    );
}

#[registry_runtime::test(start_paused = true)]
async fn idle_timeouts_count_from_the_last_message() {
    let log = Log::new();
    let server = start(&log).await;
    server.idle(Duration::from_secs(10)).unwrap();
    settle().await;
    advance(Duration::from_secs(6)).await;
    server.ping().await.unwrap();
    log.until("idle 16").await;
}

#[registry_runtime::test(start_paused = true)]
async fn a_timer_that_goes_off_is_a_message_to_idle_timeouts_as_well() {
    let log = Log::new();
    let server = start(&log).await;
    server.send_after(Duration::from_secs(8), "timer").unwrap();
    server.idle(Duration::from_secs(10)).unwrap();
    log.until("idle 18").await;
    assert_eq!(log.all(), ["init", "timer 8", "idle 18"]);
}

#[registry_runtime::test(start_paused = true)]
async fn restart_windows() {
    Names::start_link().await.unwrap();
    let log = Log::new();
    let child = || Clock::child_spec(1, log.clone());
    let dynamic = DynamicSupervisor::builder()
        .max_restarts(1)
        .within(HOUR)
        .start()
        .unwrap();
    dynamic.start_child(child()).await.unwrap();
    for restart in 2..5 {
        Clock::via(1).crash().unwrap();
        log.times("init", restart).await;
        advance(HOUR + Duration::from_secs(1)).await;
    }
    Clock::via(1).crash().unwrap();
    log.times("init", 5).await;
    advance(HOUR / 2).await;
    Clock::via(1).crash().unwrap();
    assert_eq!(dynamic.wait().await, ExitReason::Shutdown);

    log.take();
    let fixed = SupervisorSpec::new("fixed")
        .max_restarts(1)
        .within(HOUR)
        .child(child());
    let fixed = fixed.start().await.unwrap();
    for restart in 2..5 {
        Clock::via(1).crash().unwrap();
        log.times("init", restart).await;
        advance(HOUR + Duration::from_secs(1)).await;
    }
    Clock::via(1).crash().unwrap();
    log.times("init", 5).await;
    Clock::via(1).crash().unwrap();
    assert_eq!(fixed.wait().await, ExitReason::Shutdown);
}

#[registry_runtime::test(start_paused = true)]
async fn backoff() {
    Names::start_link().await.unwrap();
    let log = Log::new();
    let supervisor = DynamicSupervisor::builder().start().unwrap();
    let backoff = Backoff::exponential(HOUR, 3 * HOUR);
    supervisor
        .start_child(Clock::child_spec(1, log.clone()).backoff(backoff))
        .await
        .unwrap();
    for (restart, wait) in [(2, HOUR), (3, 2 * HOUR), (4, 3 * HOUR), (5, 3 * HOUR)] {
        let crashed = Instant::now();
        Clock::via(1).crash().unwrap();
        log.times("init", restart).await;
        assert_eq!(crashed.elapsed(), wait);
    }
}

#[registry_runtime::test(start_paused = true)]
async fn shutdown() {
    #[gen_server]
    struct Lingers {}
    #[gen_server]
    impl Lingers {
        async fn terminate(&mut self) {
            std::future::pending::<()>().await;
        }
    }
    let lingers = |time| Lingers::child_spec().shutdown(Shutdown::After(time));
    let dynamic = DynamicSupervisor::builder().start().unwrap();
    for hours in [1, 3, 2] {
        dynamic.start_child(lingers(hours * HOUR)).await.unwrap();
    }
    let begun = Instant::now();
    dynamic.shutdown().await;
    assert_eq!(begun.elapsed(), 3 * HOUR, "side by side");
    let fixed = SupervisorSpec::new("fixed")
        .child(lingers(HOUR).id("a"))
        .child(lingers(2 * HOUR).id("b"))
        .start()
        .await
        .unwrap();
    let begun = Instant::now();
    fixed.shutdown().await;
    assert_eq!(begun.elapsed(), 3 * HOUR, "one after the other");
}

#[registry_runtime::test(start_paused = true)]
async fn uptime() {
    let server = start(&Log::new()).await;
    advance(7 * HOUR).await;
    let info = server.pid().info().unwrap();
    assert_eq!(info.uptime, 7 * HOUR);
}

#[registry_runtime::test(start_paused = true)]
async fn a_time_that_no_clock_counts_never_comes() {
    const YEAR: Duration = Duration::from_secs(365 * 24 * 3_600);
    Names::start().await.unwrap();
    for (id, time) in (0..).zip([
        Duration::MAX,
        Duration::from_secs(i64::MAX as u64),
        31 * YEAR,
    ]) {
        let log = Log::new();
        let sup = Supervisor::builder("all").within(time);
        let sup = sup.start().await.unwrap();
        let spec = Clock::child_spec(id, log.clone())
            .start_timeout(time)
            .shutdown(Shutdown::After(time))
            .backoff(Backoff::exponential(time, time));
        let clock = sup.start_child(spec).await.unwrap();
        clock.send_after(time, "once").unwrap();
        clock.every(time, "tick").unwrap();
        clock.idle(time).unwrap();
        let late = clock.pid().send_after(time, Tick("by pid"));
        clock.ping().await.unwrap();
        let call = tokio::spawn(clock.clone().timeout(time).hang());
        let status = tokio::spawn(Clock::via(id).timeout(time).stop(ExitReason::Normal));
        let task = tokio::spawn(Task::run(std::future::pending::<()>()).await_timeout(time));
        let stream = Task::async_stream([1], async |_| std::future::pending::<()>().await);
        let stream = tokio::spawn(stream.timeout(time).collect());
        tokio::time::sleep(100 * YEAR).await;
        assert!(!call.is_finished() && !status.is_finished());
        assert!(!task.is_finished() && !stream.is_finished());
        assert_eq!(late.cancel(), Some(Duration::MAX));
        assert_eq!(log.take(), ["init"]);
        clock.exit(ExitReason::Kill);
        assert_eq!(
            call.await.unwrap(),
            Err(CallError::Exited(ExitReason::Killed))
        );
        tokio::time::sleep(100 * YEAR).await;
        // It waits for its restart for ever, and its supervisor for nothing.
        assert_eq!(sup.count_children().active, 0);
        assert_eq!(sup.which_children()[0].state, ChildState::Restarting);
        sup.shutdown().await;
    }
}
