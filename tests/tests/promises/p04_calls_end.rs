//! Promise 4: every call ends: in its answer, or in an error that says why there is none.
//!
//! Seen to fail: `ReplyTo` did nothing when it was dropped (every wait for a death hung); the answer
//! of a call that was lost came before the names had left; the note of whom one waits for kept one call in flight only;
//! `Call` did not look at its deadline; a wait was noted of the process that made a call instead of the one that
//! awaited it.

use std::time::Duration;

use std::pin::Pin;

use registry_runtime::prelude::*;
use registry_tests::{Gate, Log, eventually, settle};

registry! { Names, keys = unique, key = String }

#[gen_server(registry = Names, key = "server:<name>")]
struct Server {
    name: String,
    log: Log,
    #[default]
    parked: Vec<ReplyTo<u32>>,
}

#[gen_server]
impl Server {
    #[call]
    fn add(&mut self, a: u32, b: u32) -> u32 {
        self.log.add("add");
        a + b
    }

    #[call]
    async fn hang(&mut self, gate: Gate) -> u32 {
        self.log.add("hangs");
        gate.pass().await;
        self.log.add("went on");
        7
    }

    #[call]
    fn park(&mut self, reply: ReplyTo<u32>) {
        self.parked.push(reply);
        self.log.add("parked");
    }

    #[cast]
    fn unpark(&mut self) {
        self.parked.drain(..).for_each(|reply| reply.send(1));
    }

    #[cast]
    fn forget(&mut self) {
        self.parked.clear();
    }

    #[cast]
    fn hand_over(&mut self, to: tokio::sync::mpsc::UnboundedSender<ReplyTo<u32>>) {
        self.parked
            .drain(..)
            .for_each(|reply| to.send(reply).unwrap());
    }

    #[call]
    fn panic_now(&mut self) -> u32 {
        panic!("asked to");
    }

    #[cast]
    fn crash(&mut self) {
        panic!("asked to");
    }

    /// Calls the others one after the other, by name.
    #[call]
    async fn relay(&mut self, mut path: Vec<String>) -> Result<u32, CallError> {
        if path.is_empty() {
            return Ok(42);
        }
        let next = path.remove(0);
        Server::via(&next).relay(path).await?
    }

    /// Calls two at the same time, of which the second calls back.
    #[call]
    async fn fan(&mut self, quick: String, slow: String, gate: Gate) -> Answer {
        let quick = async {
            let _ = Server::via(&quick).add(1, 2).await;
            self.log.add("first over");
        };
        tokio::join!(quick, Server::via(&slow).call_back(gate, self.name.clone())).1?
    }

    #[call]
    async fn call_back(&mut self, gate: Gate, name: String) -> Answer {
        self.log.add("about to call back");
        gate.pass().await;
        Server::via(&name).add(1, 2).await
    }

    /// Starts a server whose `init` calls this one.
    #[call]
    async fn start_child(&mut self) -> Result<(), StartError> {
        Child::start(self.name.clone()).await.map(drop)
    }

    /// Calls several at the same time.
    #[call]
    async fn both(
        &mut self,
        first: String,
        gate: Gate,
        second: String,
    ) -> (Result<u32, CallError>, Result<u32, CallError>) {
        let first = Server::via(&first).hang(gate);
        let second = Server::via(&second).add(1, 2);
        tokio::join!(first, second)
    }
}

/// Its `init` calls another server.
#[gen_server]
struct Child {
    calls: String,
}

#[gen_server]
impl Child {
    async fn init(&mut self) -> Result<(), ExitReason> {
        let answer = Server::via(&self.calls).add(1, 2).await;
        answer.map(drop).map_err(ExitReason::error)
    }
}

async fn start(name: &str, log: &Log) -> ServerRef<Server> {
    Server::start(name.to_owned(), log.clone()).await.unwrap()
}

async fn names(names: &[&str]) -> Log {
    Names::start_link().await.unwrap();
    let log = Log::new();
    for name in names {
        start(name, &log).await;
    }
    log
}

