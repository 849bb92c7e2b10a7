//! What holds for all kinds: counting, matching, unregistering, dying.

use registry_runtime::prelude::*;

use crate::support::*;

over_all! {
    starts_configured_number_of_partitions
    counts_0_keys_in_an_empty_registry
    counts_the_number_of_keys_in_a_registry
    shows_keys_and_values_of_each_process
    supports_match_patterns
    supports_guard_conditions
    count_match_supports_match_patterns
    count_match_supports_guard_conditions
    unregister_match_supports_patterns
    unregister_match_supports_guards
    unregister_match_takes_ones_own_alone
    unregisters_process_by_key
    unregisters_with_no_entries
    clean_up_registry_on_process_crash
    whoever_is_told_of_a_death_finds_the_name_free
    is_linked_while_it_has_entries
    the_exiting_are_refused
}

async fn starts_configured_number_of_partitions<R: Subject>(registry: R, _: Me) {
    assert_eq!(registry.handle().partitions(), R::PARTITIONS);
    let running = Node::current().snapshot().registries;
    let shown = running.iter().find(|info| Some(info.pid) == registry.pid());
    assert_eq!(shown.unwrap().entries.len(), R::PARTITIONS);
}

async fn counts_0_keys_in_an_empty_registry<R: Subject>(registry: R, _: Me) {
    assert_eq!(registry.count(), 0);
}

async fn counts_the_number_of_keys_in_a_registry<R: Subject>(registry: R, ctx: Me) {
    registry.put(&ctx, "hello", Word("value"));
    registry.put(&ctx, "world", Word("value"));
    assert_eq!(registry.count(), 2);
}

async fn shows_keys_and_values_of_each_process<R: Subject>(registry: R, ctx: Me) {
    registry.put(&ctx, "hello", Word("value"));
    let other = Other::registered(&registry, "world", Number(1)).await;
    assert_eq!(registry.keys(ctx.pid()), ["hello"]);
    assert_eq!(registry.values("hello", ctx.pid()), [Word("value")]);
    assert_eq!(registry.values("world", ctx.pid()), []);
    assert_eq!(registry.keys(other.pid), ["world"]);
    assert_eq!(registry.values("world", other.pid), [Number(1)]);
    assert_eq!(registry.lookup("hello"), [(ctx.pid(), Word("value"))]);
    assert_eq!(registry.lookup("world"), [(other.pid, Number(1))]);
    assert_eq!(registry.lookup("nobody"), []);
    let mut seen = Vec::new();
    let shown = registry.shown("hello", |pid, value| seen.push((pid, value.clone())));
    assert_eq!((shown, seen), (1, vec![(ctx.pid(), Word("value"))]));
    assert_eq!(
        registry.shown("nobody", |_, _| panic!("there is nobody")),
        0
    );
}

async fn supports_match_patterns<R: Subject>(registry: R, ctx: Me) {
    let value = Triple(1, "atom", 1);
    registry.put(&ctx, "hello", value.clone());
    let found = [(ctx.pid(), value)];
    assert_eq!(
        registry.matching("hello", match_spec! { (_, Triple(1, _, _)) }),
        found
    );
    assert_eq!(
        registry.matching("hello", match_spec! { (_, Number(1)) }),
        []
    );
    assert_eq!(
        registry.matching("hello", match_spec! { (_, Triple(_, "atom", _)) }),
        found
    );
    let same = match_spec! { (_, Triple(first, _, third)) if first == third };
    assert_eq!(registry.matching("hello", same), found);
    assert_eq!(registry.matching("hello", match_spec! { (_, _) }), found);
    assert_eq!(registry.matching("_", match_spec! { (_, _) }), []);
    registry.put(&ctx, "world", map());
    let with_b = match_spec! { (_, value) if has_b(value) };
    assert_eq!(registry.matching("world", with_b), [(ctx.pid(), map())]);
    // A body shapes what comes back.
    let shaped = match_spec! { (pid, Triple(first, word, _)) => (word.len(), *first, pid) };
    assert_eq!(registry.matching("hello", shaped), [(4, 1, ctx.pid())]);
    let either = match_spec! {
        (_, Triple(2, ..)) => "two",
        (_, Triple(..) | Number(_)) => "another",
        (_, _) => "none of these",
    };
    assert_eq!(registry.matching("hello", either), ["another"]);
}

