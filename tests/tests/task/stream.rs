//! `async_stream/3`, with fewer tasks at a time than items, as many, and more.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use registry_runtime::prelude::*;
use registry_tests::{Log, processes, settle};

use super::support::{exited, in_process, in_trapping_process, sleep, unknown};

const AT_A_TIME: [usize; 3] = [4, 2, 8];

fn ok(results: [u64; 4]) -> Vec<Result<u64, TaskError>> {
    results.map(Ok).into()
}

/// Sleeps, or for ever on `None`.
async fn sleep_or_hang(millis: Option<u64>) -> u64 {
    match millis {
        Some(millis) => sleep(millis).await,
        None => pending().await,
    }
}

#[registry_runtime::test(start_paused = true)]
async fn streams_an_enumerable_with_fun() {
    for most in AT_A_TIME {
        let stream = Task::async_stream(1..=4, sleep).max_concurrency(most);
        assert_eq!(stream.collect().await, ok([1, 2, 3, 4]));
    }
}

#[registry_runtime::test(start_paused = true)]
async fn streams_an_enumerable_without_leaking_tasks() {
    for most in AT_A_TIME {
        let stream = Task::async_stream(1..=4, sleep).max_concurrency(most);
        assert_eq!(stream.collect().await, ok([1, 2, 3, 4]));
        settle().await;
        assert_eq!(processes(), 0);
    }
}

#[registry_runtime::test(start_paused = true)]
async fn streams_an_enumerable_with_slowest_first() {
    for most in AT_A_TIME {
        let stream = Task::async_stream((1..=4).rev(), sleep).max_concurrency(most);
        assert_eq!(stream.collect().await, ok([4, 3, 2, 1]));
    }
}

#[registry_runtime::test]
async fn streams_an_enumerable_with_exits() {
    for most in AT_A_TIME {
        let texts = in_trapping_process(async move |_: Process<()>| {
            let fail = async |n: u64| panic!("{n}");
            let results: Vec<Result<(), _>> = Task::async_stream(1..=4, fail)
                .max_concurrency(most)
                .collect()
                .await;
            let text = |result: Result<(), TaskError>| match result {
                Err(TaskError::Exited(ExitReason::Panic(info))) => info.message().to_owned(),
                other => panic!("{other:?}"),
            };
            results.into_iter().map(text).collect::<Vec<_>>()
        })
        .await;
        assert_eq!(texts, ["1", "2", "3", "4"]);
    }
}

#[registry_runtime::test]
async fn a_failing_task_takes_the_process_that_streams_along() {
    let owner = spawn(async |_: Process<()>| {
        Task::async_stream([1], async |_| panic!("oops"))
            .next()
            .await;
        pending::<()>().await;
    });
    assert!(matches!(owner.pid().ended().await, ExitReason::Panic(_)));
}

#[registry_runtime::test(start_paused = true)]
async fn shuts_down_unused_tasks() {
    for most in AT_A_TIME {
        in_process(async move |_: Process<()>| {
            let items = [Some(0), None, None, None];
            let mut stream = Task::async_stream(items, sleep_or_hang).max_concurrency(most);
            assert_eq!(stream.next().await, Some(Ok(0)));
        })
        .await;
        settle().await;
        assert_eq!(processes(), 0);
    }
}

#[registry_runtime::test]
async fn the_tasks_end_with_the_process_that_streams() {
    let (log, started) = (Log::new(), Log::new());
    let notes = started.clone();
    let ended = log.clone();
    let owner = spawn(async move |_: Process<()>| {
        let body = move |_| {
            let (notes, ended) = (notes.clone(), ended.clone());
            async move {
                let _noted = Noted(ended);
                notes.add("started");
                pending::<()>().await;
            }
        };
        Task::async_stream(1..=3, body)
            .max_concurrency(3)
            .collect()
            .await;
    });
    started.times("started", 3).await;
    owner.pid().exit(unknown());
    log.times("ended", 3).await;
}

/// Notes its drop.
struct Noted(Log);

impl Drop for Noted {
    fn drop(&mut self) {
        self.0.add("ended");
    }
}

#[registry_runtime::test(start_paused = true)]
async fn with_inner_halt() {
    for most in AT_A_TIME {
        let stream = Task::async_stream((1..=8).rev().take(4), sleep).max_concurrency(most);
        assert_eq!(stream.collect().await, ok([8, 7, 6, 5]));
    }
}

#[registry_runtime::test(start_paused = true)]
async fn with_outer_halt_and_slowest_first() {
    for most in AT_A_TIME {
        let mut stream = Task::async_stream((1..=8).rev(), sleep).max_concurrency(most);
        for n in (5..=8).rev() {
            assert_eq!(stream.next().await, Some(Ok(n)));
        }
    }
}

#[registry_runtime::test]
async fn with_inner_and_outer_halt_on_failure() {
    for most in AT_A_TIME {
        let texts = in_trapping_process(async move |_: Process<()>| {
            let fail = async |n: u64| -> u64 { panic!("{n}") };
            let inner = Task::async_stream((1..=8).take(4), fail).max_concurrency(most);
            let mut results = inner.collect().await;
            let mut outer = Task::async_stream(1..=8, fail).max_concurrency(most);
            for _ in 0..4 {
                results.extend(outer.next().await);
            }
            let text = |result: Result<u64, TaskError>| match result {
                Err(TaskError::Exited(ExitReason::Panic(info))) => info.message().to_owned(),
                other => panic!("{other:?}"),
            };
            results.into_iter().map(text).collect::<Vec<_>>()
        })
        .await;
        assert_eq!(texts, ["1", "2", "3", "4", "1", "2", "3", "4"]);
        settle().await;
        assert_eq!(processes(), 0);
    }
}

