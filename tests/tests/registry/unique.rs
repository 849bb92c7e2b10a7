//! What holds for one process a key.

use registry_runtime::prelude::*;

use crate::support::*;

over_unique! {
    has_unique_registrations
    has_unique_registrations_across_processes
    has_unique_registrations_even_if_partition_is_delayed
    a_refused_registration_leaves_nothing_behind
    updates_current_process_value
    an_update_is_of_the_owners_entry_as_it_is_then
    finds_and_sends_by_key
}

fn taken(pid: Pid) -> Result<(), RegisterError> {
    Err(RegisterError::AlreadyRegistered(pid))
}

async fn has_unique_registrations<R: OneEach>(registry: R, ctx: Me) {
    registry.put(&ctx, "hello", Word("value"));
    assert_eq!(registry.keys(ctx.pid()), ["hello"]);
    assert_eq!(registry.values("hello", ctx.pid()), [Word("value")]);
    assert_eq!(
        registry.register(&ctx, "hello", Word("value")),
        taken(ctx.pid())
    );
    assert_eq!(registry.keys(ctx.pid()), ["hello"]);
    assert_eq!(registry.values("hello", ctx.pid()), [Word("value")]);
    registry.put(&ctx, "world", Word("value"));
    assert_eq!(registry.keys(ctx.pid()), ["hello", "world"]);
}

async fn has_unique_registrations_across_processes<R: OneEach>(registry: R, ctx: Me) {
    let other = Other::registered(&registry, "hello", Word("value")).await;
    assert_eq!(registry.keys(other.pid), ["hello"]);
    assert_eq!(registry.values("hello", other.pid), [Word("value")]);
    assert_eq!(
        registry.register(&ctx, "hello", Word("recent")),
        taken(other.pid)
    );
    assert_eq!(registry.keys(ctx.pid()), Vec::<String>::new());
    assert_eq!(registry.values("hello", ctx.pid()), []);
    assert_eq!(registry.lookup("hello"), [(other.pid, Word("value"))]);
}

/// There is no process of a partition that could be late; the registry's own does not get a turn here.
async fn has_unique_registrations_even_if_partition_is_delayed<R: OneEach>(registry: R, ctx: Me) {
    let other = Other::registered(&registry, "hello", Word("value")).await;
    assert_eq!(
        registry.register(&ctx, "hello", Word("other")),
        taken(other.pid)
    );
    other.kill().await;
    assert_eq!(registry.register(&ctx, "hello", Word("other")), Ok(()));
    assert_eq!(registry.lookup("hello"), [(ctx.pid(), Word("other"))]);
}

/// Elixir: "doesn't grow ets on already_registered", by oneself and across processes.
async fn a_refused_registration_leaves_nothing_behind<R: OneEach>(registry: R, ctx: Me) {
    let entries = || {
        let running = Node::current().snapshot().registries;
        let shown = running
            .into_iter()
            .find(|info| Some(info.pid) == registry.pid());
        shown.unwrap().entries.iter().sum::<usize>()
    };
    let other = Other::registered(&registry, "hello", Word("value")).await;
    assert_eq!(entries(), 1);
    registry.put(&ctx, "world", Word("value"));
    assert_eq!(entries(), 2);
    assert_eq!(
        registry.register(&ctx, "hello", Word("recent")),
        taken(other.pid)
    );
    assert_eq!(
        registry.register(&ctx, "world", Word("recent")),
        taken(ctx.pid())
    );
    assert_eq!((entries(), registry.count()), (2, 2));
    assert_eq!(registry.keys(ctx.pid()), ["world"]);
    // Whose attempt was refused leaves nothing of the other's when it dies.
    let refused = Other::new();
    let tried = registry.clone();
    let error = refused
        .does(move |ctx| tried.register(ctx, "hello", Number(0)))
        .await;
    assert_eq!(error, taken(other.pid));
    refused.kill().await;
    assert_eq!(registry.lookup("hello"), [(other.pid, Word("value"))]);
}

async fn updates_current_process_value<R: OneEach>(registry: R, ctx: Me) {
    let never = |_: &Value| -> Value { panic!("there is nothing of ones own to update") };
    assert_eq!(registry.update_value(&ctx, "hello", never), None);
    let _other = Other::registered(&registry, "hello", Word("value")).await;
    assert_eq!(registry.update_value(&ctx, "hello", never), None);
    registry.put(&ctx, "world", Number(1));
    assert_eq!(registry.lookup("world"), [(ctx.pid(), Number(1))]);
    let increment = |value: &Value| match value {
        Number(n) => Number(n + 1),
        other => other.clone(),
    };
    let updated = registry.update_value(&ctx, "world", increment);
    assert_eq!(updated, Some((Number(2), Number(1))));
    assert_eq!(registry.lookup("world"), [(ctx.pid(), Number(2))]);
    assert_eq!(registry.values("world", ctx.pid()), [Number(2)]);
    assert_eq!((registry.count(), registry.keys(ctx.pid()).len()), (2, 1));
}

async fn an_update_is_of_the_owners_entry_as_it_is_then<R: OneEach>(registry: R, ctx: Me) {
    registry.put(&ctx, "hello", Number(1));
    // What a reader holds stays as it was.
    registry.dispatch("hello", |entries| {
        registry.update_value(&ctx, "hello", |_| Number(2));
        let seen: Vec<_> = entries.iter().map(|entry| entry.value().clone()).collect();
        assert_eq!(seen, [Number(1)]);
    });
    // An update inside of an update comes before it.
    let updated = registry.update_value(&ctx, "hello", |_| {
        registry.update_value(&ctx, "hello", |_| Number(3));
        Number(4)
    });
    assert_eq!(updated, Some((Number(4), Number(2))));
    // Whoever unregisters in between has nothing to update.
    let updated = registry.update_value(&ctx, "hello", |_| {
        registry.unregister(&ctx, "hello");
        Number(5)
    });
    assert_eq!((updated, registry.count()), (None, 0));
}

async fn finds_and_sends_by_key<R: OneEach>(registry: R, mut ctx: Me) {
    assert_eq!(registry.whereis("hello"), None);
    let to_nobody = registry.send("hello", Message(Number(0)));
    assert_eq!(to_nobody, Err(SendError::NotRunning));
    registry.put(&ctx, "hello", Word("value"));
    assert_eq!(registry.whereis("hello"), Some(ctx.pid()));
    assert_eq!(registry.send("hello", Message(Number(1))), Ok(()));
    // What was found stays that process, whoever has the key later.
    let found = registry.find("hello").unwrap();
    registry.unregister(&ctx, "hello");
    let other = Other::registered(&registry, "hello", Word("value")).await;
    assert_eq!(found.deliver(Message(Number(2))), Ok(()));
    assert_eq!(received(&mut ctx).await, [Number(1), Number(2)]);
    let found = registry.find("hello").unwrap();
    other.kill().await;
    assert_eq!(
        found.deliver(Message(Number(3))),
        Err(SendError::NotRunning)
    );
}
