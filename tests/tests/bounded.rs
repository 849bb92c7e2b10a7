//! Bounded mailboxes under overload: who waits for room, in which order, and what it costs.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use registry_runtime::prelude::*;
use registry_tests::{Gate, settle};

#[gen_server(mailbox = 2)]
struct Narrow {
    gate: Gate,
    #[default]
    seen: Vec<u32>,
}

#[gen_server]
impl Narrow {
    #[call]
    async fn pass(&mut self, n: u32) -> u32 {
        self.gate.pass().await;
        self.seen.push(n);
        n
    }

    #[cast]
    fn note(&mut self, n: u32) {
        self.seen.push(n);
    }

    #[call]
    fn seen(&self) -> Vec<u32> {
        self.seen.clone()
    }

    #[call]
    async fn ask(&mut self, gate: Gate, other: ServerRef<Narrow>) -> Result<u32, CallError> {
        gate.pass().await;
        other.pass(0).await
    }

    #[call]
    async fn seen_of(&mut self, other: ServerRef<Narrow>) -> Result<Vec<u32>, CallError> {
        other.seen().await
    }
}

/// A server that is busy with one call, and has two in its mailbox.
async fn full(gate: &Gate) -> ServerRef<Narrow> {
    let server = Narrow::start(gate.clone()).await.unwrap();
    for n in 0..3 {
        tokio::spawn(server.pass(n));
        settle().await;
    }
    assert_eq!(server.pid().info().unwrap().mailbox, 2);
    server
}

/// Counts how often it was woken.
#[derive(Default)]
struct Woken(AtomicUsize);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// A call that is polled by hand.
struct Caller<F> {
    call: Pin<Box<F>>,
    woken: Arc<Woken>,
}

impl<F: Future> Caller<F> {
    fn new(call: F) -> Self {
        let call = Box::pin(call);
        let woken = Arc::default();
        Self { call, woken }
    }

    fn poll(&mut self) -> Poll<F::Output> {
        let waker = Waker::from(Arc::clone(&self.woken));
        self.call.as_mut().poll(&mut Context::from_waker(&waker))
    }

    fn woken(&self) -> usize {
        self.woken.0.load(Ordering::SeqCst)
    }
}

#[registry_runtime::test(start_paused = true)]
async fn calls_that_wait_for_room_are_let_in_in_order() {
    let gate = Gate::shut();
    let server = full(&gate).await;
    let mut calls = Vec::new();
    for n in 3..100 {
        calls.push(tokio::spawn(server.pass(n)));
        settle().await;
    }
    // Now there is room, and a newcomer at the same moment.
    gate.let_one_in();
    let newcomer = tokio::spawn(server.pass(100));
    gate.open();
    for (n, call) in (3..).zip(calls) {
        assert_eq!(call.await.unwrap(), Ok(n));
    }
    assert_eq!(newcomer.await.unwrap(), Ok(100));
    assert_eq!(server.seen().await.unwrap(), (0..=100).collect::<Vec<_>>());
}

#[registry_runtime::test(start_paused = true)]
async fn a_cast_is_refused_while_others_wait() {
    let gate = Gate::shut();
    let server = full(&gate).await;
    let waiting = [tokio::spawn(server.pass(3)), tokio::spawn(server.pass(4))];
    settle().await;
    gate.let_one_in();
    settle().await;
    assert_eq!(server.note(9), Err(CastError::Full));
    gate.open();
    for call in waiting {
        call.await.unwrap().unwrap();
    }
    assert_eq!(server.note(5), Ok(()));
    assert_eq!(server.seen().await.unwrap(), [0, 1, 2, 3, 4, 5]);
}

/// Each of a thousand is woken by its own answer, and by nothing else.
#[registry_runtime::test(start_paused = true)]
async fn a_message_taken_up_wakes_one_caller() {
    let gate = Gate::shut();
    let server = full(&gate).await;
    let mut callers: Vec<_> = (3..1_003).map(|n| Caller::new(server.pass(n))).collect();
    for caller in &mut callers {
        assert!(caller.poll().is_pending());
    }
    // The three before them.
    for _ in 0..3 {
        gate.let_one_in();
        settle().await;
    }
    // By then all have been told to look at the clock, and do.
    for caller in &mut callers {
        assert!(caller.poll().is_pending());
    }
    let before: Vec<usize> = callers.iter().map(Caller::woken).collect();
    for (at, n) in (0..5).zip(3..) {
        gate.let_one_in();
        settle().await;
        let woken = callers.iter().map(Caller::woken).zip(&before);
        let woken: usize = woken.map(|(now, before)| now - before).sum();
        assert_eq!(woken, at + 1);
        assert_eq!(callers[at].poll(), Poll::Ready(Ok(n)));
    }
}

#[registry_runtime::test(start_paused = true)]
async fn a_call_given_up_while_it_waits_is_never_run() {
    let gate = Gate::shut();
    let server = full(&gate).await;
    let hasty = server.clone().timeout(Duration::from_secs(1));
    assert_eq!(hasty.pass(7).await, Err(CallError::Timeout));
    tokio::select! {
        biased;
        _ = server.pass(8) => unreachable!("it waits for room"),
        () = settle() => {}
    }
    let process = server.clone();
    let killed = spawn(async move |_: Process<()>| process.pass(9).await.map(drop).unwrap());
    settle().await;
    killed.pid().exit(ExitReason::Kill);
    killed.ended().await;
    gate.open();
    assert_eq!(server.seen().await.unwrap(), [0, 1, 2]);
}

/// One that is polled once and then left alone keeps neither its place nor its room from others.
#[registry_runtime::test(start_paused = true)]
async fn a_call_that_nobody_polls_holds_nobody_up() {
    let gate = Gate::shut();
    let server = full(&gate).await;
    let mut left_alone = Vec::new();
    for n in 3..9 {
        let mut caller = Caller::new(server.pass(n));
        assert!(caller.poll().is_pending());
        left_alone.push(caller);
    }
    let call = tokio::spawn(server.pass(9));
    settle().await;
    assert!(!call.is_finished());
    gate.open();
    assert_eq!(call.await.unwrap(), Ok(9));
    for (n, caller) in (3..).zip(&mut left_alone) {
        assert_eq!(caller.poll(), Poll::Ready(Ok(n)));
    }
}

/// The call that closes the cycle is told, though the other has not even got into the mailbox.
#[registry_runtime::test(start_paused = true)]
async fn one_that_waits_for_room_is_seen_in_a_deadlock() {
    let [one, other] = [Gate::opened(), Gate::shut()].map(Narrow::start);
    let (one, other) = (one.await.unwrap(), other.await.unwrap());
    let gate = Gate::shut();
    let asks_back = tokio::spawn(other.ask(gate.clone(), one.clone()));
    settle().await;
    other.note(1).unwrap();
    other.note(2).unwrap();
    let asks = tokio::spawn(one.seen_of(other.clone()));
    settle().await;
    assert_eq!(other.note(3), Err(CastError::Full));
    gate.open();
    let answer = asks_back.await.unwrap().unwrap();
    assert!(matches!(answer, Err(CallError::Deadlock(_))), "{answer:?}");
    assert_eq!(asks.await.unwrap(), Ok(Ok(vec![1, 2])));
}