type Answer = Result<u32, CallError>;

/// A call in a task, that tells how many names were left when it ended.
fn calling(
    call: impl Future<Output = Answer> + Send + 'static,
) -> tokio::task::JoinHandle<(Answer, usize)> {
    tokio::spawn(async move { (call.await, Names::count()) })
}

#[registry_runtime::test]
async fn in_not_running_when_nobody_has_the_name_or_the_server_has_ended() {
    let log = names(&[]).await;
    assert_eq!(
        Server::via("nobody").add(1, 1).await,
        Err(CallError::NotRunning)
    );
    assert_eq!(Server::via("nobody").forget(), Err(CastError::NotRunning));
    let server = start("a", &log).await;
    server.stop(ExitReason::Normal).await.unwrap();
    assert_eq!(server.add(1, 1).await, Err(CallError::NotRunning));
    assert_eq!(server.forget(), Err(CastError::NotRunning));
    assert_eq!(
        server.stop(ExitReason::Normal).await,
        Err(CallError::NotRunning)
    );
}

#[registry_runtime::test]
async fn in_exited_when_the_server_dies_with_the_call_in_its_mailbox() {
    let log = names(&["a"]).await;
    let first = calling(Server::via("a").hang(Gate::shut()));
    log.until("hangs").await;
    let second = calling(Server::via("a").add(1, 2));
    eventually(|| {
        Server::via("a")
            .whereis()
            .and_then(Pid::info)
            .is_some_and(|info| info.mailbox == 1)
    })
    .await;
    Server::via("a").exit(ExitReason::Shutdown);
    let exited = (Err(CallError::Exited(ExitReason::Shutdown)), 0);
    assert_eq!(first.await.unwrap(), exited);
    assert_eq!(second.await.unwrap(), exited);
}

#[registry_runtime::test]
async fn a_call_is_not_sent_again_to_a_successor() {
    let log = names(&["a"]).await;
    let _hangs = tokio::spawn(Server::via("a").hang(Gate::shut()));
    log.until("hangs").await;
    let made = Server::via("a").add(1, 2);
    let sent = tokio::spawn(Server::via("a").add(1, 2));
    eventually(|| {
        Server::via("a")
            .whereis()
            .and_then(Pid::info)
            .is_some_and(|info| info.mailbox == 1)
    })
    .await;
    let first = Server::via("a").server_ref().unwrap();
    first.exit(ExitReason::Kill);
    first.ended().await;
    start("a", &log).await;
    // Whom the one goes to was settled when it was made, and the other has been sent.
    assert_eq!(made.await, Err(CallError::NotRunning));
    assert_eq!(
        sent.await.unwrap(),
        Err(CallError::Exited(ExitReason::Killed))
    );
    assert_eq!(Server::via("a").add(1, 2).await, Ok(3));
    assert_eq!(log.count("add"), 1, "the successor ran its own call alone");
}

#[registry_runtime::test]
async fn in_exited_when_the_server_dies_in_the_handler() {
    for (reason, told) in [
        (ExitReason::Kill, ExitReason::Killed),
        (ExitReason::Shutdown, ExitReason::Shutdown),
        (
            ExitReason::error("out of luck"),
            ExitReason::error("out of luck"),
        ),
    ] {
        let log = names(&["a"]).await;
        let call = calling(Server::via("a").hang(Gate::shut()));
        log.until("hangs").await;
        Server::via("a").exit(reason);
        assert_eq!(call.await.unwrap(), (Err(CallError::Exited(told)), 0));
        Names::pid().unwrap().exit(ExitReason::Shutdown);
        eventually(|| !Names::is_running()).await;
    }
}

