//! Keys of other types than `String`: what is looked up borrowed, what collides, what is reserved
//! in Elixir's match specifications and is not here.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use registry_runtime::Registry;
use registry_runtime::prelude::*;
use registry_runtime::registry::{DuplicateKeys, Equivalent, Keys};

use crate::support::{PARTITIONS, sorted};

/// A key of any kind, as terms are in Elixir.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Term {
    Atom(&'static str),
    Text(String),
    Integer(i64),
    /// The bits of a float: what is equal is the same.
    Float(u64),
    Tuple(Vec<Term>),
}

use Term::{Atom, Float, Integer, Text, Tuple};

registry! { Unique1, keys = unique, key = Term, value = u32, partitions = 1 }
registry! { Unique8, keys = unique, key = Term, value = u32, partitions = 8 }

/// Runs the body in a process on a registry of a kind with each number of partitions.
async fn each<K, V, D, F, Fut>(body: F)
where
    K: Hash + Eq + Clone + Send + Sync + 'static,
    V: Send + Sync + 'static,
    D: Keys,
    F: Fn(Registry<K, V, D>, Process<()>) -> Fut + Clone + Send + 'static,
    Fut: Future<Output = ()> + Send + 'static,
{
    for partitions in PARTITIONS {
        let registry: Registry<K, V, D> =
            Registry::builder().partitions(partitions).build().unwrap();
        registry.start().unwrap();
        on(&registry, body.clone()).await;
    }
}

/// Runs the body in a process.
async fn on<K, V, D, F, Fut>(registry: &Registry<K, V, D>, body: F)
where
    K: Hash + Eq + Clone + Send + Sync + 'static,
    V: Send + Sync + 'static,
    D: Keys,
    F: Fn(Registry<K, V, D>, Process<()>) -> Fut + Send + 'static,
    Fut: Future<Output = ()> + Send + 'static,
{
    let tested = registry.clone();
    let reason = spawn(move |ctx| body(tested, ctx)).pid().ended().await;
    assert!(reason.is_normal(), "{reason}");
    assert_eq!(registry.count(), 0);
}

async fn compares_as_the_type_does<D: Keys>(registry: Registry<Term, u32, D>, ctx: Process<()>) {
    let (float, integer) = (Float(1.0_f64.to_bits()), Integer(1));
    registry.register(&ctx, float.clone(), 1).unwrap();
    registry.register(&ctx, integer.clone(), 2).unwrap();
    assert_eq!(sorted(registry.keys(ctx.pid())), [integer, float.clone()]);
    assert_eq!(registry.values(&float, ctx.pid()), [1]);
}

#[registry_runtime::test]
async fn compares_using_equality() {
    each::<Term, u32, Unique, _, _>(compares_as_the_type_does).await;
    each::<Term, u32, Duplicate, _, _>(compares_as_the_type_does).await;
    each::<Term, u32, DuplicateByKey, _, _>(compares_as_the_type_does).await;
    Unique1::start().await.unwrap();
    Unique8::start().await.unwrap();
    on(&Unique1::handle(), compares_as_the_type_does).await;
    on(&Unique8::handle(), compares_as_the_type_does).await;
}

/// What `register_reserved_keys` of Elixir's tests registers.
fn reserved() -> [Term; 6] {
    let label = || Atom("label");
    [
        Tuple(vec![Atom("good"), label()]),
        Atom("_"),
        Tuple(vec![Atom("$1"), label()]),
        Tuple(vec![Atom("$$"), label()]),
        Tuple(vec![label(), Text("b".to_owned())]),
        Tuple(vec![label(), Text("a".to_owned()), Text("b".to_owned())]),
    ]
}

