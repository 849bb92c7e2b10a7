//! `dispatch`, one after the other and in parallel.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use registry_runtime::prelude::*;

use crate::support::*;

over_all! {
    dispatches_to_a_single_key
    dispatches_in_the_caller_to_the_entries_as_they_were
    dispatches_in_parallel
    a_panic_of_a_callback_comes_out_and_leaves_all_as_it_was
}

mod several {
    use super::{
        a_parallel_dispatch_shows_each_entry_once, dispatches_to_multiple_keys_in_parallel,
        dispatches_to_multiple_keys_in_serial,
    };

    over_duplicate! {
        dispatches_to_multiple_keys_in_serial
        dispatches_to_multiple_keys_in_parallel
        a_parallel_dispatch_shows_each_entry_once
    }
}

async fn dispatches_to_a_single_key<R: Subject>(registry: R, mut ctx: Me) {
    assert_eq!(
        registry.dispatch("hello", |_| panic!("there is nobody")),
        None::<()>
    );
    registry.put(&ctx, "hello", Word("value"));
    let sent = registry.dispatch("hello", |entries| {
        assert_eq!(entries.len(), 1);
        for entry in entries {
            assert_eq!(entry.pid(), ctx.pid());
            entry.send(Message(entry.value().clone())).unwrap();
        }
        "sent"
    });
    assert_eq!(sent, Some("sent"));
    assert_eq!(received(&mut ctx).await, [Word("value")]);
}

async fn dispatches_in_the_caller_to_the_entries_as_they_were<R: Subject>(registry: R, ctx: Me) {
    let other = Other::registered(&registry, "hello", Number(1)).await;
    let thread = std::thread::current().id();
    registry.dispatch("hello", |entries| {
        assert_eq!(std::thread::current().id(), thread);
        registry.put(&ctx, "world", Number(2));
        let seen: Vec<Pid> = entries.iter().map(|entry| entry.pid()).collect();
        assert_eq!(seen, [other.pid]);
    });
    other.kill().await;
    assert_eq!(registry.dispatch("hello", |entries| entries.len()), None);
    assert_eq!(registry.dispatch("world", |entries| entries.len()), Some(1));
}

async fn dispatches_in_parallel<R: Subject>(registry: R, mut ctx: Me) {
    registry
        .dispatch_parallel("hello", |_| panic!("there is nobody"))
        .await;
    registry.put(&ctx, "hello", Word("value"));
    let send = |entries: registry_runtime::registry::Entries<'_, Value, Message>| {
        for entry in entries {
            entry.send(Message(entry.value().clone())).unwrap();
        }
    };
    registry.dispatch_parallel("hello", send).await;
    assert_eq!(received(&mut ctx).await, [Word("value")]);
}

async fn a_panic_of_a_callback_comes_out_and_leaves_all_as_it_was<R: Subject>(
    registry: R,
    ctx: Me,
) {
    registry.put(&ctx, "hello", Number(1));
    let panics = |action: &dyn Fn()| {
        let payload = catch_unwind(AssertUnwindSafe(action)).unwrap_err();
        assert_eq!(payload.downcast_ref(), Some(&"on purpose"));
    };
    panics(&|| {
        registry
            .dispatch("hello", |_| panic!("on purpose"))
            .unwrap_or(())
    });
    panics(&|| assert_eq!(registry.shown("hello", |_, _| panic!("on purpose")), 0));
    let never = |_: Pid, _: &Value| -> bool { panic!("on purpose") };
    panics(&|| drop(registry.matching("hello", never)));
    panics(&|| assert_eq!(registry.count_match("hello", never), 0));
    panics(&|| drop(registry.select(|_, _, _| -> Option<()> { panic!("on purpose") })));
    let never = |_: &String, _: Pid, _: &Value| -> bool { panic!("on purpose") };
    panics(&|| assert_eq!(registry.count_select(never), 0));
    panics(&|| registry.unregister_match(&ctx, "hello", |_| -> bool { panic!("on purpose") }));
    let dispatching = registry.clone();
    let parallel = async move {
        dispatching
            .dispatch_parallel("hello", |_| panic!("on purpose"))
            .await;
    };
    let failed = tokio::spawn(parallel).await.unwrap_err();
    assert_eq!(failed.into_panic().downcast_ref(), Some(&"on purpose"));
    assert_eq!(registry.lookup("hello"), [(ctx.pid(), Number(1))]);
    registry.put(&ctx, "world", Number(2));
    registry.unregister(&ctx, "hello");
    assert_eq!(
        (registry.count(), registry.keys(ctx.pid())),
        (1, vec!["world".to_owned()])
    );
}

