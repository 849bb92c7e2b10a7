//! `lock`: Elixir's `Registry.LockTest`, and what else is promised of it.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use registry_runtime::prelude::*;
use registry_tests::{Gate, Log, panic_message, settle};

use crate::support::*;

over_all! {
    does_not_lock_when_using_different_keys
    locks_when_using_the_same_key
    locks_when_the_one_holding_the_lock_raises
    locks_when_the_one_holding_the_lock_terminates
    locks_when_the_one_waiting_for_the_lock_terminates
    lets_in_in_the_order_of_coming
    lock_keys_are_a_namespace_of_their_own
}

/// A process that takes the lock, logs it, and holds it until it is let go.
fn holder<R: Subject>(registry: &R, key: &'static str, log: &Log, gate: &Gate) -> Pid {
    let (registry, log, gate) = (registry.clone(), log.clone(), gate.clone());
    process(async move |ctx: Me| {
        let holding = log.clone();
        let inside = async move {
            holding.add(format!("locked {key}"));
            gate.pass().await;
        };
        registry.lock(key, inside).await;
        log.add(format!("done {}", ctx.pid()));
    })
}

async fn is_free<R: Subject>(registry: &R, key: &str) -> bool {
    now(registry.lock(key, async { "done" })).await == Some("done")
}

async fn does_not_lock_when_using_different_keys<R: Subject>(registry: R, _: Me) {
    let (log, gate) = (Log::new(), Gate::shut());
    let one = holder(&registry, "1", &log, &gate);
    log.until("locked 1").await;
    let two = holder(&registry, "2", &log, &gate);
    log.until("locked 2").await;
    gate.open();
    log.until(&format!("done {one}")).await;
    log.until(&format!("done {two}")).await;
    assert!(is_free(&registry, "1").await && is_free(&registry, "2").await);
}

async fn locks_when_using_the_same_key<R: Subject>(registry: R, _: Me) {
    let (log, first, second) = (Log::new(), Gate::shut(), Gate::opened());
    let one = holder(&registry, "ok", &log, &first);
    log.until("locked ok").await;
    let two = holder(&registry, "ok", &log, &second);
    settle().await;
    assert_eq!(log.count("locked ok"), 1);
    first.open();
    log.until(&format!("done {one}")).await;
    log.until(&format!("done {two}")).await;
    assert_eq!(log.count("locked ok"), 2);
    assert!(is_free(&registry, "ok").await);
}

async fn locks_when_the_one_holding_the_lock_raises<R: Subject>(registry: R, _: Me) {
    let (log, gate) = (Log::new(), Gate::shut());
    let (locking, noted, raises) = (registry.clone(), log.clone(), gate.clone());
    let one = process(async move |_: Me| {
        let inside = async move {
            noted.add("locked ok");
            raises.pass().await;
            panic!("oops");
        };
        locking.lock("ok", inside).await
    });
    log.until("locked ok").await;
    let two = holder(&registry, "ok", &log, &Gate::opened());
    settle().await;
    gate.open();
    let reason = one.ended().await;
    assert_eq!(panic_message(&reason), Some("oops"));
    log.until(&format!("done {two}")).await;
    assert!(is_free(&registry, "ok").await);
}

async fn locks_when_the_one_holding_the_lock_terminates<R: Subject>(registry: R, _: Me) {
    let log = Log::new();
    let one = holder(&registry, "ok", &log, &Gate::shut());
    log.until("locked ok").await;
    let two = holder(&registry, "ok", &log, &Gate::opened());
    settle().await;
    one.exit(ExitReason::Kill);
    log.until(&format!("done {two}")).await;
    assert_eq!(log.count(&format!("done {one}")), 0);
    assert!(is_free(&registry, "ok").await);
}

async fn locks_when_the_one_waiting_for_the_lock_terminates<R: Subject>(registry: R, _: Me) {
    let (log, gate) = (Log::new(), Gate::shut());
    let one = holder(&registry, "ok", &log, &gate);
    log.until("locked ok").await;
    let two = holder(&registry, "ok", &log, &Gate::opened());
    let three = holder(&registry, "ok", &log, &Gate::opened());
    settle().await;
    two.exit(ExitReason::Kill);
    two.ended().await;
    gate.open();
    log.until(&format!("done {one}")).await;
    log.until(&format!("done {three}")).await;
    assert_eq!(log.count("locked ok"), 2);
    assert!(is_free(&registry, "ok").await);
}

