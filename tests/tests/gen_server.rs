//! `GenServer`: Elixir's `gen_server_test.exs` by behaviour, and what its documentation promises.

use std::time::Duration;

use registry_runtime::prelude::*;
use registry_runtime::{MonitorRef, abcast, multi_call};
use registry_tests::{Gate, Log, eventually, in_process, settle};

registry! { Stacks, keys = unique, key = String }

#[gen_server(registry = Stacks, key = <name>)]
struct Stack {
    name: String,
    items: Vec<&'static str>,
    #[default]
    never_answered: Vec<ReplyTo<()>>,
}

#[gen_server]
impl Stack {
    #[call]
    fn pop(&mut self) -> Option<&'static str> {
        self.items.pop()
    }

    #[cast]
    fn push(&mut self, item: &'static str) {
        self.items.push(item);
    }

    #[call]
    fn no_reply(&mut self, reply: ReplyTo<()>) {
        self.never_answered.push(reply);
    }

    #[call]
    async fn call_self(&mut self, ctx: &mut Ctx<Self>) -> Result<Option<&'static str>, CallError> {
        ctx.self_ref().pop().await
    }

    #[call]
    async fn call_own_name(&mut self) -> Result<Option<&'static str>, CallError> {
        Stack::via(&self.name).pop().await
    }

    #[call]
    async fn stop_self(&mut self, ctx: &mut Ctx<Self>) -> Result<(), CallError> {
        ctx.self_ref().stop(ExitReason::Normal).await
    }

    #[call]
    fn pop_and_stop(&mut self, ctx: &mut Ctx<Self>) -> Option<&'static str> {
        ctx.stop(ExitReason::Normal);
        self.items.pop()
    }
}