async fn supports_guard_conditions<R: Subject>(registry: R, ctx: Me) {
    let value = Triple(1, "atom", 2);
    registry.put(&ctx, "hello", value.clone());
    let found = [(ctx.pid(), value)];
    let above_1 = match_spec! { (_, Triple(_, _, n)) if *n > 1 };
    assert_eq!(registry.matching("hello", above_1), found);
    let above_2 = match_spec! { (_, Triple(_, _, n)) if *n > 2 };
    assert_eq!(registry.matching("hello", above_2), []);
    let me = ctx.pid();
    let text = match_spec! { (pid, Triple(_, word, _)) if pid == me && word.is_ascii() };
    assert_eq!(registry.matching("hello", text), found);
}

async fn count_match_supports_match_patterns<R: Subject>(registry: R, ctx: Me) {
    registry.put(&ctx, "hello", Triple(1, "atom", 1));
    assert_eq!(
        registry.count_match("hello", match_spec! { (_, Triple(1, _, _)) }),
        1
    );
    assert_eq!(
        registry.count_match("hello", match_spec! { (_, Number(1)) }),
        0
    );
    assert_eq!(
        registry.count_match("hello", match_spec! { (_, Triple(_, "atom", _)) }),
        1
    );
    let same = match_spec! { (_, Triple(first, _, third)) if first == third };
    assert_eq!(registry.count_match("hello", same), 1);
    assert_eq!(registry.count_match("hello", match_spec! { (_, _) }), 1);
    assert_eq!(registry.count_match("_", match_spec! { (_, _) }), 0);
    registry.put(&ctx, "world", map());
    assert_eq!(
        registry.count_match("world", match_spec! { (_, value) if has_b(value) }),
        1
    );
}

async fn count_match_supports_guard_conditions<R: Subject>(registry: R, ctx: Me) {
    registry.put(&ctx, "hello", Triple(1, "atom", 2));
    let above_1 = match_spec! { (_, Triple(_, _, n)) if *n > 1 };
    assert_eq!(registry.count_match("hello", above_1), 1);
    let above_2 = match_spec! { (_, Triple(_, _, n)) if *n > 2 };
    assert_eq!(registry.count_match("hello", above_2), 0);
    let text = match_spec! { (_, Triple(_, word, _)) if word.is_ascii() => word.len() };
    assert_eq!(registry.count_match("hello", text), 1);
}

async fn unregister_match_supports_patterns<R: Subject>(registry: R, ctx: Me) {
    let value = Triple(1, "atom", 1);
    registry.put(&ctx, "hello", value.clone());
    let found = [(ctx.pid(), value)];
    registry.unregister_match(&ctx, "hello", match_spec! { Triple(2, _, _) });
    assert_eq!(registry.lookup("hello"), found);
    registry.unregister_match(&ctx, "hello", match_spec! { Number(1) });
    assert_eq!(registry.lookup("hello"), found);
    registry.unregister_match(&ctx, "hello", match_spec! { Triple(_, "atom", _) });
    assert_eq!(registry.lookup("hello"), []);
    registry.unregister_match(&ctx, "hello", match_spec! { _ });
    assert_eq!(registry.count(), 0);
}

async fn unregister_match_supports_guards<R: Subject>(registry: R, ctx: Me) {
    registry.put(&ctx, "hello", Triple(1, "atom", 1));
    registry.unregister_match(&ctx, "hello", match_spec! { Triple(n, _, _) if *n > 1 });
    assert_eq!(registry.count(), 1);
    registry.unregister_match(&ctx, "hello", match_spec! { Triple(n, _, _) if *n < 2 });
    assert_eq!(registry.lookup("hello"), []);
    assert_eq!(registry.keys(ctx.pid()), Vec::<String>::new());
}

async fn unregister_match_takes_ones_own_alone<R: Subject>(registry: R, ctx: Me) {
    let other = Other::registered(&registry, "hello", Number(1)).await;
    registry.unregister_match(&ctx, "hello", match_spec! { _ });
    registry.unregister(&ctx, "hello");
    assert_eq!(registry.lookup("hello"), [(other.pid, Number(1))]);
}

