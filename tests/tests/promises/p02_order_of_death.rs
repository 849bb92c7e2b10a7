//! Promise 2: `terminate`, then the names leave, then links and monitors are told.
//!
//! Seen to fail: `serve` skipped `terminate` after a panic; a killed server went through `terminate`.
//! That everyone is told only after the names have left is seen to fail in promise 3.

use registry_runtime::prelude::*;
use registry_tests::{Gate, Log, processes};

registry! { Names, keys = unique, key = String }
registry! { Topics, keys = duplicate, key = String }

#[gen_server(registry = Names, key = "mortal:<name>")]
struct Mortal {
    name: String,
    log: Log,
}

#[gen_server]
impl Mortal {
    fn init(&mut self, ctx: &mut Ctx<Self>) -> Result<(), ExitReason> {
        Topics::register(ctx, "all".to_owned(), ())?;
        Topics::register(ctx, "all".to_owned(), ())?;
        self.log.add(format!("init {}", held()));
        Ok(())
    }

    #[cast]
    fn crash(&mut self) {
        panic!("crash");
    }

    #[cast]
    fn finish(&mut self, ctx: &mut Ctx<Self>) {
        ctx.stop(ExitReason::Normal);
    }

    #[call]
    async fn hang(&mut self) {
        self.log.add("hangs");
        std::future::pending::<()>().await;
    }

    async fn terminate(&mut self, reason: &ExitReason) {
        tokio::task::yield_now().await;
        let kind = match reason {
            ExitReason::Panic(_) => "panic".to_owned(),
            other => other.to_string(),
        };
        self.log.add(format!("terminate {kind} {}", held()));
    }
}

/// How many entries there are in all.
fn held() -> usize {
    Names::count() + Topics::count()
}

/// Starts a server, with a process that monitors it and one that is linked to it; both note what
/// they find when they are told.
async fn watched(log: &Log) -> ServerRef<Mortal> {
    let server = Mortal::start("a".to_owned(), log.clone()).await.unwrap();
    let pid = server.pid();
    let (monitoring, linked) = (log.clone(), log.clone());
    spawn(async move |mut ctx: Process<()>| {
        let monitor = ctx.monitor(pid);
        monitoring.add("watching");
        let down: Down = ctx.recv_info().await;
        assert_eq!((down.monitor, down.pid), (monitor, pid));
        monitoring.add(format!("told {}", held()));
    });
    spawn(async move |mut ctx: Process<()>| {
        ctx.trap_exit(true);
        ctx.link(pid);
        linked.add("watching");
        let exit: Exit = ctx.recv_info().await;
        assert_eq!(exit.from, Some(pid));
        linked.add(format!("told {}", held()));
    });
    log.times("watching", 2).await;
    server
}

async fn dies_in_order(die: impl AsyncFnOnce(&ServerRef<Mortal>, &Log), terminate: Option<&str>) {
    Names::start_link().await.unwrap();
    Topics::start_link().await.unwrap();
    let log = Log::new();
    let server = watched(&log).await;
    assert_eq!(log.take(), ["init 3", "watching", "watching"]);
    die(&server, &log).await;
    server.ended().await;
    log.times("told 0", 2).await;
    let mut expected: Vec<String> = terminate
        .map(|why| format!("terminate {why} 3"))
        .into_iter()
        .collect();
    expected.extend(["told 0".to_owned(), "told 0".to_owned()]);
    let mut seen = log.take();
    seen.retain(|line| line != "hangs");
    assert_eq!(seen, expected);
}

#[registry_runtime::test]
async fn after_a_stop_of_its_own() {
    dies_in_order(async |server, _| server.finish().unwrap(), Some("normal")).await;
}

#[registry_runtime::test]
async fn after_a_stop_that_was_asked_for() {
    let stop = async |server: &ServerRef<Mortal>, _: &Log| {
        server.stop(ExitReason::Shutdown).await.unwrap()
    };
    dies_in_order(stop, Some("shutdown")).await;
}

#[registry_runtime::test]
async fn after_an_exit_signal_also_in_the_middle_of_a_handler() {
    dies_in_order(
        async |server, _| server.exit(ExitReason::shutdown_with("enough")),
        Some("shutdown: enough"),
    )
    .await;
}

#[registry_runtime::test]
async fn after_an_exit_signal_that_meets_a_handler_that_hangs() {
    let die = async |server: &ServerRef<Mortal>, log: &Log| {
        tokio::spawn(server.hang());
        log.until("hangs").await;
        server.exit(ExitReason::Shutdown);
    };
    dies_in_order(die, Some("shutdown")).await;
}

#[registry_runtime::test]
async fn after_a_panic_in_a_handler() {
    dies_in_order(async |server, _| server.crash().unwrap(), Some("panic")).await;
}

