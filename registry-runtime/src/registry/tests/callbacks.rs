//! Code of users may use the same registry, key and partition, and may panic.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::{die, process, received, registry};
use crate::process::Process;
use crate::registry::{Duplicate, Registry};

type Unique = Registry<String, Arc<str>>;
type Topics = Registry<String, Arc<str>, Duplicate, u32>;

/// Everything there is, on the key that a callback is called for.
fn use_it_all(registry: &Unique, ctx: &Process<u32>, key: &str) {
    let other = process::<u32>();
    let _ = registry.register(&other, key.to_owned(), "other".into());
    let _ = registry.lookup(key);
    let _ = registry.with(key, |_, value| value.len());
    let _ = registry.keys(ctx.pid());
    let _ = registry.values(key, ctx.pid());
    let _ = registry.update_value(ctx, key, |value| format!("{value}!").into());
    let _ = registry.select(|_, pid, _| Some(pid));
    let _ = registry.count_match(key, |_, _| true);
    registry.unregister_match(ctx, key, |_| false);
    registry.unregister(ctx, key);
    let _ = registry.register(ctx, key.to_owned(), "again".into());
    die(other);
}

fn use_all_topics(registry: &Topics, ctx: &Process<u32>, key: &str) {
    let other = process::<u32>();
    registry
        .register(&other, key.to_owned(), "other".into())
        .unwrap();
    let _ = registry.lookup(key);
    let _ = registry.keys(ctx.pid());
    let _ = registry.values(key, ctx.pid());
    let _ = registry.select(|_, pid, _| Some(pid));
    registry.publish(key, 1);
    registry.unregister_match(ctx, key, |_| false);
    registry.unregister(ctx, key);
    registry
        .register(ctx, key.to_owned(), "again".into())
        .unwrap();
    die(other);
}

#[test]
fn every_callback_of_a_unique_registry_may_use_it() {
    let registry: Unique = registry(1);
    let ctx = process::<u32>();
    let again = || use_it_all(&registry, &ctx, "k");
    registry.register(&ctx, "k".to_owned(), "v".into()).unwrap();
    registry.with("k", |_, _| again());
    registry.dispatch("k", |_| again());
    let _ = registry.matching("k", |_, _| {
        again();
        true
    });
    let _ = registry.count_match("k", |_, _| {
        again();
        true
    });
    let _ = registry.select(|_, _, _| {
        again();
        Some(())
    });
    let _ = registry.count_select(|_, _, _| {
        again();
        true
    });
    registry.unregister_match(&ctx, "k", |_| {
        again();
        true
    });
    assert!(
        registry.lookup("k").is_some(),
        "what came meanwhile is another registration"
    );
    let _ = registry.update_value(&ctx, "k", |_| {
        again();
        "updated".into()
    });
    assert_eq!(registry.lookup("k"), Some((ctx.pid(), "updated".into())));
    let _ = registry.update_value(&ctx, "k", |_| {
        registry.unregister(&ctx, "k");
        "gone".into()
    });
    assert_eq!(registry.count(), 0);
    die(ctx);
}

#[test]
fn every_callback_of_a_duplicate_registry_may_use_it() {
    let registry: Topics = registry(1);
    let ctx = process::<u32>();
    let again = || use_all_topics(&registry, &ctx, "k");
    for n in 0..3 {
        registry
            .register(&ctx, "k".to_owned(), n.to_string().into())
            .unwrap();
    }
    let seen = registry.dispatch("k", |entries| {
        again();
        entries
            .iter()
            .map(|entry| entry.value().to_string())
            .collect::<Vec<_>>()
    });
    assert_eq!(
        seen.unwrap(),
        ["0", "1", "2"],
        "as they were when the dispatch began"
    );
    let _ = registry.with("k", |_, _| again());
    let _ = registry.matching("k", |_, _| {
        again();
        true
    });
    let _ = registry.count_select(|_, _, _| {
        again();
        true
    });
    registry.unregister_match(&ctx, "k", |_| {
        again();
        true
    });
    assert_eq!(
        registry.count(),
        1,
        "what came meanwhile is another registration"
    );
    assert!(!received(&ctx).is_empty());
    die(ctx);
    assert_eq!(registry.count(), 0);
}

#[test]
fn a_panicking_callback_leaves_the_registry_sound() {
    let registry: Unique = registry(1);
    let ctx = process::<u32>();
    registry.register(&ctx, "k".to_owned(), "v".into()).unwrap();
    let panics = |action: &dyn Fn()| assert!(catch_unwind(AssertUnwindSafe(action)).is_err());
    panics(&|| {
        registry
            .with("k", |_, _| panic!("on purpose"))
            .unwrap_or(());
    });
    panics(&|| {
        registry
            .dispatch("k", |_| panic!("on purpose"))
            .unwrap_or(());
    });
    panics(&|| drop(registry.select(|_, _, _| -> Option<()> { panic!("on purpose") })));
    panics(&|| drop(registry.update_value(&ctx, "k", |_| panic!("on purpose"))));
    panics(&|| registry.unregister_match(&ctx, "k", |_| -> bool { panic!("on purpose") }));
    assert_eq!(registry.lookup("k"), Some((ctx.pid(), "v".into())));
    assert_eq!(registry.count(), 1);
    die(ctx);
    assert_eq!(registry.count(), 0);
}

/// A value that uses its registry when it is dropped, and panics at that.
struct Rude(Registry<u32, Rude>, u32);

impl Drop for Rude {
    fn drop(&mut self) {
        assert!(
            self.0.with(&self.1, |_, _| ()).is_none(),
            "dropped after it has left"
        );
        panic!("on purpose");
    }
}

#[test]
fn values_are_dropped_under_no_lock_and_a_panic_of_one_loses_no_other() {
    let registry: Registry<u32, Rude> = registry(1);
    let (a, b) = (process::<()>(), process::<()>());
    for n in 0..10 {
        registry.register(&a, n, Rude(registry.clone(), n)).unwrap();
    }
    registry
        .register(&b, 10, Rude(registry.clone(), 10))
        .unwrap();
    registry.unregister(&a, &3);
    assert_eq!(registry.count(), 10);
    die(a);
    assert_eq!(registry.count(), 1);
    assert!(registry.with(&10, |_, _| ()).is_some());
    die(b);
    assert_eq!(registry.count(), 0);
}

/// Panics with itself when it is dropped, once.
struct Payload(std::sync::Arc<()>, bool);

impl Drop for Payload {
    fn drop(&mut self) {
        if self.1 {
            std::panic::panic_any(Self(self.0.clone(), false));
        }
    }
}

#[test]
fn what_a_panic_of_a_drop_leaves_is_dropped_too() {
    let registry: Registry<u32, Payload> = registry(1);
    let (a, held) = (process::<()>(), std::sync::Arc::new(()));
    let value = Payload(held.clone(), true);
    registry.register(&a, 1, value).unwrap();
    die(a);
    assert_eq!(registry.count(), 0);
    assert_eq!(std::sync::Arc::strong_count(&held), 1);
}

#[test]
fn an_update_does_not_touch_what_belongs_to_another_by_then() {
    let registry: Unique = registry(1);
    let (a, b) = (process::<u32>(), process::<u32>());
    registry.register(&a, "k".to_owned(), "a".into()).unwrap();
    let updated = registry.update_value(&a, "k", |_| {
        registry.unregister(&a, "k");
        registry.register(&b, "k".to_owned(), "b".into()).unwrap();
        "updated".into()
    });
    assert_eq!(updated, None);
    assert_eq!(registry.lookup("k"), Some((b.pid(), "b".into())));
}
