//! Callbacks use the registry that called them: the same key, the same partition.

use std::cell::Cell;
use std::sync::{Arc, Mutex};

use registry_runtime::Registry;
use registry_runtime::prelude::*;
use registry_runtime::registry::Keys;

use crate::support::*;

over_all! {
    every_callback_may_use_the_registry
    a_walk_may_change_what_it_walks_over
    parallel_callbacks_may_use_the_registry
    who_holds_a_lock_may_use_the_registry
}

mod one_each {
    use super::an_update_may_use_the_registry;

    over_unique! { an_update_may_use_the_registry }
}

mod several {
    use super::a_callback_may_publish;

    over_duplicate! { a_callback_may_publish }
}

/// All that there is, on the key that a callback was called for. Leaves one entry under it.
fn use_it_all(registry: &impl Subject, ctx: &Me, key: &str) {
    let (me, other) = (ctx.pid(), format!("{key} too"));
    let _ = registry.lookup(key);
    let _ = registry.keys(me);
    let _ = registry.values(key, me);
    let _ = registry.shown(key, |_, _| ());
    let _ = registry.matching(key, |_, _| true);
    let _ = registry.count_match(key, |_, _| true);
    let _ = registry.select(|_, pid, _| Some(pid));
    let _ = registry.count_select(|_, _, _| true);
    registry.dispatch(key, |entries| entries.len());
    registry.unregister_match(ctx, key, |_| false);
    registry.unregister(ctx, key);
    registry.put(ctx, &other, Number(0));
    registry.put(ctx, key, Number(1));
    registry.unregister(ctx, &other);
    registry.put_meta(key, 1).unwrap();
    assert_eq!(registry.meta::<i32>(key), Some(1));
    registry.delete_meta(key);
    assert!(registry.is_running() && registry.count() > 0);
}

/// Runs a callback as often as it is called, and wants it to have been.
fn expect_called(action: impl FnOnce(&dyn Fn())) {
    let called = Cell::new(0);
    action(&|| called.set(called.get() + 1));
    assert_ne!(called.get(), 0);
}

async fn every_callback_may_use_the_registry<R: Subject>(registry: R, ctx: Me) {
    call_all(&registry, &ctx);
    // Another process may come in between as well.
    let other = Other::registered(&registry, "key", Number(2)).await;
    registry.unregister_match(&ctx, "key", |_| true);
    assert_eq!(registry.lookup("key"), [(other.pid, Number(2))]);
}

/// Has each of the functions call back, to where the registry is used on the same key.
fn call_all(registry: &impl Subject, ctx: &Me) {
    registry.put(ctx, "key", Number(1));
    let again = || use_it_all(registry, ctx, "key");
    again();
    expect_called(|called| {
        let found = registry.dispatch("key", |_| {
            called();
            again();
            // Also from inside of another one.
            registry.dispatch("key", |_| again());
        });
        assert_eq!(found, Some(()));
    });
    expect_called(|called| {
        registry.shown("key", |_, _| {
            called();
            again();
        });
    });
    expect_called(|called| {
        let _ = registry.matching("key", |_, _| {
            called();
            again();
            true
        });
    });
    expect_called(|called| {
        let _ = registry.count_match("key", |_, _| {
            called();
            again();
            true
        });
    });
    expect_called(|called| {
        let _ = registry.select(|_, _, _| {
            called();
            again();
            Some(())
        });
    });
    expect_called(|called| {
        let _ = registry.count_select(|_, _, _| {
            called();
            again();
            true
        });
    });
    expect_called(|called| {
        registry.unregister_match(ctx, "key", |_| {
            called();
            again();
            true
        });
    });
    assert_eq!(
        registry.values("key", ctx.pid()),
        [Number(1)],
        "what came meanwhile stays"
    );
    registry.unregister(ctx, "key");
}

async fn a_walk_may_change_what_it_walks_over<R: Subject>(registry: R, ctx: Me) {
    for n in 0..200 {
        registry.put(&ctx, &format!("key {n}"), Number(n));
    }
    // Each of those that were there is shown once, though they leave and others come.
    let seen = registry.select(|key, _, value| {
        registry.unregister(&ctx, key);
        if let Number(n) = value
            && *n < 1_000
        {
            registry.put(&ctx, key, Number(n + 1_000));
            return Some(*n);
        }
        None
    });
    assert_eq!(sorted(seen), (0..200).collect::<Vec<i64>>());
    let left = registry.count_select(match_spec! { (_, _, Number(n)) if *n >= 1_000 });
    assert_eq!(left, registry.count());
}

async fn parallel_callbacks_may_use_the_registry<R: Subject>(registry: R, ctx: Me) {
    registry.put(&ctx, "key", Number(1));
    let (shared, used) = (Arc::new(Mutex::new(ctx)), registry.clone());
    let me = Arc::clone(&shared);
    registry
        .dispatch_parallel("key", move |entries| {
            for _ in entries {
                use_it_all(&used, &me.lock().unwrap(), "key");
            }
        })
        .await;
    assert_eq!(registry.lookup("key").len(), 1);
}

