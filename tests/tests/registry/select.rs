//! `select` and `count_select`, with match specifications and without.

use registry_runtime::prelude::*;

use crate::support::*;

over_all! {
    empty_list_for_empty_registry
    select_all
    select_supports_full_match_specs
    select_supports_guard_conditions
    select_allows_multiple_specs
    count_select_supports_match_specs
    count_select_supports_guard_conditions
    count_select_allows_multiple_specs
    the_first_clause_that_matches_counts
    select_shows_each_entry_of_many_once
}

async fn empty_list_for_empty_registry<R: Subject>(registry: R, _: Me) {
    let all =
        registry.select(match_spec! { (key, pid, value) => (key.clone(), pid, value.clone()) });
    assert_eq!(all, []);
}

async fn select_all<R: Subject>(registry: R, ctx: Me) {
    let other = Other::registered(&registry, "hello", Number(0)).await;
    registry.put(&ctx, "world", Word("value"));
    let all =
        registry.select(match_spec! { (key, pid, value) => (key.clone(), pid, value.clone()) });
    let expected = [
        ("hello".to_owned(), other.pid, Number(0)),
        ("world".to_owned(), ctx.pid(), Word("value")),
    ];
    assert_eq!(sorted(all), expected);
}

async fn select_supports_full_match_specs<R: Subject>(registry: R, ctx: Me) {
    let value = Triple(1, "atom", 1);
    registry.put(&ctx, "hello", value.clone());
    let me = ctx.pid();
    let hello = [("hello".to_owned(), me, value.clone())];

    assert_eq!(
        registry.select(
            match_spec! { (key, pid, value) if key == "hello" => (key.clone(), pid, value.clone()) }
        ),
        hello
    );
    assert_eq!(
        registry.select(
            match_spec! { (key, pid, value) if pid == me => (key.clone(), me, value.clone()) }
        ),
        hello
    );
    assert_eq!(registry.select(match_spec! { (key, pid, found) if *found == value => (key.clone(), pid, found.clone()) }), hello);
    assert_eq!(
        registry.select(
            match_spec! { (key, pid, value) if key == "world" => (key.clone(), pid, value.clone()) }
        ),
        []
    );
    assert_eq!(
        registry.select(match_spec! { (key, pid, Number(n)) => (key.clone(), pid, *n) }),
        []
    );
    assert_eq!(
        registry.select(match_spec! {
            (key, pid, Triple(a, "atom", b)) => (key.clone(), pid, Triple(*a, "atom", *b))
        }),
        hello
    );
    assert_eq!(
        registry.select(match_spec! {
            (key, pid, Triple(a, word, b)) if a == b => (key.clone(), pid, Triple(*a, word, *a))
        }),
        hello
    );

    registry.put(&ctx, "world", map());
    let constant = match_spec! {
        (key, pid, value) if key == "world" && pid == me && has_b(value) => "match"
    };
    assert_eq!(registry.select(constant), ["match"]);
    let keys = registry.select(match_spec! { (key, _, _) => key.clone() });
    assert_eq!(sorted(keys), ["hello", "world"]);
}

async fn select_supports_guard_conditions<R: Subject>(registry: R, ctx: Me) {
    registry.put(&ctx, "hello", Triple(1, "atom", 2));
    assert_eq!(
        registry.select(match_spec! {
            (key, pid, Triple(a, word, b)) if *b > 1 => (key.clone(), pid, (*a, *word, *b))
        }),
        [("hello".to_owned(), ctx.pid(), (1, "atom", 2))]
    );
    assert_eq!(
        registry.select(match_spec! { (key, _, Triple(_, _, b)) if *b > 2 => key.clone() }),
        Vec::<String>::new()
    );
    assert_eq!(
        registry
            .select(match_spec! { (key, _, Triple(_, word, _)) if word.is_ascii() => key.clone() }),
        ["hello"]
    );
}