async fn lets_in_in_the_order_of_coming<R: Subject>(registry: R, _: Me) {
    let (log, gate) = (Log::new(), Gate::shut());
    let first = holder(&registry, "ok", &log, &gate);
    log.until("locked ok").await;
    let mut waiting = Vec::new();
    for n in 0..20 {
        waiting.push(holder(&registry, "ok", &log, &Gate::opened()));
        settle().await;
        assert_eq!(log.all().len(), 1, "number {n} waits");
    }
    // Some that wait go away, also one that comes next; nobody overtakes.
    for gone in [0, 7, 8, 19] {
        waiting[gone].exit(ExitReason::Kill);
    }
    for gone in [19, 8, 7, 0] {
        waiting.remove(gone).ended().await;
    }
    assert_eq!(now(registry.lock("ok", async {})).await, None);
    gate.open();
    let expected: Vec<String> = std::iter::once(first)
        .chain(waiting)
        .map(|pid| format!("done {pid}"))
        .collect();
    log.until(&expected[16]).await;
    let mut done = log.all();
    done.retain(|line| line.starts_with("done"));
    assert_eq!(done, expected);
}

async fn lock_keys_are_a_namespace_of_their_own<R: Subject>(registry: R, ctx: Me) {
    registry.put(&ctx, "hello", Number(1));
    let used = registry.clone();
    let inside = async move {
        let registry = used;
        assert_eq!(registry.lookup("hello"), [(ctx.pid(), Number(1))]);
        assert_eq!(registry.lock("other", async { 1 }).await, 1);
        registry.unregister(&ctx, "hello");
        registry.put(&ctx, "other", Number(2));
        ctx
    };
    let ctx = registry.lock("hello", inside).await;
    assert_eq!(registry.keys(ctx.pid()), ["other"]);
    assert!(is_free(&registry, "hello").await);
}

/// Whoever gives up, from outside of the future, is not waited for.
#[registry_runtime::test]
async fn a_lock_is_free_when_the_future_is_dropped() {
    let registry: Registry<String> = Registry::builder().build().unwrap();
    // It need not run.
    let mut held = Box::pin(registry.lock("key", async || pending::<()>().await));
    assert!(now(held.as_mut()).await.is_none());
    let mut waits = Box::pin(registry.lock("key", async || 2));
    let mut last = Box::pin(registry.lock("key", async || 3));
    assert!(now(waits.as_mut()).await.is_none());
    assert!(now(last.as_mut()).await.is_none());
    drop(held);
    // It is `waits`' turn by now, and it goes away without a look.
    drop(waits);
    assert_eq!(last.await, 3);
    let timed_out = std::time::Duration::ZERO;
    let held = registry.lock("key", async || pending::<()>().await);
    assert!(tokio::time::timeout(timed_out, held).await.is_err());
    assert_eq!(registry.lock("key", async || 4).await, 4);
}

/// One at a time, whoever is killed, from many threads.
#[registry_runtime::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_at_a_time_under_fire() {
    let registry: Registry<u32> = Registry::builder().partitions(8).build().unwrap();
    let inside = [0, 1].map(|_| Arc::new(AtomicUsize::new(0)));
    let entered = Arc::new(AtomicUsize::new(0));
    /// Leaves also when it is dropped half-way.
    struct Leaves(Arc<AtomicUsize>);
    impl Drop for Leaves {
        fn drop(&mut self) {
            self.0.fetch_sub(1, Ordering::SeqCst);
        }
    }
    let processes: Vec<Pid> = (0..200_u32)
        .map(|n| {
            let (registry, entered) = (registry.clone(), Arc::clone(&entered));
            let inside = Arc::clone(&inside[n as usize % 2]);
            let process = spawn(async move |_: Process<()>| {
                for _ in 0..20 {
                    let (inside, entered) = (Arc::clone(&inside), Arc::clone(&entered));
                    registry
                        .lock(&(n % 2), async move || {
                            assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0);
                            let _leaves = Leaves(inside);
                            entered.fetch_add(1, Ordering::Relaxed);
                            tokio::task::yield_now().await;
                        })
                        .await;
                }
            });
            process.pid()
        })
        .collect();
    for pid in processes.iter().step_by(3) {
        pid.exit(ExitReason::Kill);
        tokio::task::yield_now().await;
    }
    for (n, pid) in processes.iter().enumerate() {
        let reason = pid.ended().await;
        let ended = matches!(reason, ExitReason::Normal | ExitReason::NoProc);
        assert!(ended || n % 3 == 0, "{reason}");
    }
    assert!(
        inside
            .iter()
            .all(|inside| inside.load(Ordering::SeqCst) == 0)
    );
    assert!(entered.load(Ordering::Relaxed) >= 133 * 20);
    assert!(now(registry.lock(&0, async || ())).await.is_some());
    assert!(now(registry.lock(&1, async || ())).await.is_some());
}