async fn who_holds_a_lock_may_use_the_registry<R: Subject>(registry: R, ctx: Me) {
    let used = registry.clone();
    let inside = async move {
        use_it_all(&used, &ctx, "key");
        tokio::task::yield_now().await;
        use_it_all(&used, &ctx, "key");
        used.lock("another key", async { 1 }).await
    };
    assert_eq!(registry.lock("key", inside).await, 1);
    // In a callback, somebody else's lock can be had, or not.
    let other = Other::registered(&registry, "other", Number(1)).await;
    let taken = registry.dispatch("other", |_| {
        let mut lock = registry.lock("key", async { "locked" });
        let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
        lock.as_mut().poll(&mut cx)
    });
    assert_eq!(taken, Some(std::task::Poll::Ready("locked")));
    drop(other);
}

async fn an_update_may_use_the_registry<R: OneEach>(registry: R, ctx: Me) {
    registry.put(&ctx, "key", Number(1));
    let updated = registry.update_value(&ctx, "key", |_| {
        use_it_all(&registry, &ctx, "key");
        registry.update_value(&ctx, "key", |_| Number(5));
        Number(6)
    });
    assert_eq!(updated.map(|(new, _)| new), Some(Number(6)));
    assert_eq!(registry.lookup("key"), [(ctx.pid(), Number(6))]);
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        registry.update_value(&ctx, "key", |_| panic!("on purpose"))
    }));
    assert!(panicked.is_err());
    assert_eq!(registry.lookup("key"), [(ctx.pid(), Number(6))]);
}

async fn a_callback_may_publish<R: Several>(registry: R, mut ctx: Me) {
    registry.put(&ctx, "key", Number(1));
    registry.put(&ctx, "key", Number(2));
    registry.dispatch("key", |entries| {
        for entry in entries {
            assert_eq!(registry.publish("key", Message(entry.value().clone())), 2);
        }
    });
    assert_eq!(
        received(&mut ctx).await,
        [Number(1), Number(1), Number(2), Number(2)]
    );
}

/// A value that uses its registry when it is cloned and when it goes.
#[derive(Debug)]
struct Nosy<D: Keys>(Registry<u32, Self, D>, u32);

impl<D: Keys> Nosy<D> {
    fn look(&self) {
        let _ = self.0.count_match(&self.1, |_, _| true);
        let _ = self.0.count_select(|_, _, _| true);
        assert!(self.0.count() < 100);
    }
}

impl<D: Keys> Clone for Nosy<D> {
    fn clone(&self) -> Self {
        self.look();
        Self(self.0.clone(), self.1)
    }
}

impl<D: Keys> Drop for Nosy<D> {
    fn drop(&mut self) {
        self.look();
    }
}

async fn nosy<D: Keys>() {
    for partitions in PARTITIONS {
        let registry: Registry<u32, Nosy<D>, D> =
            Registry::builder().partitions(partitions).build().unwrap();
        registry.start().unwrap();
        let used = registry.clone();
        let process = spawn(async move |ctx: Process<()>| {
            for n in 0..30 {
                used.register(&ctx, n, Nosy(used.clone(), n)).unwrap();
            }
            assert_eq!(used.values(&1, ctx.pid()).len(), 1);
            assert_eq!(used.matching(&1, |_, _| true).len(), 1);
            used.unregister(&ctx, &1);
            used.unregister_match(&ctx, &2, |value| value.1 == 2);
            // A refused one goes, too; in a duplicate registry it is let in.
            let _ = used.register(&ctx, 3, Nosy(used.clone(), 3));
            assert!(used.count() >= 28);
        });
        let reason = process.pid().ended().await;
        assert!(reason.is_normal(), "{reason}");
        assert_eq!(registry.count(), 0);
    }
}

#[registry_runtime::test]
async fn values_may_use_the_registry_when_they_are_cloned_and_when_they_go() {
    nosy::<Unique>().await;
    nosy::<Duplicate>().await;
    nosy::<DuplicateByKey>().await;
}

/// A value that panics when it goes.
struct Rude(u32);

impl Drop for Rude {
    fn drop(&mut self) {
        assert!(!self.0.is_multiple_of(3), "on purpose");
    }
}

async fn rude<D: Keys>() {
    for partitions in PARTITIONS {
        let registry: Registry<u32, Rude, D> =
            Registry::builder().partitions(partitions).build().unwrap();
        let own = registry.start().unwrap();
        let register = async |registry: Registry<u32, Rude, D>, from: u32| {
            let process = spawn(async move |ctx: Process<()>| {
                for n in from..from + 30 {
                    registry.register(&ctx, n, Rude(n)).unwrap();
                }
                registry.unregister(&ctx, &(from + 3));
                let () = std::future::pending().await;
            });
            process.pid()
        };
        let (one, two) = (
            register(registry.clone(), 0).await,
            register(registry.clone(), 30).await,
        );
        registry_tests::eventually(|| registry.count() == 58).await;
        one.exit(ExitReason::Kill);
        one.ended().await;
        assert_eq!(registry.count(), 29, "the others are still there");
        own.exit(ExitReason::Kill);
        own.ended().await;
        assert_eq!(
            (registry.count(), two.ended().await.is_normal()),
            (0, false)
        );
        // As good as new.
        registry.start().unwrap();
        let three = register(registry.clone(), 60).await;
        registry_tests::eventually(|| registry.count() == 29).await;
        three.exit(ExitReason::Kill);
        three.ended().await;
        assert_eq!(registry.count(), 0);
    }
}

#[registry_runtime::test]
async fn a_value_that_panics_when_it_goes_keeps_no_other_from_going() {
    rude::<Unique>().await;
    rude::<Duplicate>().await;
    rude::<DuplicateByKey>().await;
}
