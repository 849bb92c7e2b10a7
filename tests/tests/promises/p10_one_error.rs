//! Promise 10: one bad thing is one error: never an abort, a hang, or a lost entry of someone else.
//!
//! Seen to fail: `finish` dropped the messages left, and `Ctx` those taken out, without catching their
//! panics (the program was aborted); a claim that panicked left its process in the table. Not seen: a
//! state that is dropped without, since the task's own `Drop` ends the process then.
//!
//! In here are panics, exits and crash loops of servers. The promise's other parts are tested beside their
//! like: bad options in `registry/options.rs`, `partition_supervisor/start.rs` and `supervisor.rs`
//! (`a_significant_child_that_could_never_matter_is_an_error`); full mailboxes in `gen_server.rs`
//! (`a_bounded_mailbox_refuses_casts_and_holds_calls_up`); callbacks and values that panic in
//! `registry/reentry.rs`, and in `callbacks.rs` of the registry's own tests.

use std::fmt;

use registry_runtime::prelude::*;
use registry_tests::{Bomb, Gate, Log, eventually, panic_message, processes, settle};

registry! { Names, keys = unique, key = String }

#[gen_server(registry = Names, key = "server:<name>")]
struct Server {
    name: String,
    log: Log,
    _bomb: Option<Bomb>,
}

#[gen_server]
impl Server {
    fn init(&mut self) {
        self.log.add(format!("init {}", self.name));
    }

    #[call]
    async fn hang(&mut self) {
        self.log.add("hangs");
        std::future::pending::<()>().await;
    }

    #[cast]
    async fn wait(&mut self, gate: Gate) {
        self.log.add("waits");
        gate.pass().await;
    }

    #[cast]
    fn take(&mut self, _bomb: Bomb) {}

    #[call]
    fn give(
        &mut self,
        reply: ReplyTo<Bomb>,
        parked: tokio::sync::mpsc::UnboundedSender<ReplyTo<Bomb>>,
    ) {
        parked.send(reply).unwrap();
    }

    #[call]
    fn ping(&self) -> &'static str {
        "pong"
    }

    fn terminate(&mut self) {
        self.log.add(format!("terminate {}", self.name));
    }
}

async fn start(name: &str, log: &Log, bomb: Option<Bomb>) -> ServerRef<Server> {
    Server::start(name.to_owned(), log.clone(), bomb)
        .await
        .unwrap()
}

/// A server that must come to no harm.
async fn with_bystander() -> (ServerRef<Server>, Log) {
    Names::start_link().await.unwrap();
    let log = Log::new();
    (start("bystander", &log, None).await, log)
}

async fn assert_unharmed(bystander: &ServerRef<Server>) {
    assert_eq!(Server::via("bystander").whereis(), Some(bystander.pid()));
    assert_eq!(bystander.ping().await, Ok("pong"));
    eventually(|| processes() == 2).await;
    assert_eq!(Names::count(), 1);
}

#[registry_runtime::test]
async fn a_panic_in_the_drop_of_the_state() {
    let (bystander, log) = with_bystander().await;
    for reason in [ExitReason::Kill, ExitReason::Shutdown] {
        let server = start("a", &log, Some(Bomb("in the state"))).await;
        let call = tokio::spawn(server.hang());
        log.times("hangs", 1).await;
        log.take();
        server.exit(reason.clone());
        let told = server.ended().await;
        let expected = if reason == ExitReason::Kill {
            ExitReason::Killed
        } else {
            reason
        };
        assert_eq!(told, expected, "why it ended is not changed");
        assert_eq!(call.await.unwrap(), Err(CallError::Exited(told)));
        assert_unharmed(&bystander).await;
    }
}

/// A server without `init`.
#[gen_server]
struct Bare {
    _bomb: Bomb,
}

#[gen_server]
impl Bare {}

/// An error that shares something.
#[derive(Debug)]
struct Sharing {
    _shared: std::sync::Arc<()>,
}

impl fmt::Display for Sharing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an error")
    }
}

impl std::error::Error for Sharing {}

#[registry_runtime::test]
async fn a_panic_in_the_drop_of_the_state_leaks_no_reason() {
    Names::start_link().await.unwrap();
    let shared = std::sync::Arc::new(());
    let reason = || {
        ExitReason::error(Sharing {
            _shared: shared.clone(),
        })
    };
    let log = Log::new();
    let server = start("a", &log, Some(Bomb("in the state"))).await;
    server.exit(reason());
    server.ended().await;
    drop(server);
    eventually(|| std::sync::Arc::strong_count(&shared) == 1).await;
    let bare = Bare::start(Bomb("in the state")).await.unwrap();
    bare.exit(reason());
    bare.ended().await;
    drop(bare);
    eventually(|| std::sync::Arc::strong_count(&shared) == 1).await;
}

