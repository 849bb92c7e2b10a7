//! The rate limiter, under the paused clock: time moves when everybody waits for it.

use std::time::Duration;

use examples::rate_limiter::{Bucket, BucketSup, Buckets, Limit, Limiter, Verdict, check};
use registry_runtime::prelude::*;
use tokio::time::{Instant, advance, sleep};

const SECOND: Duration = Duration::from_secs(1);
const LIMIT: Limit = Limit {
    burst: 5,
    every: SECOND,
};

async fn ask(key: &str) -> Verdict {
    check(key, LIMIT).await.unwrap()
}

fn allowed(left: u32) -> Verdict {
    Verdict::Allowed { left }
}

fn limited(retry_after: Duration) -> Verdict {
    Verdict::Limited { retry_after }
}

#[registry_runtime::test(start_paused = true)]
async fn a_burst_passes_then_one_for_each_refill() {
    let app = Limiter::start().await.unwrap();
    for left in (0..5).rev() {
        assert_eq!(ask("ann").await, allowed(left));
    }
    assert_eq!(ask("ann").await, limited(SECOND));
    advance(SECOND / 4).await;
    assert_eq!(ask("ann").await, limited(SECOND * 3 / 4));
    // Who comes back when told to passes, and so exactly once.
    advance(SECOND * 3 / 4).await;
    assert_eq!(ask("ann").await, allowed(0));
    assert_eq!(ask("ann").await, limited(SECOND));
    advance(3 * SECOND).await;
    assert_eq!(ask("ann").await, allowed(2));
    app.shutdown().await;
}

#[registry_runtime::test(start_paused = true)]
async fn keys_do_not_use_up_each_others_requests() {
    let app = Limiter::start().await.unwrap();
    for _ in 0..6 {
        ask("ann").await;
    }
    assert_eq!(ask("bob").await, allowed(4));
    assert_eq!(ask("ann").await, limited(SECOND));
    assert_eq!(BucketSup::count_children().active, 2);
    app.shutdown().await;
}

#[registry_runtime::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_hundred_requests_at_once_share_one_bucket() {
    let app = Limiter::start().await.unwrap();
    let slow = Limit {
        every: 3_600 * SECOND,
        ..LIMIT
    };
    let requests: Vec<_> = (0..100).map(|_| tokio::spawn(check("ann", slow))).collect();
    let mut passed = 0;
    for request in requests {
        passed += u32::from(matches!(
            request.await.unwrap().unwrap(),
            Verdict::Allowed { .. }
        ));
    }
    assert_eq!(
        (passed, Buckets::count(), BucketSup::count_children().active),
        (5, 1, 1)
    );
    app.shutdown().await;
}

#[registry_runtime::test(start_paused = true)]
async fn an_idle_bucket_ends_when_it_is_full_again() {
    let app = Limiter::start().await.unwrap();
    for _ in 0..5 {
        ask("ann").await;
    }
    let bucket = Bucket::via("ann").whereis().unwrap();
    // Requests keep it, those that are refused as well.
    for _ in 0..10 {
        sleep(SECOND / 2).await;
        ask("ann").await;
    }
    assert_eq!(Bucket::via("ann").whereis(), Some(bucket));
    let last = Instant::now();
    assert!(bucket.ended().await.is_normal());
    // Give or take tokio's timers, which go by milliseconds.
    assert_eq!(last.elapsed().as_secs(), 5);
    assert_eq!(
        (Buckets::count(), BucketSup::count_children().active),
        (0, 0)
    );
    // The next one begins as full as that one had become.
    assert_eq!(ask("ann").await, allowed(4));
    app.shutdown().await;
}

#[registry_runtime::test(start_paused = true)]
async fn nobody_gains_by_the_idle_time_out() {
    let app = Limiter::start().await.unwrap();
    let begun = Instant::now();
    let mut passed = 0;
    // All at once, and again after pauses of every length up to those that end the bucket.
    for pause in 0..60 {
        for _ in 0..10 {
            passed += u64::from(matches!(ask("ann").await, Verdict::Allowed { .. }));
        }
        sleep(SECOND * pause / 10).await;
    }
    let most = u64::from(LIMIT.burst) + begun.elapsed().as_secs();
    assert!(passed <= most, "{passed} of {most}");
    app.shutdown().await;
}

#[registry_runtime::test(start_paused = true)]
async fn a_bucket_that_is_killed_is_replaced_at_the_next_request() {
    let app = Limiter::start().await.unwrap();
    ask("ann").await;
    let bucket = Bucket::via("ann").whereis().unwrap();
    bucket.exit(ExitReason::Kill);
    bucket.ended().await;
    assert_eq!(ask("ann").await, allowed(4));
    assert_ne!(Bucket::via("ann").whereis(), Some(bucket));
    app.shutdown().await;
    let refused = check("ann", LIMIT).await.unwrap_err();
    assert!(matches!(
        refused.downcast_ref(),
        Some(StartError::SupervisorNotRunning(_))
    ));
}
