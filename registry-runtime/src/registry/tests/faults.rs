//! Whatever a user's `Clone`, `Eq`, `Hash`, `Drop` or closure does, a registry stays sound: each
//! operation is run with a panic at the first use of these, at the second, and so on until none is left.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::pin;
use std::task::{Context, Waker};

use super::{PARTITIONS, die, process, received, registry};
use crate::node::Node;
use crate::process::{Cell as Mailboxed, Ctx, ExitReason, Process};
use crate::registry::{Duplicate, DuplicateByKey, Keys, Registry, RegistryEvent, Unique};

thread_local! {
    /// How many uses are left before one panics.
    static FUSE: Cell<Option<u32>> = const { Cell::new(None) };
}

/// What each use of users' code calls.
fn used() {
    let left = FUSE.get();
    if left == Some(0) && !std::thread::panicking() {
        FUSE.set(None);
        // As `panic!`, without a word on standard error.
        resume_unwind(Box::new("on purpose"));
    }
    FUSE.set(left.map(|left| left.saturating_sub(1)));
}

#[derive(Debug)]
struct Key(u32);

#[derive(Debug)]
struct Value(u32);

impl Clone for Key {
    fn clone(&self) -> Self {
        used();
        Self(self.0)
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        used();
        self.0 == other.0
    }
}

impl Eq for Key {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        used();
        // Two keys of one hash, so that rows, and indexes in a note, meet.
        (self.0 / 2).hash(state);
    }
}

impl Drop for Key {
    fn drop(&mut self) {
        used();
    }
}

impl Clone for Value {
    fn clone(&self) -> Self {
        used();
        Self(self.0)
    }
}

impl Drop for Value {
    fn drop(&mut self) {
        used();
    }
}

type Event = RegistryEvent<Key, Value>;
type Faulty<D> = Registry<Key, Value, D>;

/// Two processes that share what keys they can, and perhaps a listener.
struct Scene<D: Keys> {
    registry: Faulty<D>,
    a: Option<Process<()>>,
    b: Process<()>,
    listener: Option<Process<Event>>,
}

const NEW: u32 = 9;

impl<D: Keys> Scene<D> {
    fn new(partitions: usize, listens: bool) -> Self {
        let registry: Faulty<D> = registry(partitions);
        let (a, b) = (process::<()>(), process::<()>());
        for n in 0..6 {
            registry.register(&a, Key(n), Value(n)).unwrap();
            let shared = registry.register(&b, Key(n), Value(n + 10));
            assert_eq!(shared.is_err(), D::UNIQUE);
        }
        registry.register(&b, Key(6), Value(16)).unwrap();
        if !D::UNIQUE {
            registry.register(&a, Key(0), Value(20)).unwrap();
        }
        let listener = listens.then(process::<Event>);
        if let Some(listener) = &listener {
            registry.listen(listener).unwrap();
        }
        let a = Some(a);
        Self {
            registry,
            a,
            b,
            listener,
        }
    }

    fn a(&self) -> &Process<()> {
        self.a.as_ref().expect("it has not ended")
    }

    /// Asserts all that holds of a registry between two operations.
    fn check(&mut self) {
        let registry = &self.registry;
        let mut entries: BTreeMap<_, Vec<u32>> = BTreeMap::new();
        registry.select(|key, pid, _| -> Option<()> {
            entries.entry(pid).or_default().push(key.0);
            None
        });
        let selected: usize = entries.values().map(Vec::len).sum();
        assert_eq!(registry.count(), selected, "counted and shown");
        let mut held = 0;
        for ctx in self.a.iter().chain([&self.b]) {
            let mut keys: Vec<u32> = registry.keys(ctx.pid()).iter().map(|key| key.0).collect();
            let mut shown = entries.remove(&ctx.pid()).unwrap_or_default();
            keys.sort_unstable();
            shown.sort_unstable();
            assert_eq!(keys, shown, "held and shown");
            for key in &keys {
                let members = registry.inner.members(&Key(*key)).expect("it is shown");
                assert!(members.iter().any(|member| member.pid == ctx.pid()));
            }
            held += keys.len();
        }
        assert!(entries.is_empty(), "a ghost: {entries:?}");
        assert_eq!(held, selected);
        let told = self.listener.as_ref().map_or_else(Vec::new, received);
        let came = |event: &&Event| matches!(event, Event::Registered { key, .. } if key.0 == NEW);
        if told.iter().filter(came).count() > 0 {
            let members = registry.inner.members(&Key(NEW));
            assert!(members.is_some(), "told of what has not happened");
        }
    }

    /// Asserts that all which is left can leave, and come again.
    fn leaves(mut self) {
        self.check();
        let registry = self.registry.clone();
        for ctx in self.a.iter().chain([&self.b]) {
            for key in registry.keys(ctx.pid()) {
                registry.unregister(ctx, &key);
            }
        }
        self.check();
        assert_eq!(registry.count(), 0);
        if registry.is_running() {
            for n in 0..NEW {
                registry.register(&self.b, Key(n), Value(n)).unwrap();
            }
        }
        for ctx in self.a.into_iter().chain([self.b]) {
            die(ctx);
        }
        assert_eq!(registry.count(), 0);
        registry.select(|key, _, _| -> Option<()> { panic!("a ghost: {key:?}") });
    }
}