fn put_three(registry: &impl Subject, ctx: &Me) {
    registry.put(ctx, "hello", Word("value1"));
    registry.put(ctx, "hello", Word("value2"));
    registry.put(ctx, "world", Word("value3"));
}

async fn dispatches_to_multiple_keys_in_serial<R: Several>(registry: R, mut ctx: Me) {
    ctx.trap_exit(true);
    put_three(&registry, &ctx);
    for (key, expected) in [
        ("hello", vec![Word("value1"), Word("value2")]),
        ("world", vec![Word("value3")]),
    ] {
        let sent = registry.dispatch(key, |entries| {
            for entry in &entries {
                entry.send(Message(entry.value().clone())).unwrap();
            }
            entries.len()
        });
        assert_eq!(sent, Some(expected.len()));
        assert_eq!(received(&mut ctx).await, expected);
    }
    assert!(now(ctx.recv_info::<Exit>()).await.is_none());
}

async fn dispatches_to_multiple_keys_in_parallel<R: Several>(registry: R, mut ctx: Me) {
    ctx.trap_exit(true);
    put_three(&registry, &ctx);
    for (key, expected) in [
        ("hello", vec![Word("value1"), Word("value2")]),
        ("world", vec![Word("value3")]),
    ] {
        let node = Node::current();
        let caller = tokio::task::id();
        let send = move |entries: registry_runtime::registry::Entries<'_, Value, Message>| {
            assert_ne!(
                tokio::task::id(),
                caller,
                "the parts are tasks of their own"
            );
            assert_eq!(Node::current(), node);
            for entry in entries {
                entry.send(Message(entry.value().clone())).unwrap();
            }
        };
        registry.dispatch_parallel(key, send).await;
        assert_eq!(received(&mut ctx).await, expected);
    }
    assert!(now(ctx.recv_info::<Exit>()).await.is_none());
}

async fn a_parallel_dispatch_shows_each_entry_once<R: Several>(registry: R, ctx: Me) {
    for n in 0..500 {
        registry.put(&ctx, "topic", Number(n));
    }
    registry.unregister_match(&ctx, "topic", match_spec! { Number(n) if n % 3 == 0 });
    let (seen, parts) = (
        Arc::new(Mutex::new(Vec::new())),
        Arc::new(AtomicUsize::new(0)),
    );
    let (noted, counted) = (Arc::clone(&seen), Arc::clone(&parts));
    registry
        .dispatch_parallel("topic", move |entries| {
            assert_ne!(entries.len(), 0);
            assert_eq!(entries.len(), entries.iter().count());
            counted.fetch_add(1, Ordering::Relaxed);
            let mut noted = noted.lock().unwrap();
            noted.extend(entries.iter().map(|entry| entry.value().clone()));
        })
        .await;
    let expected: Vec<Value> = (0..500).filter(|n| n % 3 != 0).map(Number).collect();
    assert_eq!(sorted(std::mem::take(&mut *seen.lock().unwrap())), expected);
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    assert!(parts.load(Ordering::Relaxed) <= threads);
}

/// The other parts are done before a panic comes out, on however many threads.
#[registry_runtime::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_panic_of_one_part_keeps_no_other_from_being_called() {
    let registry: Registry<u32, u32, Duplicate, u32> = Registry::builder().build().unwrap();
    registry.start().unwrap();
    let registering = registry.clone();
    let process = spawn(async move |ctx: Process<u32>| {
        for n in 0..1_000 {
            registering.register(&ctx, 1, n).unwrap();
        }
        let seen = Arc::new(AtomicUsize::new(0));
        for _ in 0..20 {
            let (dispatching, counted) = (registering.clone(), Arc::clone(&seen));
            seen.store(0, Ordering::Relaxed);
            let dispatch = tokio::spawn(async move {
                let all = move |entries: registry_runtime::registry::Entries<'_, u32, u32>| {
                    counted.fetch_add(entries.len(), Ordering::Relaxed);
                    assert!(
                        entries.iter().all(|entry| *entry.value() != 0),
                        "on purpose"
                    );
                };
                dispatching.dispatch_parallel(&1, all).await;
            });
            assert!(dispatch.await.unwrap_err().is_panic());
            assert_eq!(seen.load(Ordering::Relaxed), 1_000);
        }
    });
    let reason = process.pid().ended().await;
    assert!(reason.is_normal(), "{reason}");
    assert_eq!(registry.count(), 0);
}
