//! Promise 4, wherever a call is polled: its time-out comes, also if the runtime that first polled it has gone.
//!
//! Seen to fail: a call relied on a look that its first runtime had been asked for, and that went with a `block_on`
//! which returned, or with a thread that was blocked.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use registry_runtime::prelude::*;
use tokio::runtime::{Builder, Runtime};
use tokio::task::{LocalSet, block_in_place};

type Asked = registry_runtime::gen_server::Call<Silent, ()>;

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

/// A server that never answers, in a runtime that does nothing else and has to be kept.
fn silent() -> (Runtime, ServerRef<Silent>) {
    let runtime = Builder::new_multi_thread()
        .worker_threads(1)
        .enable_time()
        .build()
        .unwrap();
    let silent = runtime.block_on(Silent::start()).unwrap();
    (runtime, silent)
}

/// A runtime of the thread that drives it, whose clock moves when there is nothing else to do.
fn paused() -> Runtime {
    Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap()
}

/// Polls it once, in vain.
async fn poll_once<F: Future + Unpin>(future: &mut F) {
    let polled = poll_fn(|cx| Poll::Ready(Pin::new(&mut *future).poll(cx).is_pending()));
    assert!(polled.await);
}

/// Awaits it in a runtime, where it is to time out.
fn times_out(runtime: &Runtime, call: impl Future<Output = Result<(), CallError>>) {
    let hour = Duration::from_secs(3_600);
    let answer = runtime.block_on(async { tokio::time::timeout(hour, call).await });
    assert_eq!(answer, Ok(Err(CallError::Timeout)));
}

/// Polls a call only when it was woken, as collections of futures do.
struct WhenWoken {
    call: Asked,
    woken: Arc<Woken>,
}

struct Woken {
    woken: Mutex<bool>,
    outer: Mutex<Option<Waker>>,
}

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        *self.woken.lock().unwrap() = true;
        let outer = self.outer.lock().unwrap().take();
        if let Some(outer) = outer {
            outer.wake();
        }
    }
}

impl WhenWoken {
    fn new(call: Asked) -> Self {
        let woken = Woken {
            woken: Mutex::new(true),
            outer: Mutex::new(None),
        };
        Self {
            call,
            woken: Arc::new(woken),
        }
    }
}

impl Future for WhenWoken {
    type Output = Result<(), CallError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        *self.woken.outer.lock().unwrap() = Some(cx.waker().clone());
        if !std::mem::take(&mut *self.woken.woken.lock().unwrap()) {
            return Poll::Pending;
        }
        let waker = Waker::from(Arc::clone(&self.woken));
        Pin::new(&mut self.call).poll(&mut Context::from_waker(&waker))
    }
}

#[test]
fn a_time_out_outlives_the_block_on_it_began_in() {
    let (_kept, silent) = silent();
    let runtime = paused();
    let mut call = silent.ask();
    runtime.block_on(poll_once(&mut call));
    times_out(&runtime, call);
}

#[test]
fn a_time_out_outlives_the_runtime_it_began_in() {
    let (_kept, silent) = silent();
    let mut call = silent.ask();
    paused().block_on(poll_once(&mut call));
    times_out(&paused(), call);
}

#[test]
fn a_time_out_outlives_the_thread_it_began_on() {
    let (_kept, silent) = silent();
    let mut call = silent.ask();
    let first = std::thread::spawn(move || {
        paused().block_on(poll_once(&mut call));
        call
    });
    times_out(&paused(), first.join().unwrap());
}

#[test]
fn a_time_out_may_begin_where_there_is_no_runtime() {
    let (_kept, silent) = silent();
    let mut call = silent.ask();
    let polled = Pin::new(&mut call).poll(&mut Context::from_waker(Waker::noop()));
    assert!(polled.is_pending());
    times_out(&paused(), call);
}

/// The runtime that first polled the call does nothing until it has timed out.
#[test]
fn a_time_out_needs_no_look_of_a_blocked_thread() {
    let (_kept, silent) = silent();
    let mut call = silent.ask();
    let (hands_over, handed_over) = std::sync::mpsc::channel();
    let (unblocks, unblocked) = std::sync::mpsc::channel();
    let blocked = std::thread::spawn(move || {
        paused().block_on(async move {
            poll_once(&mut call).await;
            hands_over.send(call).unwrap();
            unblocked.recv()
        })
    });
    let call = handed_over.recv().unwrap();
    times_out(&paused(), call);
    unblocks.send(()).unwrap();
    assert_eq!(blocked.join().unwrap(), Ok(()));
}

#[test]
fn a_call_polled_only_when_woken_times_out() {
    let (_kept, silent) = silent();
    let runtime = paused();
    let mut call = WhenWoken::new(silent.ask());
    runtime.block_on(poll_once(&mut call));
    times_out(&runtime, call);

    let mut call = WhenWoken::new(silent.ask());
    paused().block_on(poll_once(&mut call));
    times_out(&runtime, call);
}

#[test]
fn a_call_of_a_local_task_times_out() {
    let (_kept, silent) = silent();
    let runtime = paused();
    let mut local = LocalSet::new();
    let task = local.spawn_local(silent.ask());
    // The task is polled by the last poll of this.
    runtime.block_on(poll_once(&mut local));
    times_out(&runtime, local.run_until(async { task.await.unwrap() }));
}

/// The worker's own scheduler holds an ask for the thread, and is suspended.
#[test]
fn a_runtime_inside_of_a_worker_times_out_alone() {
    let (kept, silent) = silent();
    let inside = silent.clone();
    let worker = kept.spawn(async move {
        let mut of_the_worker = inside.ask();
        poll_once(&mut of_the_worker).await;
        block_in_place(|| {
            let mut call = WhenWoken::new(inside.ask());
            paused().block_on(poll_once(&mut call));
            times_out(&paused(), call);
        });
        drop(of_the_worker);
    });
    kept.block_on(worker).unwrap();
}
