//! What holds for several processes a key.

use registry_runtime::prelude::*;

use crate::support::*;

over_duplicate! {
    counts_each_registration
    has_duplicate_registrations
    has_duplicate_registrations_across_processes
    unregisters_by_key
    supports_match_patterns
    supports_guards
    unregister_match_supports_patterns
    unregister_match_supports_guards
    unregister_match_leaves_others_values
    select_all
    publishes_a_clone_to_each_registration
    a_topic_grows_and_shrinks_in_any_order
}

fn two() -> [Value; 2] {
    [Triple(1, "atom", 1), Triple(2, "atom", 2)]
}

fn of(ctx: &Me, values: impl IntoIterator<Item = Value>) -> Vec<(Pid, Value)> {
    values.into_iter().map(|value| (ctx.pid(), value)).collect()
}

async fn counts_each_registration<R: Several>(registry: R, ctx: Me) {
    registry.put(&ctx, "hello", Word("value"));
    registry.put(&ctx, "hello", Word("value"));
    assert_eq!(registry.count(), 2);
}

async fn has_duplicate_registrations<R: Several>(registry: R, ctx: Me) {
    registry.put(&ctx, "hello", Word("value"));
    assert_eq!(registry.keys(ctx.pid()), ["hello"]);
    assert_eq!(registry.values("hello", ctx.pid()), [Word("value")]);
    registry.put(&ctx, "hello", Word("value"));
    assert_eq!(registry.keys(ctx.pid()), ["hello", "hello"]);
    assert_eq!(
        registry.values("hello", ctx.pid()),
        [Word("value"), Word("value")]
    );
    registry.put(&ctx, "world", Word("value"));
    assert_eq!(registry.keys(ctx.pid()), ["hello", "hello", "world"]);
}

async fn has_duplicate_registrations_across_processes<R: Several>(registry: R, ctx: Me) {
    let other = Other::registered(&registry, "hello", Word("world")).await;
    assert_eq!(registry.keys(ctx.pid()), Vec::<String>::new());
    assert_eq!(registry.keys(other.pid), ["hello"]);
    assert_eq!(registry.values("hello", ctx.pid()), []);
    assert_eq!(registry.values("hello", other.pid), [Word("world")]);
    registry.put(&ctx, "hello", Word("value"));
    assert_eq!(registry.keys(ctx.pid()), ["hello"]);
    assert_eq!(registry.values("hello", ctx.pid()), [Word("value")]);
    let both = sorted([(other.pid, Word("world")), (ctx.pid(), Word("value"))]);
    assert_eq!(registry.lookup("hello"), both);
}

async fn unregisters_by_key<R: Several>(registry: R, ctx: Me) {
    registry.put(&ctx, "hello", Word("value"));
    registry.put(&ctx, "hello", Word("value"));
    registry.put(&ctx, "world", Word("value"));
    let other = Other::registered(&registry, "hello", Word("other")).await;
    assert_eq!(registry.keys(ctx.pid()), ["hello", "hello", "world"]);
    registry.unregister(&ctx, "hello");
    assert_eq!(registry.keys(ctx.pid()), ["world"]);
    assert_eq!(registry.lookup("hello"), [(other.pid, Word("other"))]);
    registry.unregister(&ctx, "world");
    assert_eq!(registry.keys(ctx.pid()), Vec::<String>::new());
}

async fn supports_match_patterns<R: Several>(registry: R, ctx: Me) {
    let [one, other] = two();
    registry.put(&ctx, "hello", one.clone());
    registry.put(&ctx, "hello", other.clone());
    let (first, second) = (of(&ctx, [one.clone()]), of(&ctx, [other.clone()]));
    let both = of(&ctx, two());
    assert_eq!(
        registry.matching("hello", match_spec! { (_, Triple(1, _, _)) }),
        first
    );
    assert_eq!(
        registry.matching("hello", match_spec! { (_, Number(1)) }),
        []
    );
    let atoms = registry.matching("hello", match_spec! { (_, Triple(_, "atom", _)) });
    assert_eq!(sorted(atoms), both);
    let same = match_spec! { (_, Triple(first, _, third)) if first == third };
    assert_eq!(sorted(registry.matching("hello", same)), both);
    assert_eq!(
        registry.matching("hello", match_spec! { (_, Triple(2, _, _)) }),
        second
    );
    let shaped = registry.matching(
        "hello",
        match_spec! {
            (_, Triple(1, word, _)) => format!("{word} one"),
            (_, Triple(n, _, _)) if *n > 5 => "many".to_owned(),
            (pid, _) => pid.to_string(),
        },
    );
    assert_eq!(
        sorted(shaped),
        sorted([ctx.pid().to_string(), "atom one".to_owned()])
    );
}