async fn select_allows_multiple_specs<R: Subject>(registry: R, ctx: Me) {
    registry.put(&ctx, "hello", Word("value"));
    registry.put(&ctx, "world", Word("value"));
    registry.put(&ctx, "nobody", Word("value"));
    assert_eq!(
        sorted(registry.select(match_spec! {
            (key, _, _) if key == "hello" => key.to_uppercase(),
            (key, _, _) if key == "world" => key.clone(),
        })),
        ["HELLO", "world"]
    );
}

async fn count_select_supports_match_specs<R: Subject>(registry: R, ctx: Me) {
    let value = Triple(1, "atom", 1);
    registry.put(&ctx, "hello", value.clone());
    assert_eq!(
        registry.count_select(match_spec! { (_, _, found) if *found == value }),
        1
    );
    assert_eq!(
        registry.count_select(match_spec! { (key, _, _) if key == "hello" }),
        1
    );
    assert_eq!(
        registry.count_select(match_spec! { (_, _, Triple(1, "atom", _)) }),
        1
    );
    assert_eq!(
        registry.count_select(match_spec! { (_, _, Triple(a, _, b)) if a == b }),
        1
    );
    let none = match_spec! { (key, _, Word(_)) if key == "hello" };
    assert_eq!(registry.count_select(none), 0);
    registry.put(&ctx, "world", map());
    assert_eq!(
        registry.count_select(match_spec! { (key, _, _) if key == "world" }),
        1
    );
    assert_eq!(registry.count_select(match_spec! { (_, _, _) }), 2);
}

async fn count_select_supports_guard_conditions<R: Subject>(registry: R, ctx: Me) {
    registry.put(&ctx, "hello", Triple(1, "atom", 2));
    let text = match_spec! { (_, _, Triple(_, word, _)) if word.is_ascii() };
    assert_eq!(registry.count_select(text), 1);
    assert_eq!(
        registry.count_select(match_spec! { (_, _, Triple(_, _, b)) if *b > 1 }),
        1
    );
    assert_eq!(
        registry.count_select(match_spec! { (_, _, Triple(_, _, b)) if *b > 2 }),
        0
    );
}

async fn count_select_allows_multiple_specs<R: Subject>(registry: R, ctx: Me) {
    registry.put(&ctx, "hello", Word("value"));
    registry.put(&ctx, "world", Word("value"));
    registry.put(&ctx, "nobody", Word("value"));
    let either = match_spec! {
        (key, _, _) if key == "hello",
        (key, _, _) if key == "world",
    };
    assert_eq!(registry.count_select(either), 2);
}

async fn the_first_clause_that_matches_counts<R: Subject>(registry: R, ctx: Me) {
    registry.put(&ctx, "hello", Number(1));
    registry.put(&ctx, "world", Number(7));
    let clauses = match_spec! {
        (_, _, Number(n)) if *n > 5 => "large",
        (_, _, Number(1..=3)) => "small",
        (_, _, _) => "never",
    };
    assert_eq!(sorted(registry.select(clauses)), ["large", "small"]);
    // Each entry once, though both clauses match it.
    let both = match_spec! { (_, _, Number(_)) => 1, (_, _, _) => 2 };
    assert_eq!(registry.select(both), [1, 1]);
}

async fn select_shows_each_entry_of_many_once<R: Subject>(registry: R, ctx: Me) {
    let other = Other::new();
    for n in 0..500 {
        let key = format!("key {n}");
        registry.put(&ctx, &key, Number(n));
        let registering = registry.clone();
        other
            .does(move |ctx| registering.put(ctx, &format!("other {key}"), Number(n)))
            .await;
    }
    assert_eq!(registry.count(), 1_000);
    let me = ctx.pid();
    let mine =
        registry.select(match_spec! { (key, pid, Number(n)) if pid == me => (*n, key.clone()) });
    let expected: Vec<(i64, String)> = (0..500).map(|n| (n, format!("key {n}"))).collect();
    assert_eq!(sorted(mine), expected);
    assert_eq!(
        registry.count_select(match_spec! { (_, pid, _) if pid == me }),
        500
    );
    other.kill().await;
    assert_eq!(registry.count_select(|_, _, _| true), 500);
}