async fn supports_reserved<D: Keys>(registry: Registry<Term, u32, D>, ctx: Process<()>) {
    for round in 0..2 {
        for (value, key) in (0..).zip(reserved()) {
            registry.register(&ctx, key, value).unwrap();
        }
        for (value, key) in (0..).zip(reserved()) {
            let found = registry.matching(&key, match_spec! { (_, _) });
            assert_eq!(found, [(ctx.pid(), value)]);
            assert_eq!(registry.count_match(&key, match_spec! { (_, _) }), 1);
            let selected = match_spec! { (other, _, value) if *other == key => *value };
            assert_eq!(registry.select(selected), [value]);
        }
        let [good, reserved @ .., superset] = reserved();
        for (value, key) in (1..).zip(&reserved) {
            if round == 0 {
                registry.unregister_match(&ctx, key, match_spec! { found if *found != value });
                assert_eq!(registry.count_match(key, |_, _| true), 1);
                registry.unregister_match(&ctx, key, match_spec! { found if *found == value });
            } else {
                registry.unregister(&ctx, key);
            }
            assert_eq!(registry.count_match(key, |_, _| true), 0);
        }
        assert_eq!(registry.values(&good, ctx.pid()), [0]);
        assert_eq!(registry.values(&superset, ctx.pid()), [5]);
        registry.unregister(&ctx, &good);
        registry.unregister(&ctx, &superset);
        assert_eq!(registry.count(), 0);
    }
}

#[registry_runtime::test]
async fn supports_reserved_keys() {
    each::<Term, u32, Unique, _, _>(supports_reserved).await;
    each::<Term, u32, Duplicate, _, _>(supports_reserved).await;
    each::<Term, u32, DuplicateByKey, _, _>(supports_reserved).await;
    Unique1::start().await.unwrap();
    Unique8::start().await.unwrap();
    on(&Unique1::handle(), supports_reserved).await;
    on(&Unique8::handle(), supports_reserved).await;
}

/// The six tests "… with reserved-atom keys" of `duplicate_test.exs`.
async fn reserved_atoms<D: DuplicateKeys>(registry: Registry<Term, u32, D>, ctx: Process<()>) {
    let (any, first, hello) = (Atom("_"), Atom("$1"), Text("hello".to_owned()));
    for (key, value) in [(&any, 1), (&any, 2), (&first, 3), (&hello, 4)] {
        registry.register(&ctx, key.clone(), value).unwrap();
    }
    let me = ctx.pid();
    assert_eq!(
        sorted(registry.matching(&any, match_spec! { (_, _) })),
        [(me, 1), (me, 2)]
    );
    assert_eq!(registry.matching(&any, match_spec! { (_, 1) }), [(me, 1)]);
    assert_eq!(registry.count_match(&any, match_spec! { (_, _) }), 2);
    assert_eq!(
        registry.count_match(&first, match_spec! { (_, n) if *n > 2 }),
        1
    );
    let of_any = match_spec! { (Atom("_"), pid, value) => (pid, *value) };
    assert_eq!(sorted(registry.select(of_any)), [(me, 1), (me, 2)]);
    let of_hello = match_spec! { (Text(text), _, value) if text == "hello" => *value };
    assert_eq!(registry.select(of_hello), [4]);
    assert_eq!(registry.count_select(match_spec! { (Atom("$1"), _, _) }), 1);
    assert_eq!(registry.count_select(match_spec! { (Atom(_), _, _) }), 3);
    registry.unregister_match(&ctx, &any, match_spec! { 1 });
    assert_eq!(registry.lookup(&any), [(me, 2)]);
    assert_eq!(
        sorted(registry.keys(me)),
        [first.clone(), any.clone(), hello.clone()]
    );
    registry.unregister(&ctx, &any);
    assert_eq!(sorted(registry.keys(me)), [first, hello]);
}

#[registry_runtime::test]
async fn works_with_reserved_atom_keys() {
    each::<Term, u32, Duplicate, _, _>(reserved_atoms).await;
    each::<Term, u32, DuplicateByKey, _, _>(reserved_atoms).await;
}

/// A key whose hash says nothing: all of them share a shard, a place in the table and a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Colliding(u32);

impl Hash for Colliding {
    fn hash<H: Hasher>(&self, state: &mut H) {
        0_u8.hash(state);
    }
}

async fn collide<D: Keys>(registry: Registry<Colliding, u32, D>, ctx: Process<()>) {
    let keys: Vec<Colliding> = (0..50).map(Colliding).collect();
    for key in &keys {
        registry.register(&ctx, *key, key.0).unwrap();
    }
    assert_eq!(sorted(registry.keys(ctx.pid())), keys);
    for (at, key) in keys.iter().enumerate() {
        assert_eq!(registry.values(key, ctx.pid()), [key.0]);
        registry.unregister_match(&ctx, key, |value| *value != key.0);
        registry.unregister(&ctx, key);
        registry.unregister(&ctx, key);
        assert_eq!(registry.count(), keys.len() - at - 1);
        assert_eq!(registry.count_match(key, |_, _| true), 0);
        assert_eq!(sorted(registry.keys(ctx.pid())), keys[at + 1..]);
    }
    for key in &keys {
        registry.register(&ctx, *key, key.0).unwrap();
    }
}