#[registry_runtime::test]
async fn after_a_kill_without_terminate() {
    dies_in_order(async |server, _| server.exit(ExitReason::Kill), None).await;
}

#[registry_runtime::test]
async fn terminate_and_those_who_are_told_hear_of_one_reason() {
    Names::start_link().await.unwrap();
    Topics::start_link().await.unwrap();
    let log = Log::new();
    let server = Mortal::start("a".to_owned(), log.clone()).await.unwrap();
    // Both wait when the server next looks.
    server.finish().unwrap();
    server.exit(ExitReason::shutdown_with("signal"));
    let reason = server.ended().await;
    assert_eq!(log.all()[1], format!("terminate {reason} 3"));
}

#[registry_runtime::test]
async fn a_restarted_child_never_meets_its_own_old_name() {
    Names::start_link().await.unwrap();
    Topics::start_link().await.unwrap();
    let log = Log::new();
    let supervisor = DynamicSupervisor::builder()
        .max_restarts(1_000)
        .start()
        .unwrap();
    supervisor
        .start_child(Mortal::child_spec("a".to_owned(), log.clone()))
        .await
        .unwrap();
    for round in 2..50 {
        match round % 3 {
            0 => Mortal::via("a").crash().unwrap(),
            1 => Mortal::via("a").finish().unwrap(),
            _ => Mortal::via("a").exit(ExitReason::Kill),
        }
        log.times("init 3", round).await;
    }
    assert_eq!(supervisor.count_children().active, 1);
    assert_eq!((held(), processes()), (3, 4));
}

#[registry_runtime::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_learns_of_a_death_may_take_the_name_at_once() {
    Names::start_link().await.unwrap();
    Topics::start_link().await.unwrap();
    let rounds = (0..4).map(|n: usize| {
        tokio::spawn(async move {
            for round in 0..100 {
                let start = move || Mortal::start(n.to_string(), Log::new());
                let server = start().await.unwrap();
                let pid = server.pid();
                let (ready, go) = (Gate::shut(), ready_of(&server, round));
                let opened = ready.clone();
                let heir = spawn(async move |mut ctx: Process<()>| {
                    let _monitor = ctx.monitor(pid);
                    opened.open();
                    let _: Down = ctx.recv_info().await;
                    let server = start().await.expect("the name is free");
                    server.exit(ExitReason::Kill);
                    server.ended().await;
                });
                ready.pass().await;
                go();
                assert!(heir.ended().await.is_normal());
            }
        })
    });
    for round in rounds.collect::<Vec<_>>() {
        round.await.unwrap();
    }
}

/// A way to end a server.
fn ready_of(server: &ServerRef<Mortal>, round: usize) -> impl FnOnce() + use<> {
    let server = server.clone();
    move || match round % 3 {
        0 => server.exit(ExitReason::Kill),
        1 => server.crash().unwrap(),
        _ => server.exit(ExitReason::Shutdown),
    }
}

#[gen_server]
struct Waiter {
    log: Log,
}

#[gen_server]
impl Waiter {
    #[cast]
    async fn wait(&mut self, gate: Gate) {
        self.log.add("waits");
        gate.pass().await;
        self.log.add("goes on");
    }

    #[cast]
    async fn ask(&mut self, ctx: &mut Ctx<Self>, mortal: ServerRef<Waiter>) {
        ctx.link(mortal.pid());
        let answer = mortal.crash().await;
        self.log.add(format!("goes on: {answer:?}"));
    }

    #[call]
    fn crash(&mut self) {
        panic!("as asked");
    }

    fn terminate(&mut self, reason: &ExitReason) {
        self.log.add(format!("terminate: {reason}"));
    }
}

#[registry_runtime::test]
async fn an_exit_signal_goes_before_what_a_handler_awaits() {
    let (log, gate) = (Log::new(), Gate::shut());
    let waiter = Waiter::start(log.clone()).await.unwrap();
    waiter.wait(gate.clone()).unwrap();
    log.until("waits").await;
    // The process is told both before it runs again.
    waiter.exit(ExitReason::Shutdown);
    gate.open();
    assert!(matches!(waiter.ended().await, ExitReason::Shutdown));
    assert_eq!(log.all(), ["waits", "terminate: shutdown"]);
}

#[registry_runtime::test]
async fn a_link_goes_before_the_failure_of_a_call() {
    let (log, other) = (Log::new(), Log::new());
    let mortal = Waiter::start(other).await.unwrap();
    let caller = Waiter::start(log.clone()).await.unwrap();
    caller.ask(mortal).unwrap();
    assert!(matches!(caller.ended().await, ExitReason::Panic(_)));
    assert_eq!(log.all().len(), 1, "{:?}", log.all());
    assert!(log.all()[0].starts_with("terminate"), "{:?}", log.all());
}
