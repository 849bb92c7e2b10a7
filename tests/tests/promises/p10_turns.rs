//! Promise 10, of turns: none of what a process has to do keeps the rest of it, or other tasks, waiting
//! for good. The rule is in `docs/semantics.md`, "Turns".
//!
//! Seen to fail: a continue took nothing from the burst.

use std::future::poll_fn;
use std::mem;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::Poll;
use std::time::Duration;

use registry_runtime::prelude::*;
use registry_tests::Log;

/// The most turns that a process takes in one go.
const BURST: u32 = 128;

/// So many steps take longer than a test, and not for ever.
const MANY: u32 = 1_000_000;

#[derive(Clone)]
struct Step;

/// Works a list off by continuing.
#[gen_server]
struct Chain {
    log: Log,
    steps: Arc<AtomicU32>,
    trap: bool,
}

#[gen_server]
impl Chain {
    fn init(&mut self, ctx: &mut Ctx<Self>) {
        ctx.trap_exit(self.trap);
        ctx.continue_with(Step);
    }

    #[info]
    fn step(&mut self, _: Step, ctx: &mut Ctx<Self>) {
        if self.steps.fetch_add(1, Ordering::Relaxed) < MANY {
            ctx.continue_with(Step);
        } else {
            self.log.add("done");
        }
    }

    fn terminate(&mut self, reason: &ExitReason) {
        self.log.add(format!("terminate {reason}"));
    }
}

/// Goes to the end of the queue of tasks that are to run.
async fn to_the_end_of_the_queue() {
    let mut polled = false;
    poll_fn(|cx| {
        if mem::replace(&mut polled, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// Sees how far a count goes between two turns of a task on the same thread.
async fn most_at_a_time(count: Arc<AtomicU32>) -> u32 {
    let look = async move {
        let (mut most, mut last) = (0, count.load(Ordering::Relaxed));
        for _ in 0..100 {
            to_the_end_of_the_queue().await;
            let now = count.load(Ordering::Relaxed);
            most = most.max(now - last);
            last = now;
        }
        most
    };
    tokio::spawn(look).await.unwrap()
}

#[registry_runtime::test]
async fn a_chain_of_continues_goes_by_bursts() {
    let log = Log::new();
    let steps = Arc::<AtomicU32>::default();
    let chain = Chain::start(log.clone(), steps.clone(), false)
        .await
        .unwrap();
    assert_eq!(most_at_a_time(steps).await, BURST);
    chain.exit(ExitReason::Shutdown);
    assert_eq!(chain.ended().await, ExitReason::Shutdown);
    assert_eq!(log.all(), ["terminate shutdown"]);
}

#[registry_runtime::test]
async fn a_chain_of_continues_can_be_killed() {
    let log = Log::new();
    let chain = Chain::start(log.clone(), Arc::default(), true)
        .await
        .unwrap();
    chain.exit(ExitReason::Kill);
    assert_eq!(chain.ended().await, ExitReason::Killed);
    assert_eq!(log.all(), [""; 0]);
}

#[registry_runtime::test]
async fn a_supervisor_ends_a_child_that_continues() {
    let briefly = Shutdown::After(Duration::from_millis(5));
    for (trap, shutdown, heard) in [
        (false, Shutdown::default(), vec!["terminate shutdown"]),
        (false, Shutdown::BrutalKill, vec![]),
        // As in Elixir, a message waits for the end of a chain: so does the `Exit` of one that traps.
        (true, briefly, vec![]),
    ] {
        let log = Log::new();
        let child = || Chain::child_spec(log.clone(), Arc::default(), trap).shutdown(shutdown);
        let supervisor = Supervisor::builder("chains").start().await.unwrap();
        supervisor.start_child(child()).await.unwrap();
        supervisor.terminate_child("Chain").await.unwrap();
        assert_eq!(log.take(), heard);
        supervisor.start_child(child().id("again")).await.unwrap();
        supervisor.shutdown().await;
        assert_eq!(log.take(), heard);
    }
}