async fn supports_guards<R: Several>(registry: R, ctx: Me) {
    let [one, other] = two();
    registry.put(&ctx, "hello", one.clone());
    registry.put(&ctx, "hello", other);
    let below_2 = match_spec! { (_, Triple(n, _, _)) if *n < 2 };
    assert_eq!(registry.matching("hello", below_2), of(&ctx, [one]));
    let above_3 = match_spec! { (_, Triple(n, _, _)) if *n > 3 };
    assert_eq!(registry.matching("hello", above_3), []);
    let below_3 = match_spec! { (_, Triple(n, _, _)) if *n < 3 };
    assert_eq!(sorted(registry.matching("hello", below_3)), of(&ctx, two()));
    let text = match_spec! { (_, Triple(_, word, _)) if word.is_ascii() };
    assert_eq!(registry.count_match("hello", text), 2);
}

async fn unregister_match_supports_patterns<R: Several>(registry: R, ctx: Me) {
    let [one, other] = two();
    registry.put(&ctx, "hello", one.clone());
    registry.put(&ctx, "hello", other.clone());
    registry.unregister_match(&ctx, "hello", match_spec! { Triple(2, _, _) });
    assert_eq!(registry.lookup("hello"), of(&ctx, [one]));
    registry.put(&ctx, "hello", other);
    registry.unregister_match(&ctx, "hello", match_spec! { Number(2) });
    assert_eq!(registry.lookup("hello"), of(&ctx, two()));
    registry.unregister_match(&ctx, "hello", match_spec! { Triple(_, "atom", _) });
    assert_eq!(registry.lookup("hello"), []);
}

async fn unregister_match_supports_guards<R: Several>(registry: R, ctx: Me) {
    let [one, other] = two();
    registry.put(&ctx, "hello", one);
    registry.put(&ctx, "hello", other.clone());
    registry.unregister_match(&ctx, "hello", match_spec! { Triple(n, _, _) if *n < 2 });
    assert_eq!(registry.lookup("hello"), of(&ctx, [other]));
}

async fn unregister_match_leaves_others_values<R: Several>(registry: R, ctx: Me) {
    for n in 0..100 {
        registry.put(&ctx, "hello", Number(n));
        registry.put(&ctx, "world", Number(n));
    }
    let other = Other::registered(&registry, "hello", Number(2)).await;
    let chosen = match_spec! {
        Number(n) if n % 2 == 0,
        Number(1 | 3 | 5),
    };
    registry.unregister_match(&ctx, "hello", chosen);
    let left: Vec<Value> = (7..100).step_by(2).map(Number).collect();
    assert_eq!(registry.values("hello", ctx.pid()), left);
    assert_eq!(registry.values("world", ctx.pid()).len(), 100);
    assert_eq!(registry.values("hello", other.pid), [Number(2)]);
    assert_eq!(registry.count(), left.len() + 101);
}

async fn select_all<R: Several>(registry: R, ctx: Me) {
    registry.put(&ctx, "hello", Word("value"));
    registry.put(&ctx, "hello", Word("value"));
    let all = registry.select(match_spec! {
        (key, pid, value) => (key.clone(), pid, value.clone())
    });
    let one = ("hello".to_owned(), ctx.pid(), Word("value"));
    assert_eq!(all, [one.clone(), one]);
}

async fn publishes_a_clone_to_each_registration<R: Several>(registry: R, mut ctx: Me) {
    assert_eq!(registry.publish("hello", Message(Number(0))), 0);
    registry.put(&ctx, "hello", Word("value"));
    registry.put(&ctx, "hello", Word("value"));
    registry.put(&ctx, "world", Word("value"));
    let other = Other::registered(&registry, "hello", Word("other")).await;
    assert_eq!(registry.publish("hello", Message(Number(1))), 3);
    assert_eq!(registry.publish("world", Message(Number(2))), 1);
    assert_eq!(received(&mut ctx).await, [Number(1), Number(1), Number(2)]);
    other.kill().await;
    assert_eq!(registry.publish("hello", Message(Number(3))), 2);
}

async fn a_topic_grows_and_shrinks_in_any_order<R: Several>(registry: R, ctx: Me) {
    let others: Vec<Other> = (0..150).map(|_| Other::new()).collect();
    for other in &others {
        for n in 0..3 {
            let registry = registry.clone();
            other
                .does(move |ctx| registry.put(ctx, "topic", Number(n)))
                .await;
        }
    }
    registry.put(&ctx, "topic", Number(9));
    assert_eq!(registry.count(), 451);
    let mut left = 451;
    // From the middle, the end and the beginning, by all three ways of leaving.
    for (at, other) in others.into_iter().enumerate().rev() {
        let leaving = registry.clone();
        match at % 3 {
            0 => drop(other.kill().await),
            1 => {
                other
                    .does(move |ctx| leaving.unregister(ctx, "topic"))
                    .await
            }
            _ => {
                other
                    .does(move |ctx| {
                        leaving.unregister_match(ctx, "topic", match_spec! { Number(1) });
                        assert_eq!(leaving.values("topic", ctx.pid()), [Number(0), Number(2)]);
                    })
                    .await;
                other.kill().await;
            }
        }
        left -= 3;
        assert_eq!(
            (registry.count(), registry.lookup("topic").len()),
            (left, left)
        );
    }
    assert_eq!(registry.lookup("topic"), [(ctx.pid(), Number(9))]);
}