#[registry_runtime::test]
async fn panics_in_the_drops_of_messages_and_of_the_state_at_once() {
    for kill in [true, false] {
        let (bystander, log) = with_bystander().await;
        let server = start("a", &log, Some(Bomb("in the state"))).await;
        let gate = Gate::shut();
        // Taken out of the mailbox in one batch, of which the first is in its handler.
        server.wait(gate.clone()).unwrap();
        server.take(Bomb("in the batch")).unwrap();
        server.take(Bomb("in the batch, too")).unwrap();
        log.until("waits").await;
        // Still in the mailbox.
        server.take(Bomb("in the mailbox")).unwrap();
        server.take(Bomb("in the mailbox, too")).unwrap();
        let call = tokio::spawn(server.ping());
        eventually(|| server.pid().info().is_some_and(|info| info.mailbox == 5)).await;
        server.exit(if kill {
            ExitReason::Kill
        } else {
            ExitReason::Shutdown
        });
        let told = server.ended().await;
        assert_eq!(
            told,
            if kill {
                ExitReason::Killed
            } else {
                ExitReason::Shutdown
            }
        );
        assert_eq!(call.await.unwrap(), Err(CallError::Exited(told)));
        assert_unharmed(&bystander).await;
        Names::pid().unwrap().exit(ExitReason::Shutdown);
        eventually(|| processes() == 0).await;
    }
}

#[registry_runtime::test]
async fn panics_in_the_drops_of_timers_and_of_messages_that_were_passed_over() {
    let process = spawn(async |mut ctx: Process<Bomb>| {
        ctx.send_after(std::time::Duration::from_secs(9), Bomb("a timer"));
        ctx.send_after(std::time::Duration::from_secs(9), Bomb("another"));
        let _: Down = ctx.recv_info().await;
    });
    process.send(Bomb("passed over")).unwrap();
    process.send(Bomb("passed over, too")).unwrap();
    settle().await;
    process.pid().exit(ExitReason::Kill);
    assert_eq!(process.ended().await, ExitReason::Killed);
    assert_eq!(processes(), 0);
}

#[registry_runtime::test]
async fn a_panic_in_the_drop_of_a_message_that_a_handler_took() {
    let (bystander, log) = with_bystander().await;
    let server = start("a", &log, None).await;
    server.take(Bomb("in the handler")).unwrap();
    let reason = server.ended().await;
    assert_eq!(panic_message(&reason), Some("in the handler"));
    assert_eq!(log.count("terminate a"), 1);
    assert_unharmed(&bystander).await;
}

#[registry_runtime::test]
async fn a_panic_in_the_drop_of_a_reply_is_that_of_whoever_drops_it() {
    let (bystander, _) = with_bystander().await;
    let (to, mut parked) = tokio::sync::mpsc::unbounded_channel();
    let call = tokio::spawn(bystander.give(to.clone()));
    let reply = parked.recv().await.unwrap();
    call.abort();
    let _ = call.await;
    // Nobody waits: it is dropped where it is sent from.
    let late = tokio::spawn(async move { reply.send(Bomb("late")) });
    assert!(late.await.unwrap_err().is_panic());
    // The caller took it, and drops it.
    let call = tokio::spawn(bystander.give(to));
    parked.recv().await.unwrap().send(Bomb("taken"));
    let took = tokio::spawn(async move { drop(call.await) });
    assert!(took.await.unwrap_err().is_panic());
    assert_unharmed(&bystander).await;
}

#[registry_runtime::test]
async fn a_panic_in_terminate_and_a_panic_with_a_payload_that_panics() {
    #[gen_server]
    struct Bad {}
    #[gen_server]
    impl Bad {
        #[cast]
        fn crash(&mut self) {
            std::panic::panic_any(Bomb("in the payload"));
        }
        fn terminate(&mut self) {
            panic!("in terminate");
        }
    }
    let (bystander, _) = with_bystander().await;
    let server = Bad::start().await.unwrap();
    assert_eq!(server.stop(ExitReason::Normal).await, Ok(()));
    let server = Bad::start().await.unwrap();
    server.crash().unwrap();
    let reason = server.ended().await;
    assert_eq!(
        panic_message(&reason),
        Some("a panic whose payload is not text")
    );
    assert_unharmed(&bystander).await;
}

/// A part of a key whose text cannot be made.
#[derive(Clone)]
struct Unspeakable;

impl fmt::Display for Unspeakable {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic!("in Display");
    }
}

#[gen_server(registry = Names, key = "x:<part>")]
struct Unnamed {
    part: Unspeakable,
}

#[gen_server]
impl Unnamed {}