#[registry_runtime::test]
async fn in_exited_when_the_handler_panics() {
    names(&["a"]).await;
    let (answer, left) = calling(Server::via("a").panic_now()).await.unwrap();
    assert_eq!(left, 0);
    let Err(CallError::Exited(ExitReason::Panic(info))) = answer else {
        panic!("{answer:?}")
    };
    assert_eq!(info.message(), "asked to");
    assert!(
        info.location()
            .is_some_and(|at| at.contains("p04_calls_end.rs")),
        "{info:?}"
    );
}

#[registry_runtime::test]
async fn in_exited_when_the_server_dies_with_the_reply_parked_in_its_state() {
    for crash in [true, false] {
        let log = names(&["a"]).await;
        let call = calling(Server::via("a").park());
        log.until("parked").await;
        if crash {
            Server::via("a").crash().unwrap();
        } else {
            Server::via("a").exit(ExitReason::Kill);
        }
        let (answer, left) = call.await.unwrap();
        assert!(matches!(answer, Err(CallError::Exited(_))), "{answer:?}");
        assert_eq!(left, 0);
        Names::pid().unwrap().exit(ExitReason::Shutdown);
        eventually(|| !Names::is_running()).await;
    }
}

#[registry_runtime::test]
async fn in_no_reply_as_soon_as_the_reply_is_dropped_unsent() {
    let log = names(&["a"]).await;
    let call = calling(Server::via("a").park());
    log.until("parked").await;
    Server::via("a").forget().unwrap();
    assert_eq!(call.await.unwrap(), (Err(CallError::NoReply), 1));
    assert_eq!(
        Server::via("a").add(1, 2).await,
        Ok(3),
        "the server goes on"
    );
}

#[registry_runtime::test(start_paused = true)]
async fn in_no_reply_when_a_task_that_took_the_reply_over_panics() {
    let log = names(&["a"]).await;
    let call = calling(Server::via("a").park());
    log.until("parked").await;
    let (to, mut replies) = tokio::sync::mpsc::unbounded_channel();
    Server::via("a").hand_over(to).unwrap();
    let reply = replies.recv().await.unwrap();
    let task = tokio::spawn(async move {
        let _reply = reply;
        panic!("the task's own");
    });
    task.await.unwrap_err();
    assert_eq!(call.await.unwrap(), (Err(CallError::NoReply), 1));
}

#[registry_runtime::test(start_paused = true)]
async fn in_no_reply_when_another_server_that_took_the_reply_over_panics() {
    let log = names(&["a"]).await;
    let call = calling(Server::via("a").park());
    log.until("parked").await;
    let (to, mut replies) = tokio::sync::mpsc::unbounded_channel();
    Server::via("a").hand_over(to).unwrap();
    let reply = replies.recv().await.unwrap();
    let other = spawn(async move |_: Process<()>| {
        let _reply = reply;
        panic!("the other's own");
    });
    other.ended().await;
    assert_eq!(call.await.unwrap(), (Err(CallError::NoReply), 1));
}

#[registry_runtime::test(start_paused = true)]
async fn in_timeout_and_a_late_reply_is_dropped() {
    let log = names(&["a"]).await;
    let gate = Gate::shut();
    let begun = tokio::time::Instant::now();
    assert_eq!(
        Server::via("a").hang(gate.clone()).await,
        Err(CallError::Timeout)
    );
    assert_eq!(begun.elapsed(), Duration::from_secs(5));
    gate.open();
    log.until("went on").await;
    assert_eq!(
        Server::via("a").add(1, 2).await,
        Ok(3),
        "the late 7 is not taken for it"
    );
}

#[registry_runtime::test(start_paused = true)]
async fn in_timeout_when_the_server_takes_long_to_end() {
    #[gen_server]
    struct Lingers {
        log: Log,
    }
    #[gen_server]
    impl Lingers {
        #[call]
        async fn hang(&mut self) {
            self.log.add("hangs");
            std::future::pending::<()>().await;
        }
        async fn terminate(&mut self) {
            std::future::pending::<()>().await;
        }
    }
    let log = Log::new();
    let server = Lingers::start(log.clone()).await.unwrap();
    let call = tokio::spawn(server.hang());
    log.until("hangs").await;
    server.exit(ExitReason::Shutdown);
    assert_eq!(call.await.unwrap(), Err(CallError::Timeout));
    server.exit(ExitReason::Kill);
    assert_eq!(server.ended().await, ExitReason::Killed);
}

