//! Promise 4, when a panic drops the reply: the caller is told what the panic has done to the process.
//!
//! Seen to fail: a reply that was dropped by a panic of the server made the caller wait for the server's end,
//! also if the handler had caught the panic; each such wait left a watcher with a server that took its time to end.

use std::future::pending;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use registry_runtime::ProcessRef;
use registry_runtime::prelude::*;
use registry_tests::Log;

registry! { Topics, keys = duplicate, key = u8 }

#[gen_server(call_timeout = 3600s)]
struct Careful {
    log: Log,
    #[default]
    parked: Vec<ReplyTo<u32>>,
}

#[gen_server]
impl Careful {
    fn init(&mut self, ctx: &mut Ctx<Self>) -> Result<(), ExitReason> {
        if Topics::is_running() {
            Topics::register(ctx, 1, ()).map_err(ExitReason::error)?;
        }
        Ok(())
    }

    #[call]
    fn catches(&mut self, reply: ReplyTo<u32>) {
        caught(reply);
    }

    #[call]
    async fn catches_and_waits(&mut self, reply: ReplyTo<u32>) {
        caught(reply);
        pending().await
    }

    #[call]
    fn catches_one_and_not_the_next(&mut self, reply: ReplyTo<u32>) {
        caught(reply);
        panic!("not caught");
    }

    #[call]
    async fn catches_and_ends_later(&mut self, reply: ReplyTo<u32>) {
        caught(reply);
        tokio::time::sleep(Duration::from_secs(1)).await;
        panic!("not caught");
    }

    #[call]
    fn is_dispatched_to(&mut self, reply: ReplyTo<u32>) {
        let dispatch = AssertUnwindSafe(move || {
            let _reply = reply;
            Topics::dispatch(&1, |_| panic!("caught"));
        });
        assert!(catch_unwind(dispatch).is_err());
    }

    #[call]
    fn park(&mut self, reply: ReplyTo<u32>) {
        self.parked.push(reply);
        self.log.add("parked");
    }

    #[cast]
    fn lose_all_parked(&mut self) {
        caught(self.parked.drain(..));
    }

    #[cast]
    fn hand_over(&mut self, to: ProcessRef<ReplyTo<u32>>) {
        for reply in self.parked.drain(..) {
            to.send(reply).unwrap();
        }
    }

    #[call]
    fn add(&self, a: u32, b: u32) -> u32 {
        a + b
    }
}

/// Has a panic that is caught drop it.
fn caught<T>(held: T) {
    let panics = AssertUnwindSafe(move || {
        let _held = held;
        panic!("caught");
    });
    assert!(catch_unwind(panics).is_err());
}

#[registry_runtime::test(start_paused = true)]
async fn a_reply_lost_in_a_caught_panic_is_no_reply() {
    Topics::start().await.unwrap();
    let server = Careful::start(Log::new()).await.unwrap();
    assert_eq!(server.catches().await, Err(CallError::NoReply));
    assert_eq!(server.is_dispatched_to().await, Err(CallError::NoReply));
    assert_eq!(server.add(1, 2).await, Ok(3), "the server goes on");
    assert_eq!(server.catches_and_waits().await, Err(CallError::NoReply));
    assert!(server.is_alive());
}

#[registry_runtime::test(start_paused = true)]
async fn parked_replies_lost_in_a_caught_panic_as_well() {
    let log = Log::new();
    let server = Careful::start(log.clone()).await.unwrap();
    let calls: Vec<_> = (0..3).map(|_| tokio::spawn(server.park())).collect();
    log.times("parked", 3).await;
    server.lose_all_parked().unwrap();
    for call in calls {
        assert_eq!(call.await.unwrap(), Err(CallError::NoReply));
    }
    assert_eq!(server.add(1, 2).await, Ok(3));
}

#[registry_runtime::test(start_paused = true)]
async fn a_panic_that_is_not_caught_is_the_answer() {
    let server = Careful::start(Log::new()).await.unwrap();
    let answer = server.catches_one_and_not_the_next().await;
    let Err(CallError::Exited(reason)) = answer else {
        panic!("{answer:?}")
    };
    assert!(reason.to_string().contains("not caught"), "{reason}");

    let server = Careful::start(Log::new()).await.unwrap();
    let answer = server.catches_and_ends_later().await;
    assert_eq!(answer, Err(CallError::NoReply), "known before its end");
}

#[registry_runtime::test(start_paused = true)]
async fn a_plain_process_that_catches_loses_it_too() {
    let log = Log::new();
    let server = Careful::start(log.clone()).await.unwrap();
    let other = spawn(async |mut ctx: Process<ReplyTo<u32>>| {
        loop {
            caught(ctx.recv().await);
        }
    });
    for _ in 0..2 {
        let call = tokio::spawn(server.park());
        log.until("parked").await;
        log.take();
        server.hand_over(other.clone()).unwrap();
        assert_eq!(call.await.unwrap(), Err(CallError::NoReply));
    }
    assert!(other.pid().is_alive());
    assert_eq!(server.add(1, 2).await, Ok(3));
}

/// The process ends of something else before it is polled again.
#[registry_runtime::test(start_paused = true)]
async fn a_kill_right_after_a_caught_panic_ends_the_call() {
    let server = Careful::start(Log::new()).await.unwrap();
    let mut call = Box::pin(server.catches_and_waits());
    let polled = std::future::poll_fn(|cx| std::task::Poll::Ready(call.as_mut().poll(cx)));
    assert!(polled.await.is_pending());
    server.exit(ExitReason::Kill);
    let answer = tokio::time::timeout(Duration::from_secs(1), call).await;
    assert!(
        matches!(answer, Ok(Err(CallError::Exited(_)))),
        "{answer:?}"
    );
}