/// The items' iterator and the function are dropped when a stream ends, and when it is halted.
#[registry_runtime::test]
async fn what_it_was_made_of_goes_with_it() {
    for taken in [1, 4] {
        let log = Log::new();
        let (items, body) = (Noted(log.clone()), Noted(log.clone()));
        let mut stream = Task::async_stream(
            (1..=4).inspect(move |_| {
                let _ = &items;
            }),
            move |n: u64| {
                let _ = &body;
                async move { n }
            },
        );
        for n in 1..=taken {
            assert_eq!(stream.next().await, Some(Ok(n)));
        }
        assert_eq!(log.count("ended"), 0);
        drop(stream);
        assert_eq!(log.count("ended"), 2);
    }
}

#[registry_runtime::test]
async fn no_concurrency_counts_as_one() {
    let stream = Task::async_stream(1..=4, async |n: u64| n).max_concurrency(0);
    assert_eq!(stream.collect().await, ok([1, 2, 3, 4]));
}

#[registry_runtime::test(start_paused = true)]
async fn never_runs_more_than_max_concurrency_tasks() {
    for most in [1, 2, 8] {
        let (now, top) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let body = |n: u64| {
            let (now, top) = (Arc::clone(&now), Arc::clone(&top));
            async move {
                top.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                sleep(n % 7).await;
                now.fetch_sub(1, Ordering::SeqCst);
            }
        };
        let results = Task::async_stream(0..100, body)
            .max_concurrency(most)
            .collect()
            .await;
        assert_eq!(results.len(), 100);
        assert_eq!(top.load(Ordering::SeqCst), most);
    }
}

#[registry_runtime::test]
async fn starts_nothing_before_a_result_is_asked_for() {
    let log = Log::new();
    let notes = log.clone();
    let stream = Task::async_stream([1], move |_| {
        notes.add("started");
        async {}
    });
    settle().await;
    assert_eq!(log.count("started"), 0);
    stream.collect().await;
    assert_eq!(log.count("started"), 1);
}

#[registry_runtime::test(start_paused = true)]
async fn timeout_ends_the_stream_and_kills_its_tasks() {
    in_process(async |_: Process<()>| {
        let mut stream = Task::async_stream([None, None], sleep_or_hang).timeout(Duration::ZERO);
        assert_eq!(stream.next().await, Some(Err(TaskError::Timeout)));
        assert_eq!(stream.next().await, None);
    })
    .await;
    settle().await;
    assert_eq!(processes(), 0);
}

#[registry_runtime::test(start_paused = true)]
async fn with_on_timeout_set_to_kill_task() {
    for most in AT_A_TIME {
        in_process(async move |_: Process<()>| {
            let stream = Task::async_stream([100, 1, 100, 1], sleep)
                .max_concurrency(most)
                .timeout(Duration::from_millis(50))
                .on_timeout(OnTimeout::KillTask);
            let late = || Err(TaskError::Timeout);
            assert_eq!(stream.collect().await, [late(), Ok(1), late(), Ok(1)]);
        })
        .await;
    }
}

#[registry_runtime::test(start_paused = true)]
async fn streams_an_enumerable_with_infinite_timeout() {
    let stream = Task::async_stream([3_600_000], sleep).timeout(None);
    assert_eq!(stream.collect().await, [Ok(3_600_000)]);
}

#[registry_runtime::test(start_paused = true)]
async fn streams_an_enumerable_unordered() {
    let slowest_first = || (1..=4).rev().map(|n| n * 100);
    let stream = Task::async_stream(slowest_first(), sleep).unordered();
    assert_eq!(
        stream.max_concurrency(1).collect().await,
        ok([400, 300, 200, 100])
    );
    let stream = Task::async_stream(slowest_first(), sleep).unordered();
    assert_eq!(
        stream.max_concurrency(4).collect().await,
        ok([100, 200, 300, 400])
    );
}

#[registry_runtime::test(start_paused = true)]
async fn streams_an_enumerable_unordered_with_on_timeout_set_to_kill_task() {
    let stream = Task::async_stream([100, 1, 100, 1], sleep)
        .max_concurrency(4)
        .unordered()
        .timeout(Duration::from_millis(50))
        .on_timeout(OnTimeout::KillTask);
    let late = || Err(TaskError::Timeout);
    assert_eq!(stream.collect().await, [Ok(1), Ok(1), late(), late()]);
}

#[registry_runtime::test]
async fn a_killed_task_is_no_late_one() {
    let body = async |()| pending::<()>().await;
    let mut stream = Task::async_stream([()], body).timeout(None);
    let waiting = tokio::spawn(async move { stream.next().await });
    settle().await;
    for process in registry_runtime::Node::current().processes() {
        process.exit(ExitReason::Kill);
    }
    assert_eq!(waiting.await.unwrap(), Some(exited(ExitReason::Killed)));
}

#[registry_runtime::test]
async fn one_that_traps_exits_hears_of_no_streamed_task() {
    for most in AT_A_TIME {
        let heard = in_trapping_process(async move |mut ctx: Process<()>| {
            let third_fails = async |n: u64| assert!(n != 3, "{n}");
            let stream = Task::async_stream(1..=4, third_fails);
            let results = stream.max_concurrency(most).collect().await;
            let fine: Vec<_> = results.iter().map(Result::is_ok).collect();
            assert_eq!(fine, [true, true, false, true]);
            settle().await;
            // What they had sent would come before it.
            ctx.pid().send(()).unwrap();
            format!("{:?}", ctx.recv_any().await)
        })
        .await;
        assert_eq!(heard, "Message(())");
    }
}