#[registry_runtime::test]
async fn a_call_that_is_dropped_does_no_harm_and_may_still_run() {
    let log = names(&["a"]).await;
    let gate = Gate::shut();
    let hanging = tokio::spawn(Server::via("a").hang(gate.clone()));
    log.until("hangs").await;
    let dropped = tokio::spawn(Server::via("a").add(1, 2));
    eventually(|| {
        Server::via("a")
            .whereis()
            .and_then(Pid::info)
            .is_some_and(|info| info.mailbox == 1)
    })
    .await;
    dropped.abort();
    hanging.abort();
    assert!(dropped.await.unwrap_err().is_cancelled());
    gate.open();
    log.until("add").await;
    assert_eq!(Server::via("a").add(2, 2).await, Ok(4));
    // One that was never polled is never sent.
    drop(Server::via("a").add(3, 3));
    settle().await;
    assert_eq!(log.count("add"), 2);
}

#[registry_runtime::test]
async fn a_reply_tells_whether_anyone_still_waits_for_it() {
    let log = names(&["a"]).await;
    let call = tokio::spawn(Server::via("a").park());
    log.until("parked").await;
    let (to, mut replies) = tokio::sync::mpsc::unbounded_channel();
    Server::via("a").hand_over(to).unwrap();
    let reply = replies.recv().await.unwrap();
    assert!(!reply.is_closed());
    call.abort();
    assert!(call.await.unwrap_err().is_cancelled());
    assert!(reply.is_closed());
    reply.send(1);
}

fn assert_deadlock(answer: Answer, length: usize) {
    let Err(CallError::Deadlock(path)) = answer else {
        panic!("{answer:?}")
    };
    assert_eq!(path.pids().count(), length, "{path}");
}

#[registry_runtime::test(start_paused = true)]
async fn in_deadlock_at_once_round_a_cycle_of_any_length() {
    let all = ["a", "b", "c", "d", "e"];
    names(&all).await;
    let begun = tokio::time::Instant::now();
    for length in 1..=all.len() {
        let mut path: Vec<String> = all[1..length]
            .iter()
            .map(|name| (*name).to_owned())
            .collect();
        path.push("a".to_owned());
        assert_deadlock(Server::via("a").relay(path).await.unwrap(), length);
    }
    // A line is no cycle, and one after the other is none either.
    let line = all[1..].iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(Server::via("a").relay(line).await.unwrap(), Ok(42));
    assert_eq!(begun.elapsed(), Duration::ZERO);
}

#[registry_runtime::test(start_paused = true)]
async fn in_deadlock_when_one_of_two_calls_at_a_time_closes_the_cycle() {
    let log = names(&["a", "b"]).await;
    // `a` waits for `b`, which hangs, and for itself.
    let gate = Gate::shut();
    let call = tokio::spawn(Server::via("a").both("b".to_owned(), gate.clone(), "a".to_owned()));
    log.until("hangs").await;
    settle().await;
    gate.open();
    let (first, second) = call.await.unwrap().unwrap();
    assert_eq!(first, Ok(7));
    assert_deadlock(second, 1);
}

#[registry_runtime::test(start_paused = true)]
async fn in_deadlock_by_the_second_of_two_calls_when_the_first_is_over() {
    for quick in ["quick", "slow"] {
        let log = names(&["hub", "quick", "slow"]).await;
        let gate = Gate::shut();
        let fan = Server::via("hub").fan(quick.to_owned(), "slow".to_owned(), gate.clone());
        let fan = tokio::spawn(fan);
        log.until("first over").await;
        log.until("about to call back").await;
        gate.open();
        assert_deadlock(fan.await.unwrap().unwrap(), 2);
        Names::pid().unwrap().exit(ExitReason::Shutdown);
        eventually(|| !Names::is_running()).await;
    }
}