/// What is done, and whether a panic of users' code may come out of it.
type Operation<D> = (&'static str, bool, fn(&mut Scene<D>));

fn operations<D: Keys>() -> Vec<Operation<D>> {
    vec![
        ("register", true, |scene| {
            let _ = scene.registry.register(scene.a(), Key(NEW), Value(1));
        }),
        ("register a key that has an entry", true, |scene| {
            let _ = scene.registry.register(scene.a(), Key(6), Value(1));
        }),
        ("unregister", true, |scene| {
            scene.registry.unregister(scene.a(), &Key(0));
        }),
        ("unregister what is not held", true, |scene| {
            scene.registry.unregister(scene.a(), &Key(7));
        }),
        ("unregister_match", true, |scene| {
            let matches = |value: &Value| {
                used();
                value.0 < 10
            };
            scene.registry.unregister_match(scene.a(), &Key(0), matches);
        }),
        ("keys, values", true, |scene| {
            let pid = scene.a().pid();
            drop(scene.registry.keys(pid));
            drop(scene.registry.values(&Key(0), pid));
        }),
        ("dispatch, matching", true, |scene| {
            let unregister = || scene.registry.unregister(scene.a(), &Key(0));
            scene.registry.dispatch(&Key(0), |_| {
                unregister();
                used();
            });
            drop(scene.registry.matching(&Key(1), |_, _| true));
        }),
        ("a death", false, |scene| {
            if let Some(a) = scene.a.take() {
                die(a);
            }
        }),
        ("the registry's end", false, |scene| {
            if let Some(own) = scene.registry.pid() {
                scene.registry.stop(own, &ExitReason::Shutdown);
            }
        }),
        ("a look at a process", false, |scene| {
            drop(crate::registry::shown(&**scene.a().cell()));
        }),
    ]
}

fn update(scene: &mut Scene<Unique>) {
    let _ = scene.registry.update_value(scene.a(), &Key(0), |value| {
        used();
        Value(value.0 + 1)
    });
}

/// As `run`, while a `select` holds the table of the entry that it has come to.
fn under_select<D: Keys>(scene: &mut Scene<D>, run: fn(&mut Scene<D>)) {
    let registry = scene.registry.clone();
    let mut scene = Some(scene);
    registry.select(|key, _, _| -> Option<()> {
        if key.0 == 0
            && let Some(scene) = scene.take()
        {
            run(scene);
        }
        None
    });
}

fn every_use_panics_once<D: Keys>(operations: &[Operation<D>]) {
    for partitions in PARTITIONS {
        for (listens, selects) in [(false, false), (true, false), (false, true), (true, true)] {
            for (name, may_panic, run) in operations {
                for fuse in 0.. {
                    let mut scene = Scene::<D>::new(partitions, listens);
                    FUSE.set(Some(fuse));
                    let done = catch_unwind(AssertUnwindSafe(|| {
                        if selects {
                            under_select(&mut scene, *run);
                        } else {
                            run(&mut scene);
                        }
                    }));
                    let intact = FUSE.take().is_some();
                    assert!(done.is_ok() || *may_panic, "{name}: panicked at use {fuse}");
                    scene.leaves();
                    if intact {
                        break;
                    }
                    assert!(fuse < 1000, "{name}: it comes to an end");
                }
            }
        }
    }
}

#[test]
fn no_panic_of_a_key_harms_a_unique_registry() {
    let mut operations = operations::<Unique>();
    operations.push(("update_value", true, update));
    every_use_panics_once(&operations);
}

#[test]
fn no_panic_of_a_key_harms_a_duplicate_registry() {
    every_use_panics_once(&operations::<Duplicate>());
    every_use_panics_once(&operations::<DuplicateByKey>());
}

#[test]
fn no_panic_of_a_key_keeps_a_lock() {
    for fuse in 0..40 {
        let (registry, key): (Faulty<Unique>, _) = (registry(1), Key(1));
        let mut cx = Context::from_waker(Waker::noop());
        FUSE.set(Some(fuse));
        let done = catch_unwind(AssertUnwindSafe(|| {
            let mut holds = Box::pin(registry.lock(&key, std::future::pending::<()>));
            assert!(holds.as_mut().poll(&mut cx).is_pending());
            let mut waits = Box::pin(registry.lock(&key, std::future::pending::<()>));
            for _ in 0..2 {
                assert!(waits.as_mut().poll(&mut cx).is_pending());
            }
            drop(waits);
            drop(holds);
        }));
        drop(done);
        FUSE.set(None);
        let mut free = pin!(registry.lock(&key, async || ()));
        assert!(free.as_mut().poll(&mut cx).is_ready(), "use {fuse}");
        assert!(registry.inner.locks.is_empty());
    }
}

/// A key that uses its registry when it is dropped.
#[derive(Clone)]
struct Nosy(Registry<Nosy>, u32);

impl PartialEq for Nosy {
    fn eq(&self, other: &Self) -> bool {
        self.1 == other.1
    }
}

impl Eq for Nosy {}

impl Hash for Nosy {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.1.hash(state);
    }
}

impl Drop for Nosy {
    fn drop(&mut self) {
        // All shards, the one of this key among them.
        self.0.select(|_, _, ()| Some(()));
    }
}

#[test]
fn an_event_refused_is_dropped_under_no_lock() {
    let registry: Registry<Nosy> = registry(1);
    let listener: Process<RegistryEvent<Nosy>> = Ctx::new(Mailboxed::create(
        &Node::default(),
        None,
        None,
        false,
        Some(1),
    ));
    let a = process::<()>();
    registry.listen(&listener).unwrap();
    for n in 0..3 {
        registry
            .register(&a, Nosy(registry.clone(), n), ())
            .unwrap();
    }
    registry.unregister(&a, &Nosy(registry.clone(), 0));
    die(a);
    assert_eq!(received(&listener).len(), 1, "there was room for one");
    die(listener);
}