async fn stack(name: &str, items: &[&'static str]) -> ServerRef<Stack> {
    if !Stacks::is_running() {
        Stacks::start().await.unwrap();
    }
    Stack::start(name.to_owned(), items.to_vec()).await.unwrap()
}

#[registry_runtime::test]
async fn start_link_links_to_the_process_it_is_called_in() {
    Stacks::start().await.unwrap();
    let log = Log::new();
    let noted = log.clone();
    let starter = spawn(async move |mut ctx: Process<()>| {
        let server = Stack::start_link("a".to_owned(), vec!["hello"])
            .await
            .unwrap();
        assert_eq!(server.pop().await, Ok(Some("hello")));
        assert_eq!(server.push("world"), Ok(()));
        assert_eq!(server.pop().await, Ok(Some("world")));
        noted.add("ready");
        ctx.recv().await;
    });
    log.until("ready").await;
    let server = Stack::via("a").server_ref().unwrap();
    starter.pid().exit(ExitReason::error("over"));
    assert_eq!(server.ended().await, ExitReason::error("over"));
}

#[registry_runtime::test]
async fn a_linked_server_takes_its_starter_down() {
    Stacks::start().await.unwrap();
    let starter = spawn(async move |mut ctx: Process<()>| {
        Stack::start_link("a".to_owned(), Vec::new()).await.unwrap();
        ctx.recv().await;
    });
    eventually(|| Stack::via("a").whereis().is_some()).await;
    Stack::via("a").exit(ExitReason::Kill);
    assert_eq!(starter.ended().await, ExitReason::Killed);
}

#[registry_runtime::test]
async fn start_links_to_nobody() {
    Stacks::start().await.unwrap();
    let starter = spawn(async move |_: Process<()>| {
        Stack::start("a".to_owned(), vec!["hello"]).await.unwrap();
        panic!("the starter's own");
    });
    assert!(matches!(starter.ended().await, ExitReason::Panic(_)));
    settle().await;
    assert_eq!(Stack::via("a").pop().await, Ok(Some("hello")));
}

#[registry_runtime::test]
async fn a_server_is_found_and_cast_to_by_name_and_nobody_is_told_apart() {
    let server = stack("a", &["hello"]).await;
    assert_eq!(Stack::via("a").pop().await, Ok(Some("hello")));
    assert_eq!(Stack::via("a").whereis(), Some(server.pid()));
    assert_eq!(server.whereis(), Some(server.pid()));
    assert_eq!(Stack::via("b").whereis(), None);
    assert_eq!(Stack::via("b").push("x"), Err(CastError::NotRunning));
    assert_eq!(
        Stack::via("b").server_ref().map(|server| server.pid()),
        None
    );
    let again = Stack::start("a".to_owned(), Vec::new()).await.unwrap_err();
    assert_eq!(again, StartError::AlreadyStarted(server.pid()));
}

#[registry_runtime::test]
async fn a_server_whose_registry_does_not_run_says_where_it_is_declared() {
    let error = Stack::start("a".to_owned(), Vec::new()).await.unwrap_err();
    assert!(
        matches!(error, StartError::RegistryNotRunning(_)),
        "{error:?}"
    );
    let text = error.to_string();
    assert!(
        text.contains("Stacks") && text.contains("tests/gen_server.rs"),
        "{text}"
    );
    assert_eq!(registry_tests::processes(), 0);
}

#[registry_runtime::test(start_paused = true)]
async fn the_ways_in_which_a_call_fails() {
    let server = stack("a", &["hello"]).await;
    let stopped = stack("b", &[]).await;
    stopped.stop(ExitReason::Normal).await.unwrap();
    for answer in [server.call_self().await, server.call_own_name().await] {
        let error = answer.unwrap().unwrap_err();
        let CallError::Deadlock(path) = &error else {
            panic!("{error:?}")
        };
        assert_eq!(path.pids().collect::<Vec<_>>(), [server.pid()]);
        assert!(error.to_string().contains("Stack #PID"), "{error}");
    }
    let short = server.clone().timeout(Duration::from_millis(1));
    assert_eq!(short.no_reply().await, Err(CallError::Timeout));
    assert_eq!(Stack::via("nobody").pop().await, Err(CallError::NotRunning));
    assert_eq!(stopped.pop().await, Err(CallError::NotRunning));
    assert_eq!(
        server.pop().await,
        Ok(Some("hello")),
        "none of it did any harm"
    );
}

#[registry_runtime::test]
async fn a_server_without_a_registry_has_no_name() {
    #[gen_server]
    struct Anonymous {}
    #[gen_server]
    impl Anonymous {}
    let server = Anonymous::start().await.unwrap();
    assert!(server.pid().info().unwrap().names.is_empty());
    Anonymous::start()
        .await
        .expect("a second one is no conflict");
}

#[registry_runtime::test(start_paused = true)]
async fn several_servers_are_called_and_cast_to_at_once() {
    let (one, two) = (stack("1", &["a"]).await, stack("2", &["b"]).await);
    let gone = stack("3", &[]).await;
    gone.stop(ExitReason::Normal).await.unwrap();
    let all = [one.clone(), two.clone(), gone];
    assert_eq!(abcast(&all, |server| server.push("c")), 2);
    let answers = multi_call(all.iter().map(|server| server.pop())).await;
    assert_eq!(
        answers,
        [Ok(Some("c")), Ok(Some("c")), Err(CallError::NotRunning)]
    );
    let short = [one, two].map(|server| server.timeout(Duration::from_secs(1)));
    let begun = tokio::time::Instant::now();
    let answers = multi_call(short.iter().map(|server| server.no_reply())).await;
    assert_eq!(answers, [Err(CallError::Timeout), Err(CallError::Timeout)]);
    assert_eq!(begun.elapsed(), Duration::from_secs(1), "side by side");
}

#[registry_runtime::test]
async fn stop_ends_a_server_and_waits_for_it() {
    let server = stack("a", &[]).await;
    assert_eq!(server.stop(ExitReason::Normal).await, Ok(()));
    assert_eq!(server.ended().await, ExitReason::Normal);
    assert_eq!(
        server.stop(ExitReason::Normal).await,
        Err(CallError::NotRunning)
    );
    assert_eq!(
        Stack::via("a").stop(ExitReason::Normal).await,
        Err(CallError::NotRunning)
    );
    stack("a", &[]).await;
    let refused = Stack::via("a").stop_self().await.unwrap();
    assert!(
        matches!(refused, Err(CallError::Deadlock(_))),
        "{refused:?}"
    );
    assert_eq!(
        Stack::via("a")
            .stop(ExitReason::shutdown_with("done"))
            .await,
        Ok(())
    );
    assert_eq!(Stack::via("a").whereis(), None);
}

#[registry_runtime::test(start_paused = true)]
async fn stop_comes_after_what_is_in_the_mailbox_and_within_its_timeout() {
    let server = stack("a", &[]).await;
    server.push("a").unwrap();
    let call = tokio::spawn(server.pop());
    tokio::task::yield_now().await;
    server.stop(ExitReason::Normal).await.unwrap();
    assert_eq!(call.await.unwrap(), Ok(Some("a")));

    let worker = Busy::start(Log::new()).await.unwrap();
    let _call = tokio::spawn(worker.wait(Gate::shut()));
    tokio::task::yield_now().await;
    let stop = worker.stop(ExitReason::Normal);
    assert_eq!(stop.await, Err(CallError::Timeout));
    worker.exit(ExitReason::Kill);
    assert_eq!(
        worker.stop(ExitReason::Normal).await,
        Err(CallError::Exited(ExitReason::Killed))
    );
}

#[registry_runtime::test]
async fn a_handler_may_answer_and_stop() {
    let server = stack("a", &["last"]).await;
    assert_eq!(server.pop_and_stop().await, Ok(Some("last")));
    assert_eq!(server.ended().await, ExitReason::Normal);
}

/// Notes what comes, and in which order.
#[derive(Debug)]
#[gen_server(mailbox = 3, call_timeout = 2s)]
struct Busy {
    log: Log,
}

#[derive(Clone, Debug)]
struct Note(&'static str);

#[gen_server]
impl Busy {
    fn init(&mut self, ctx: &mut Ctx<Self>) {
        self.log.add("init");
        ctx.continue_with(Note("continued"));
        ctx.continue_with(Note("and again"));
    }

    #[call]
    async fn wait(&mut self, gate: Gate) {
        self.log.add("waits");
        gate.pass().await;
    }

    #[cast]
    fn cast(&mut self, what: &'static str, ctx: &mut Ctx<Self>) {
        self.log.add(what);
        ctx.continue_with(Note("after it"));
        ctx.hibernate();
    }

    #[call]
    fn idle(&mut self, after: Option<Duration>, ctx: &mut Ctx<Self>) {
        ctx.idle_timeout(after);
    }

    #[call]
    fn timers(&mut self, ctx: &mut Ctx<Self>) -> (Option<Duration>, Option<Duration>) {
        let hour = Duration::from_secs(3_600);
        let first = ctx.send_after(hour, Note("first"));
        let second = ctx.interval(hour, Note("never"));
        ctx.send_after(Duration::ZERO, Note("at once"));
        let left = ctx.cancel_timer(second);
        ctx.cancel_timer(first);
        (left, ctx.cancel_timer(first))
    }

    #[call]
    fn trap(&mut self, ctx: &mut Ctx<Self>) -> (bool, bool) {
        (ctx.trap_exit(true), ctx.trap_exit(true))
    }

    #[call]
    fn watch(&mut self, pid: Pid, ctx: &mut Ctx<Self>) -> MonitorRef {
        ctx.monitor(pid)
    }

    #[call]
    fn unwatch(&mut self, monitor: MonitorRef, ctx: &mut Ctx<Self>) -> (bool, bool) {
        (ctx.demonitor_flush(monitor), ctx.demonitor(monitor))
    }

    #[info]
    fn note(&mut self, note: Note) {
        self.log.add(note.0);
    }

    #[info]
    fn on_idle(&mut self, _idle: IdleTimeout) {
        self.log.add("idle");
    }

    #[info]
    fn on_exit(&mut self, exit: Exit) {
        self.log.add(format!("exit {}", exit.reason));
    }

    #[info]
    fn on_down(&mut self, down: Down) {
        self.log.add(format!("down {}", down.reason));
    }

    fn terminate(&mut self, reason: &ExitReason) {
        self.log.add(format!("terminate {reason}"));
    }
}

#[registry_runtime::test]
async fn what_continues_comes_before_any_other_message() {
    let log = Log::new();
    let server = Busy::start(log.clone()).await.unwrap();
    server.cast("one").unwrap();
    server.cast("two").unwrap();
    log.times("after it", 2).await;
    assert_eq!(
        log.all(),
        [
            "init",
            "continued",
            "and again",
            "one",
            "after it",
            "two",
            "after it"
        ]
    );
}

#[registry_runtime::test(start_paused = true)]
async fn a_bounded_mailbox_refuses_casts_and_holds_calls_up() {
    let log = Log::new();
    let server = Busy::start(log.clone()).await.unwrap();
    let gate = Gate::shut();
    let waiting = tokio::spawn(server.wait(gate.clone()));
    log.until("waits").await;
    for _ in 0..3 {
        server.send(Note("taken")).unwrap();
    }
    assert_eq!(server.cast("refused"), Err(CastError::Full));
    assert_eq!(server.send(Note("refused")), Err(SendError::Full));
    assert_eq!(server.pid().send(Note("refused")), Err(SendError::Full));
    let short = server.clone().timeout(Duration::from_secs(1));
    assert_eq!(
        short.trap().await,
        Err(CallError::Timeout),
        "no room in time"
    );
    let call = tokio::spawn(server.trap());
    settle().await;
    gate.open();
    assert_eq!(
        call.await.unwrap(),
        Ok((false, true)),
        "it waited, and was not lost"
    );
    waiting.await.unwrap().unwrap();
    assert_eq!((log.count("taken"), log.count("refused")), (3, 0));
    assert_eq!(server.pid().info().unwrap().mailbox, 0);
}

/// The limit is for messages of others; seen to fail with `Down` pushed as they are.
#[registry_runtime::test]
async fn the_news_of_a_death_a_status_and_a_stop_go_into_a_full_mailbox() {
    let log = Log::new();
    let server = Busy::start(log.clone()).await.unwrap();
    let other = spawn(async |mut ctx: Process<()>| ctx.recv().await);
    server.watch(other.pid()).await.unwrap();
    let gate = Gate::shut();
    let waiting = tokio::spawn(server.wait(gate.clone()));
    log.until("waits").await;
    for _ in 0..3 {
        server.send(Note("taken")).unwrap();
    }
    assert_eq!(server.send(Note("refused")), Err(SendError::Full));
    other.pid().exit(ExitReason::Kill);
    other.ended().await;
    let status = tokio::spawn(server.status());
    settle().await;
    let stop = tokio::spawn(server.stop(ExitReason::Normal));
    settle().await;
    gate.open();
    waiting.await.unwrap().unwrap();
    status.await.unwrap().unwrap();
    stop.await.unwrap().unwrap();
    let end = ["taken", "taken", "taken", "down killed", "terminate normal"];
    assert!(
        log.all().ends_with(&end.map(str::to_owned)),
        "{:?}",
        log.all()
    );
}

#[registry_runtime::test(start_paused = true)]
async fn the_call_timeout_is_the_servers_unless_the_caller_says_otherwise() {
    let server = Busy::start(Log::new()).await.unwrap();
    for (client, expected) in [
        (server.clone(), Duration::from_secs(2)),
        (
            server.clone().timeout(Duration::from_millis(50)),
            Duration::from_millis(50),
        ),
    ] {
        let begun = tokio::time::Instant::now();
        assert_eq!(client.wait(Gate::shut()).await, Err(CallError::Timeout));
        assert_eq!(begun.elapsed(), expected);
    }
}

#[registry_runtime::test(start_paused = true)]
async fn an_idle_timeout_fires_once_and_can_be_taken_back() {
    let log = Log::new();
    let server = Busy::start(log.clone()).await.unwrap();
    server.idle(Some(Duration::from_secs(10))).await.unwrap();
    log.until("idle").await;
    tokio::time::sleep(Duration::from_secs(100)).await;
    assert_eq!(log.count("idle"), 1);
    server.idle(Some(Duration::from_secs(10))).await.unwrap();
    server.idle(None).await.unwrap();
    tokio::time::sleep(Duration::from_secs(100)).await;
    assert_eq!(log.count("idle"), 1);
}

#[registry_runtime::test(start_paused = true)]
async fn a_timer_can_be_cancelled_until_it_is_over() {
    let log = Log::new();
    let server = Busy::start(log.clone()).await.unwrap();
    let (left, again) = server.timers().await.unwrap();
    assert_eq!((left, again), (Some(Duration::from_secs(3_600)), None));
    log.until("at once").await;
    tokio::time::sleep(Duration::from_secs(9_999)).await;
    assert_eq!((log.count("first"), log.count("never")), (0, 0));
}

#[registry_runtime::test]
async fn an_unexpected_message_is_dropped_and_does_no_harm() {
    struct Unknown;
    let server = Busy::start(Log::new()).await.unwrap();
    server.pid().send(Unknown).unwrap();
    server.pid().send(Note("known")).unwrap();
    assert_eq!(server.trap().await, Ok((false, true)));
}

#[registry_runtime::test]
async fn a_server_that_traps_exits_ends_with_its_parent_all_the_same() {
    for reason in [ExitReason::Normal, ExitReason::Shutdown] {
        let log = Log::new();
        let (noted, why) = (log.clone(), reason.clone());
        let server = in_process(async move |ctx: Process<()>| {
            let server = Busy::start_link(noted).await.unwrap();
            server.trap().await.unwrap();
            ctx.exit(server.pid(), ExitReason::error("a word from the parent"));
            server
        });
        let server = server.await;
        let _ = why;
        assert_eq!(
            server.ended().await,
            ExitReason::error("a word from the parent")
        );
        log.until("terminate error: a word from the parent").await;
    }
}

#[registry_runtime::test]
async fn a_trapped_exit_of_anyone_else_is_a_message() {
    let log = Log::new();
    let server = Busy::start(log.clone()).await.unwrap();
    server.trap().await.unwrap();
    server.exit(ExitReason::Normal);
    server.exit(ExitReason::error("why"));
    log.until("exit error: why").await;
    assert_eq!(log.count("exit normal"), 1);
    server.stop(ExitReason::Normal).await.unwrap();
}

#[registry_runtime::test]
async fn a_server_survives_the_normal_end_of_its_starter_unless_it_traps_exits() {
    let (log, trapping) = (Log::new(), Log::new());
    let logs = (log.clone(), trapping.clone());
    let servers = in_process(async move |_: Process<()>| {
        let server = Busy::start_link(logs.0).await.unwrap();
        let traps = Busy::start_link(logs.1).await.unwrap();
        traps.trap().await.unwrap();
        (server, traps)
    });
    let (server, traps) = servers.await;
    assert_eq!(traps.ended().await, ExitReason::Normal);
    settle().await;
    assert!(server.is_alive());
    assert_eq!(
        (
            log.count("terminate normal"),
            trapping.count("terminate normal")
        ),
        (0, 1)
    );
}

#[registry_runtime::test]
async fn a_server_is_told_of_deaths_until_it_says_otherwise() {
    let log = Log::new();
    let server = Busy::start(log.clone()).await.unwrap();
    let other = spawn(async |mut ctx: Process<()>| ctx.recv().await);
    let monitor = server.watch(other.pid()).await.unwrap();
    let taken_back = server.watch(other.pid()).await.unwrap();
    assert_ne!(monitor, taken_back);
    assert_eq!(server.unwatch(taken_back).await, Ok((true, false)));
    other.pid().exit(ExitReason::Shutdown);
    log.until("down shutdown").await;
    server.watch(other.pid()).await.unwrap();
    log.until("down no process").await;
    assert_eq!(log.count("down shutdown"), 1);
}

#[registry_runtime::test]
async fn an_init_that_ignores_harms_nobody_and_one_that_fails_is_an_exit_of_its_own() {
    #[gen_server]
    struct Refuses {
        reason: ExitReason,
    }
    #[gen_server]
    impl Refuses {
        fn init(&mut self) -> Result<(), ExitReason> {
            Err(self.reason.clone())
        }
    }
    in_process(async |_: Process<()>| {
        let error = Refuses::start_link(ExitReason::Ignore).await.unwrap_err();
        assert_eq!(error, StartError::Ignored);
        settle().await;
    })
    .await;
    let starter = spawn(async |mut ctx: Process<()>| {
        Refuses::start_link(ExitReason::error("no"))
            .await
            .unwrap_err();
        ctx.recv().await;
    });
    assert_eq!(
        starter.ended().await,
        ExitReason::error("no"),
        "as any process that is linked"
    );
}

#[registry_runtime::test]
async fn an_init_may_stop_the_server_after_a_start_that_worked() {
    #[gen_server]
    struct Brief {}
    #[gen_server]
    impl Brief {
        fn init(&mut self, ctx: &mut Ctx<Self>) {
            ctx.stop(ExitReason::shutdown_with("brief"));
        }
    }
    let server = Brief::start().await.unwrap();
    assert_eq!(server.ended().await, ExitReason::shutdown_with("brief"));
}

#[test]
fn a_start_without_a_runtime_is_an_error() {
    let mut start = std::pin::pin!(Busy::start(Log::new()));
    let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
    let std::task::Poll::Ready(result) = start.as_mut().poll(&mut cx) else {
        panic!("it waits")
    };
    assert_eq!(result.unwrap_err(), StartError::NoRuntime);
}

#[test]
fn handlers_are_methods_that_need_no_runtime() {
    let mut stack = Stack {
        name: "a".to_owned(),
        items: vec!["x"],
        never_answered: Vec::new(),
    };
    stack.push("y");
    assert_eq!(
        (stack.pop(), stack.pop(), stack.pop()),
        (Some("y"), Some("x"), None)
    );
}

#[test]
fn a_thread_that_is_blocked_holds_up_no_time_out_of_who_has_called_from_it() {
    #[gen_server]
    struct Silent {
        #[default]
        asked: Vec<ReplyTo<()>>,
    }
    #[gen_server]
    impl Silent {
        #[call]
        fn ask(&mut self, reply: ReplyTo<()>) {
            self.asked.push(reply);
        }
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_time()
        .build()
        .unwrap();
    runtime.block_on(async {
        let silent = Silent::start().await.unwrap();
        let hasty = silent.timeout(Duration::from_millis(50));
        let (hands_over, handed_over) = tokio::sync::oneshot::channel();
        let (unblocks, unblocked) = std::sync::mpsc::channel();
        let blocked = tokio::spawn(async move {
            let mut call = Box::pin(hasty.ask());
            let sent = std::future::poll_fn(|cx| std::task::Poll::Ready(call.as_mut().poll(cx)));
            assert!(sent.await.is_pending());
            hands_over.send(call).unwrap();
            unblocked.recv()
        });
        let answer = handed_over.await.unwrap().await;
        unblocks.send(()).unwrap();
        assert_eq!(answer, Err(CallError::Timeout));
        assert_eq!(blocked.await.unwrap(), Ok(()));
    });
}

#[registry_runtime::test(start_paused = true)]
async fn a_call_that_waits_for_room_may_be_handed_on_and_its_answer_wakes_who_has_it() {
    #[gen_server(mailbox = 1)]
    struct Narrow {}
    #[gen_server]
    impl Narrow {
        #[call]
        async fn wait(&mut self, gate: Gate) {
            gate.pass().await;
        }
        #[call]
        fn touch(&mut self) {}
        #[cast]
        fn nudge(&mut self) {}
    }
    let (narrow, gate) = (Narrow::start().await.unwrap(), Gate::shut());
    let waits = tokio::spawn(narrow.wait(gate.clone()));
    settle().await;
    narrow.nudge().unwrap();
    let asked = narrow.clone();
    let call = in_process(async move |_: Process<()>| {
        let mut call = Box::pin(asked.touch());
        let first = std::future::poll_fn(|cx| std::task::Poll::Ready(call.as_mut().poll(cx)));
        assert!(first.await.is_pending(), "there is no room");
        Some(call)
    });
    let answer = tokio::spawn(call.await.unwrap());
    settle().await;
    let opened = tokio::time::Instant::now();
    gate.open();
    assert_eq!(answer.await.unwrap(), Ok(()));
    assert_eq!(
        opened.elapsed(),
        Duration::ZERO,
        "its time-out has woken it"
    );
    assert_eq!(waits.await.unwrap(), Ok(()));
}
