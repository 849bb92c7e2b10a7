//! The job queue, under the paused clock: time moves when everybody waits for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use examples::jobs::{ATTEMPTS, Job, Jobs, Outcome, Queue, Workers};
use registry_runtime::ChildState;
use registry_runtime::prelude::*;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

#[registry_runtime::test(start_paused = true)]
async fn results_are_collected_and_so_many_run_at_a_time() {
    let app = Jobs::start().await.unwrap();
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let mut jobs = JoinSet::new();
    for number in 0..50_u64 {
        let (now, most) = (now.clone(), most.clone());
        let job = Job::new(move |_| {
            let (now, most) = (now.clone(), most.clone());
            async move {
                most.fetch_max(now.fetch_add(1, Ordering::Relaxed) + 1, Ordering::Relaxed);
                sleep(Duration::from_millis(10 + number % 7)).await;
                now.fetch_sub(1, Ordering::Relaxed);
                Ok(number.to_string())
            }
        });
        jobs.spawn(Queue::via().run(job));
    }
    let outcomes = jobs.join_all().await;
    let mut results: Vec<u64> = outcomes
        .into_iter()
        .map(Result::unwrap)
        .inspect(|outcome| assert_eq!(outcome.attempts, 1))
        .map(|outcome| outcome.result.unwrap().parse().unwrap())
        .collect();
    results.sort_unstable();
    assert_eq!(results, (0..50).collect::<Vec<_>>());
    assert_eq!(most.load(Ordering::Relaxed), 4);
    assert_eq!(Workers::count_children().specs, 0);
    app.shutdown().await;
}

#[registry_runtime::test(start_paused = true)]
async fn a_job_that_fails_at_first_is_tried_again_after_a_back_off() {
    let app = Jobs::start().await.unwrap();
    let begun = Instant::now();
    let job = Job::new(async |attempt| {
        if attempt < 3 {
            Err("not yet".to_owned())
        } else {
            Ok("yes".to_owned())
        }
    });
    let outcome = Queue::via().run(job).await.unwrap();
    assert_eq!(
        outcome,
        Outcome {
            result: Ok("yes".to_owned()),
            attempts: 3
        }
    );
    // 100 ms, then twice that.
    assert_eq!(begun.elapsed().as_millis() / 10, 30);
    app.shutdown().await;
}

#[registry_runtime::test(start_paused = true)]
async fn a_job_that_always_fails_is_given_up_and_its_place_is_free() {
    let app = Jobs::start().await.unwrap();
    let mut failing = JoinSet::new();
    for _ in 0..8 {
        failing.spawn(Queue::via().run(Job::new(async |_| Err("no".to_owned()))));
    }
    let good = Queue::via().run(Job::new(async |_| Ok("yes".to_owned())));
    for outcome in failing.join_all().await {
        let result = Err(ExitReason::error("no"));
        assert_eq!(
            outcome.unwrap(),
            Outcome {
                result,
                attempts: ATTEMPTS
            }
        );
    }
    assert_eq!(good.await.unwrap().result, Ok("yes".to_owned()));
    assert_eq!(Workers::count_children().specs, 0);
    app.shutdown().await;
}

#[registry_runtime::test(start_paused = true)]
async fn a_panic_and_a_kill_are_failures_like_others() {
    let app = Jobs::start().await.unwrap();
    let job = Job::new(async |attempt| {
        if attempt == 1 {
            panic!("a bug")
        } else {
            Ok(String::new())
        }
    });
    assert_eq!(Queue::via().run(job).await.unwrap().attempts, 2);

    let job = Job::new(async |_| panic!("a bug each time"));
    let outcome = Queue::via().run(job).await.unwrap();
    assert!(
        matches!(&outcome.result, Err(ExitReason::Panic(panic)) if panic.message() == "a bug each time")
    );

    // Each attempt hangs, and is killed from outside.
    let (begun, mut attempts) = tokio::sync::mpsc::unbounded_channel();
    let job = Job::new(move |attempt| {
        begun.send(attempt).unwrap();
        std::future::pending()
    });
    let outcome = tokio::spawn(Queue::via().run(job));
    for attempt in 1..=ATTEMPTS {
        assert_eq!(attempts.recv().await, Some(attempt));
        for worker in Workers::which_children() {
            if let ChildState::Running(pid) = worker.state {
                pid.exit(ExitReason::Kill);
            }
        }
    }
    let outcome = outcome.await.unwrap().unwrap();
    assert_eq!(
        outcome,
        Outcome {
            result: Err(ExitReason::Killed),
            attempts: ATTEMPTS
        }
    );
    assert_eq!(Workers::count_children().specs, 0);
    app.shutdown().await;
}