#[registry_runtime::test]
async fn a_panic_in_the_making_of_a_name() {
    let (bystander, _) = with_bystander().await;
    let error = Unnamed::start(Unspeakable).await.unwrap_err();
    let StartError::Init(reason) = error else {
        panic!("{error:?}")
    };
    assert_eq!(panic_message(&reason), Some("in Display"));
    let supervisor = DynamicSupervisor::builder().start().unwrap();
    let error = supervisor
        .start_child(Unnamed::child_spec(Unspeakable))
        .await
        .unwrap_err();
    assert!(matches!(error, StartError::Init(_)), "{error:?}");
    assert_eq!(supervisor.count_children().specs, 0);
    supervisor.shutdown().await;
    assert_unharmed(&bystander).await;
}

/// Arguments that can be cloned so many times.
#[derive(Debug)]
struct Clones(std::sync::Arc<std::sync::atomic::AtomicUsize>);

impl Clone for Clones {
    fn clone(&self) -> Self {
        use std::sync::atomic::Ordering::SeqCst;
        let left = self
            .0
            .fetch_update(SeqCst, SeqCst, |left| left.checked_sub(1));
        assert!(left.is_ok(), "a clone too many");
        Self(self.0.clone())
    }
}

#[gen_server]
struct Cloned {
    _clones: Clones,
}

#[gen_server]
impl Cloned {}

#[registry_runtime::test]
async fn a_panic_in_the_clone_of_a_childs_arguments_is_a_start_that_failed() {
    let (bystander, _) = with_bystander().await;
    for allowed in [0, 1] {
        let spec = || {
            let clones = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(allowed));
            Cloned::child_spec(Clones(clones))
        };
        // As a restart that fails, it is tried again until that is too often.
        let supervisor = SupervisorSpec::new("fixed").start().await.unwrap();
        match supervisor.start_child(spec()).await {
            Err(StartError::Init(reason)) => {
                assert_eq!(allowed, 0);
                assert_eq!(panic_message(&reason), Some("a clone too many"));
                supervisor.shutdown().await;
            }
            Ok(child) => {
                assert_eq!(allowed, 1);
                child.exit(ExitReason::Kill);
                assert_eq!(supervisor.wait().await, ExitReason::Shutdown);
            }
            other => panic!("{other:?}"),
        }
        assert_unharmed(&bystander).await;
    }
    let clones = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(2));
    let dynamic = DynamicSupervisor::builder().start().unwrap();
    let child = dynamic
        .start_any(Cloned::child_spec(Clones(clones)))
        .await
        .unwrap();
    child.exit(ExitReason::Kill);
    assert_eq!(dynamic.wait().await, ExitReason::Shutdown);
    assert_unharmed(&bystander).await;
}

#[registry_runtime::test]
async fn an_exit_during_init() {
    let (bystander, log) = with_bystander().await;
    #[gen_server]
    struct Exits {
        log: Log,
    }
    #[gen_server]
    impl Exits {
        async fn init(&mut self, ctx: &mut Ctx<Self>) {
            ctx.exit(ctx.pid(), ExitReason::shutdown_with("not today"));
            tokio::task::yield_now().await;
            self.log.add("went on");
        }
        fn terminate(&mut self) {
            self.log.add("terminate");
        }
    }
    let error = Exits::start(log.clone()).await.unwrap_err();
    assert_eq!(
        error,
        StartError::Init(ExitReason::shutdown_with("not today"))
    );
    assert_eq!((log.count("went on"), log.count("terminate")), (0, 0));
    assert_unharmed(&bystander).await;
}

#[registry_runtime::test(start_paused = true)]
async fn a_crash_loop_ends_its_supervisor_and_nobody_else() {
    let (bystander, _) = with_bystander().await;
    #[gen_server(registry = Names, key = "loops")]
    struct Loops {
        log: Log,
    }
    #[gen_server]
    impl Loops {
        fn init(&mut self, ctx: &mut Ctx<Self>) {
            self.log.add("init");
            ctx.continue_with(Again);
        }
        #[info]
        fn again(&mut self, _again: Again) {
            panic!("again");
        }
    }
    struct Again;
    let log = Log::new();
    let inner = SupervisorSpec::new("inner")
        .max_restarts(2)
        .child(Loops::child_spec(log.clone()));
    let outer = SupervisorSpec::new("outer")
        .max_restarts(3)
        .child(inner)
        .start()
        .await
        .unwrap();
    assert_eq!(outer.wait().await, ExitReason::Shutdown);
    assert_eq!(log.count("init"), 12, "3 each of the inner, 4 of these");
    assert_unharmed(&bystander).await;
    let dynamic = DynamicSupervisor::builder()
        .max_restarts(7)
        .start()
        .unwrap();
    let log = Log::new();
    let _ = dynamic.start_child(Loops::child_spec(log.clone())).await;
    assert_eq!(dynamic.wait().await, ExitReason::Shutdown);
    assert_eq!(log.count("init"), 8);
    assert_unharmed(&bystander).await;
}