#[registry_runtime::test]
async fn keys_that_collide_stay_apart() {
    each::<Colliding, u32, Unique, _, _>(collide).await;
    each::<Colliding, u32, Duplicate, _, _>(collide).await;
    each::<Colliding, u32, DuplicateByKey, _, _>(collide).await;
}

/// Looks a pair up by a borrowed one.
#[derive(Hash)]
struct Borrowed<'a>(&'a str, u32);

impl Equivalent<(String, u32)> for Borrowed<'_> {
    fn equivalent(&self, key: &(String, u32)) -> bool {
        self.0 == key.0 && self.1 == key.1
    }
}

#[registry_runtime::test]
async fn keys_are_looked_up_borrowed() {
    each::<Vec<u8>, (), Unique, _, _>(async |registry, ctx| {
        registry.register(&ctx, vec![1, 2], ()).unwrap();
        assert_eq!(registry.lookup(&[1_u8, 2][..]), Some((ctx.pid(), ())));
        assert_eq!(registry.lookup(&vec![1_u8, 2]), Some((ctx.pid(), ())));
        registry.unregister(&ctx, &[1_u8, 2][..]);
        assert_eq!(registry.lookup(&[1_u8, 2][..]), None);
    })
    .await;
    each::<(String, u32), (), Duplicate, _, _>(async |registry, ctx| {
        registry.register(&ctx, ("room".to_owned(), 7), ()).unwrap();
        assert_eq!(registry.lookup(&Borrowed("room", 7)), [(ctx.pid(), ())]);
        assert_eq!(registry.count_match(&Borrowed("room", 8), |_, ()| true), 0);
        assert_eq!(registry.values(&Borrowed("room", 7), ctx.pid()).len(), 1);
        registry.unregister(&ctx, &Borrowed("room", 7));
        assert_eq!(registry.count(), 0);
    })
    .await;
    each::<Box<str>, (), DuplicateByKey, _, _>(async |registry, ctx| {
        registry.register(&ctx, "boxed".into(), ()).unwrap();
        assert_eq!(registry.lookup("boxed").len(), 1);
    })
    .await;
    each::<Arc<str>, (), Unique, _, _>(async |registry, ctx| {
        registry.register(&ctx, "shared".into(), ()).unwrap();
        assert_eq!(registry.whereis("shared"), Some(ctx.pid()));
    })
    .await;
    each::<(), u8, Unique, _, _>(async |registry, ctx| {
        registry.register(&ctx, (), 1).unwrap();
        assert!(registry.register(&ctx, (), 2).is_err());
        assert_eq!(registry.lookup(&()), Some((ctx.pid(), 1)));
    })
    .await;
}

/// A value that cannot be cloned, and has no equality.
struct Dear(String);

#[registry_runtime::test]
async fn values_need_not_be_clone() {
    each::<u32, Dear, Unique, _, _>(async |registry, ctx| {
        registry.register(&ctx, 1, Dear("dear".to_owned())).unwrap();
        assert_eq!(
            registry.with(&1, |pid, dear| (pid, dear.0.len())),
            Some((ctx.pid(), 4))
        );
        assert_eq!(registry.with(&2, |_, _| ()), None);
        assert_eq!(
            registry.select(match_spec! { (_, _, Dear(text)) => text.clone() }),
            ["dear"]
        );
        assert_eq!(
            registry.matching(&1, match_spec! { (_, Dear(text)) => text.len() }),
            [4]
        );
        registry.unregister_match(&ctx, &1, match_spec! { Dear(text) if text == "cheap" });
        assert_eq!(registry.count(), 1);
    })
    .await;
    each::<u32, Dear, Duplicate, _, _>(async |registry, ctx| {
        registry.register(&ctx, 1, Dear("dear".to_owned())).unwrap();
        registry
            .register(&ctx, 1, Dear("dearer".to_owned()))
            .unwrap();
        assert_eq!(registry.with(&1, |_, dear| dear.0.len()), [4, 6]);
    })
    .await;
}