#[registry_runtime::test(start_paused = true)]
async fn in_deadlock_when_an_init_calls_the_server_that_waits_for_it() {
    names(&["a"]).await;
    let error = Server::via("a").start_child().await.unwrap().unwrap_err();
    let StartError::Init(ExitReason::Error(error)) = error else {
        panic!("{error:?}")
    };
    assert!(
        matches!(error.downcast_ref(), Some(CallError::Deadlock(_))),
        "{error}"
    );
}

#[registry_runtime::test(flavor = "multi_thread", worker_threads = 4)]
async fn in_deadlock_or_an_answer_when_two_call_each_other_at_the_same_moment() {
    names(&["a", "b"]).await;
    for _ in 0..300 {
        let call =
            |from: &str, to: &str| tokio::spawn(Server::via(from).relay(vec![to.to_owned()]));
        let (one, two) = (call("a", "b"), call("b", "a"));
        let answers = [one.await.unwrap().unwrap(), two.await.unwrap().unwrap()];
        for answer in answers {
            assert!(
                matches!(answer, Ok(42) | Err(CallError::Deadlock(_))),
                "{answer:?}"
            );
        }
    }
}

#[registry_runtime::test(flavor = "multi_thread", worker_threads = 4)]
async fn in_exited_and_nothing_else_when_the_server_is_told_to_exit_meanwhile() {
    Names::start_link().await.unwrap();
    for round in 0..500 {
        let log = Log::new();
        let server = start("a", &log).await;
        let call = calling(server.hang(Gate::shut()));
        log.until("hangs").await;
        server.exit(if round % 2 == 0 {
            ExitReason::Shutdown
        } else {
            ExitReason::Kill
        });
        let (answer, left) = call.await.unwrap();
        assert!(matches!(answer, Err(CallError::Exited(_))), "{answer:?}");
        assert_eq!(left, 0);
    }
}

type Made = Pin<Box<dyn Future<Output = Result<String, CallError>> + Send>>;

/// Makes calls for others to await, and awaits those that others made.
#[gen_server]
struct Broker {
    name: String,
}

#[gen_server]
impl Broker {
    #[call]
    fn make(&mut self, to: ServerRef<Broker>) -> Made {
        Box::pin(to.name())
    }

    #[call]
    async fn wait(&mut self, made: Made) -> Result<String, CallError> {
        made.await
    }

    #[call]
    fn name(&mut self) -> String {
        self.name.clone()
    }
}

#[registry_runtime::test]
async fn a_call_counts_for_the_process_that_awaits_it_whoever_made_it() {
    let broker = |name: &str| Broker::start(name.to_owned());
    let [maker, a, b] = [
        broker("maker").await.unwrap(),
        broker("a").await.unwrap(),
        broker("b").await.unwrap(),
    ];
    let by_a_process = maker.make(b.clone()).await.unwrap();
    let by_a_plain_task: Made = Box::pin(b.name());
    for made in [by_a_process, by_a_plain_task] {
        let (a, a_pid, b_pid) = (a.clone(), a.pid(), b.pid());
        // `b` waits for `a`, which is to wait for `b`.
        let answer = b.wait(Box::pin(async move { a.wait(made).await.unwrap() }));
        let Ok(Err(CallError::Deadlock(path))) = answer.await else {
            panic!("waited for itself");
        };
        assert_eq!(path.pids().collect::<Vec<_>>(), [a_pid, b_pid]);
    }
    // And the maker, who awaits nothing, may be waited for.
    let made = a.make(b.clone()).await.unwrap();
    let nested = Box::pin(async move { a.name().await });
    assert_eq!(b.wait(nested).await, Ok(Ok("a".to_owned())));
    assert_eq!(maker.wait(made).await, Ok(Ok("b".to_owned())));
}
