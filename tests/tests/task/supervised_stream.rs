//! `Task.Supervisor.async_stream/4` and `async_stream_nolink/4`.

use std::future::pending;
use std::time::Duration;

use registry_runtime::prelude::*;
use registry_tests::{Log, settle};

use super::support::{in_process, in_trapping_process, sleep};

fn supervisor() -> TaskSupervisor {
    TaskSupervisor::builder().start().unwrap()
}

fn ok(results: [u64; 4]) -> Vec<Result<u64, TaskError>> {
    results.map(Ok).into()
}

#[registry_runtime::test(start_paused = true)]
async fn streams_an_enumerable_with_fun() {
    let tasks = supervisor();
    assert_eq!(
        tasks.async_stream(1..=4, sleep).collect().await,
        ok([1, 2, 3, 4])
    );
    assert_eq!(
        tasks.async_stream_nolink(1..=4, sleep).collect().await,
        ok([1, 2, 3, 4])
    );
    assert_eq!(tasks.children(), [], "without leaking tasks");
}

#[registry_runtime::test(start_paused = true)]
async fn streams_an_enumerable_with_slowest_first() {
    let tasks = supervisor();
    let backwards = || (1..=4).rev();
    assert_eq!(
        tasks.async_stream(backwards(), sleep).collect().await,
        ok([4, 3, 2, 1])
    );
    assert_eq!(
        tasks
            .async_stream_nolink(backwards(), sleep)
            .collect()
            .await,
        ok([4, 3, 2, 1])
    );
}

#[registry_runtime::test]
async fn streams_an_enumerable_with_exits() {
    let all_panicked = |results: &[Result<(), TaskError>]| {
        let panicked = |result: &Result<(), TaskError>| {
            matches!(result, Err(TaskError::Exited(ExitReason::Panic(_))))
        };
        results.len() == 4 && results.iter().all(panicked)
    };
    let tasks = supervisor();
    let linked = tasks.clone();
    let results = in_trapping_process(async move |_: Process<()>| {
        linked
            .async_stream(1..=4, async |n| panic!("{n}"))
            .collect()
            .await
    })
    .await;
    assert!(all_panicked(&results));
    let results = in_process(async move |_: Process<()>| {
        tasks
            .async_stream_nolink(1..=4, async |n| panic!("{n}"))
            .collect()
            .await
    })
    .await;
    assert!(all_panicked(&results));
}

#[registry_runtime::test(start_paused = true)]
async fn shuts_down_unused_tasks() {
    let tasks = supervisor();
    let body = async |hang| {
        if hang {
            pending().await
        }
    };
    let items = [false, true, true, true];
    let mut stream = tasks.async_stream(items, body).max_concurrency(4);
    assert_eq!(stream.next().await, Some(Ok(())));
    assert_eq!(tasks.children().len(), 3);
    drop(stream);
    settle().await;
    assert_eq!(tasks.children(), []);
}

#[registry_runtime::test]
async fn ends_with_an_error_if_max_children_is_reached_with_clean_stream_shutdown() {
    let tasks = TaskSupervisor::builder().max_children(1).start().unwrap();
    let hang = async |()| pending::<()>().await;
    let mut stream = tasks.async_stream([(); 3], hang).max_concurrency(2);
    assert_eq!(
        stream.next().await,
        Some(Err(TaskError::Start(StartError::MaxChildren)))
    );
    assert_eq!(stream.next().await, None);
    settle().await;
    assert_eq!(tasks.children(), []);
}

#[registry_runtime::test(start_paused = true)]
async fn as_many_tasks_as_the_supervisor_takes_are_never_too_many() {
    let tasks = TaskSupervisor::builder().max_children(2).start().unwrap();
    let stream = tasks
        .async_stream_nolink(0..100, |n| sleep(if n % 10 == 0 { 100 } else { n % 3 }))
        .max_concurrency(2)
        .timeout(Duration::from_millis(50))
        .on_timeout(OnTimeout::KillTask);
    let results = stream.collect().await;
    let late = results
        .iter()
        .filter(|result| **result == Err(TaskError::Timeout))
        .count();
    assert_eq!((results.len(), late), (100, 10));
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 90);
}

#[registry_runtime::test]
async fn consuming_from_another_process() {
    let (log, tasks) = (Log::new(), supervisor());
    let notes = log.clone();
    let stream = tasks.async_stream([1, 2, 3], move |n| {
        let notes = notes.clone();
        async move { notes.add(n.to_string()) }
    });
    Task::start(stream.collect());
    for n in ["1", "2", "3"] {
        log.until(n).await;
    }
}

#[registry_runtime::test(start_paused = true)]
async fn the_tasks_end_with_the_supervisor() {
    let tasks = supervisor();
    let mut stream = tasks
        .async_stream([()], async |()| pending::<()>().await)
        .timeout(None);
    let waiting = tokio::spawn(async move { stream.next().await });
    settle().await;
    assert_eq!(tasks.children().len(), 1);
    tasks.shutdown().await;
    let ended = Err(TaskError::Exited(ExitReason::Shutdown));
    assert_eq!(waiting.await.unwrap(), Some(ended));
}