async fn unregisters_process_by_key<R: Subject>(registry: R, ctx: Me) {
    registry.unregister(&ctx, "hello");
    registry.put(&ctx, "hello", Word("value"));
    registry.put(&ctx, "world", Word("value"));
    assert_eq!(registry.keys(ctx.pid()), ["hello", "world"]);
    registry.unregister(&ctx, "hello");
    assert_eq!(registry.keys(ctx.pid()), ["world"]);
    registry.unregister(&ctx, "world");
    assert_eq!(registry.keys(ctx.pid()), Vec::<String>::new());
    registry.put(&ctx, "hello", Number(2));
    assert_eq!(registry.lookup("hello"), [(ctx.pid(), Number(2))]);
}

async fn unregisters_with_no_entries<R: Subject>(registry: R, ctx: Me) {
    registry.unregister(&ctx, "hello");
    assert_eq!(registry.count(), 0);
}

async fn clean_up_registry_on_process_crash<R: Subject>(registry: R, _: Me) {
    let hello = Other::registered(&registry, "hello", Word("value")).await;
    let world = Other::registered(&registry, "world", Word("value")).await;
    let dead = [hello.kill().await, world.kill().await];
    // Nothing is waited for: there is no partition that would come to it later.
    assert_eq!(registry.count(), 0);
    assert_eq!(registry.select(|key, pid, _| Some((key.clone(), pid))), []);
    for pid in dead {
        assert_eq!(registry.keys(pid), Vec::<String>::new());
        assert_eq!(registry.values("hello", pid), []);
    }
    let running = Node::current().snapshot().registries;
    let shown = running.iter().find(|info| Some(info.pid) == registry.pid());
    assert!(shown.unwrap().entries.iter().all(|entries| *entries == 0));
}

async fn whoever_is_told_of_a_death_finds_the_name_free<R: Subject>(registry: R, mut ctx: Me) {
    for round in 0..20 {
        let other = Other::registered(&registry, "hello", Number(round)).await;
        let _ = ctx.monitor(other.pid);
        other.pid.exit(ExitReason::Kill);
        let down: Down = ctx.recv_info().await;
        assert_eq!((down.pid, down.reason), (other.pid, ExitReason::Killed));
        assert_eq!(registry.lookup("hello"), []);
        registry.put(&ctx, "hello", Number(round));
        registry.unregister(&ctx, "hello");
    }
}

/// Elixir links the process and the partition; here the process gets the signal that such a link
/// would give it.
async fn is_linked_while_it_has_entries<R: Subject>(registry: R, mut ctx: Me) {
    ctx.trap_exit(true);
    let own = registry.pid().unwrap();
    registry.put(&ctx, "hello", Word("value"));
    registry.put(&ctx, "world", Word("value"));
    registry.unregister(&ctx, "hello");
    own.exit(ExitReason::Kill);
    let exit: Exit = ctx.recv_info().await;
    assert_eq!((exit.from, exit.reason), (Some(own), ExitReason::Killed));
    own.ended().await;
    assert!(
        now(ctx.recv_info::<Exit>()).await.is_none(),
        "one signal, however many entries"
    );
    let own = registry.start().await.unwrap();
    registry.put(&ctx, "hello", Word("value"));
    registry.unregister(&ctx, "hello");
    own.exit(ExitReason::Kill);
    own.ended().await;
    assert!(
        now(ctx.recv_info::<Exit>()).await.is_none(),
        "nothing is registered any more"
    );
    registry.start().await.unwrap();
}

async fn the_exiting_are_refused<R: Subject>(registry: R, _: Me) {
    let (send, sent) = tokio::sync::oneshot::channel();
    let pid = process(async |ctx: Me| drop(send.send(ctx)));
    let dead = sent.await.unwrap();
    pid.ended().await;
    assert_eq!(
        registry.register(&dead, "hello", Number(1)),
        Err(RegisterError::Exiting)
    );
    registry.unregister(&dead, "hello");
    assert_eq!((registry.count(), registry.lookup("hello")), (0, vec![]));
}
