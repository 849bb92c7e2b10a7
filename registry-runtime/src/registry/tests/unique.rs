use super::{Colliding, PARTITIONS, die, process, registry, sorted};
use crate::process::NoMessage;
use crate::registry::{RegisterError, Registry, Unique};

fn each(test: impl Fn(Registry<String, u32>)) {
    PARTITIONS.into_iter().map(registry).for_each(test);
}

#[test]
fn has_unique_registrations() {
    each(|registry| {
        let (a, b) = (process::<()>(), process::<()>());
        assert_eq!(registry.register(&a, "hello".to_owned(), 1), Ok(()));
        let taken = Err(RegisterError::AlreadyRegistered(a.pid()));
        assert_eq!(registry.register(&b, "hello".to_owned(), 2), taken);
        assert_eq!(
            registry.register(&a, "hello".to_owned(), 3),
            taken,
            "one's own second try"
        );
        assert_eq!(registry.register(&a, "world".to_owned(), 4), Ok(()));
        assert_eq!(registry.lookup("hello"), Some((a.pid(), 1)));
        assert_eq!(registry.whereis("world"), Some(a.pid()));
        assert_eq!(registry.lookup("nobody"), None);
        assert_eq!(registry.count(), 2);
        assert_eq!(sorted(registry.keys(a.pid())), ["hello", "world"]);
        assert_eq!(
            registry.keys(b.pid()),
            Vec::<String>::new(),
            "a refusal leaves nothing behind"
        );
    });
}

#[test]
fn a_death_frees_all_names_at_once() {
    each(|registry| {
        let (a, b) = (process::<()>(), process::<()>());
        for n in 0..300 {
            registry.register(&a, format!("key {n}"), n).unwrap();
        }
        let pid = die(a);
        assert_eq!(registry.count(), 0);
        assert_eq!(registry.lookup("key 7"), None);
        assert_eq!(registry.keys(pid), Vec::<String>::new());
        assert_eq!(registry.register(&b, "key 7".to_owned(), 0), Ok(()));
    });
}

#[test]
fn the_exiting_are_refused() {
    each(|registry| {
        let a = process::<()>();
        crate::process::exit::finish(&**a.cell(), false);
        assert_eq!(
            registry.register(&a, "a".to_owned(), 0),
            Err(RegisterError::Exiting)
        );
        assert_eq!(registry.count(), 0);
    });
}

#[test]
fn unregisters_only_what_is_the_callers() {
    each(|registry| {
        let (a, b) = (process::<()>(), process::<()>());
        registry.register(&a, "a".to_owned(), 1).unwrap();
        registry.unregister(&b, "a");
        registry.unregister(&a, "b");
        assert_eq!(registry.count(), 1);
        registry.unregister(&a, "a");
        registry.unregister(&a, "a");
        assert_eq!((registry.count(), registry.lookup("a")), (0, None));
        assert_eq!(registry.register(&b, "a".to_owned(), 2), Ok(()));
    });
}

#[test]
fn unregister_match_supports_guards() {
    each(|registry| {
        let a = process::<()>();
        registry.register(&a, "a".to_owned(), 1).unwrap();
        registry.unregister_match(&a, "a", |value| *value > 1);
        assert_eq!(registry.lookup("a"), Some((a.pid(), 1)));
        registry.unregister_match(&a, "a", |value| (*value > 0).then_some(()));
        assert_eq!(registry.lookup("a"), None);
        assert_eq!(registry.keys(a.pid()), Vec::<String>::new());
    });
}

#[test]
fn updates_current_process_value() {
    each(|registry| {
        let (a, b) = (process::<()>(), process::<()>());
        assert_eq!(registry.update_value(&a, "a", |value| value + 1), None);
        registry.register(&a, "a".to_owned(), 1).unwrap();
        assert_eq!(
            registry.update_value(&a, "a", |value| value + 1),
            Some((2, 1))
        );
        assert_eq!(registry.update_value(&b, "a", |value| value + 1), None);
        assert_eq!(registry.lookup("a"), Some((a.pid(), 2)));
        assert_eq!(registry.values("a", a.pid()), [2]);
        assert_eq!(registry.values("a", b.pid()), []);
    });
}

#[test]
fn matches_selects_and_counts() {
    each(|registry| {
        let a = process::<()>();
        for n in 0..50 {
            registry.register(&a, n.to_string(), n).unwrap();
        }
        assert_eq!(
            registry.matching("7", |_, value| *value == 7),
            [(a.pid(), 7)]
        );
        assert_eq!(registry.matching("7", |_, value| Some(value * 2)), [14]);
        assert_eq!(registry.count_match("7", |pid, _| pid != a.pid()), 0);
        let selected =
            registry.select(|key, pid, value| (*value >= 47).then(|| (key.clone(), pid)));
        let expected = ["47", "48", "49"].map(|key| (key.to_owned(), a.pid()));
        assert_eq!(sorted(selected), expected);
        assert_eq!(registry.count_select(|_, _, value| value % 2 == 0), 25);
    });
}

#[test]
fn a_dispatch_has_the_one_entry_or_is_not_called() {
    each(|registry| {
        let a = process::<()>();
        registry.register(&a, "a".to_owned(), 5).unwrap();
        let seen = registry.dispatch("a", |entries| {
            let seen = entries
                .iter()
                .map(|entry| (entry.pid(), *entry.value()))
                .collect::<Vec<_>>();
            (entries.len(), seen)
        });
        assert_eq!(seen, Some((1, vec![(a.pid(), 5)])));
        assert_eq!(
            registry.dispatch("b", |_| panic!("there is nobody")),
            None::<()>
        );
    });
}

#[test]
fn keys_of_any_type_are_found_by_what_is_equivalent() {
    let registry: Registry<Vec<u8>, ()> = registry(1);
    let a = process::<()>();
    registry.register(&a, vec![1, 2], ()).unwrap();
    assert_eq!(registry.lookup(&[1u8, 2][..]), Some((a.pid(), ())));
    assert_eq!(registry.lookup(&vec![1u8, 2]), Some((a.pid(), ())));
}

#[test]
fn values_need_not_be_clone() {
    #[derive(PartialEq, Debug)]
    struct Dear(String);
    let registry: Registry<u64, Dear> = registry(1);
    let a = process::<()>();
    registry.register(&a, 1, Dear("x".to_owned())).unwrap();
    assert_eq!(
        registry.with(&1, |pid, dear| (pid, dear.0.len())),
        Some((a.pid(), 1))
    );
    assert!(registry.find(&1).is_some());
}

#[test]
fn keys_that_collide_stay_apart() {
    for partitions in PARTITIONS {
        let registry: Registry<Colliding, u32, Unique, NoMessage> = registry(partitions);
        let (a, b) = (process::<()>(), process::<()>());
        for n in 0..100 {
            let owner = if n % 3 == 0 { &a } else { &b };
            registry.register(owner, Colliding(n), n).unwrap();
        }
        registry.unregister(&b, &Colliding(3));
        registry.unregister(&a, &Colliding(3));
        registry.unregister(&a, &Colliding(3));
        registry.unregister_match(&b, &Colliding(4), |value| *value == 4);
        assert_eq!(registry.count(), 98);
        assert_eq!(registry.values(&Colliding(6), a.pid()), [6]);
        let of_a = (0..100)
            .filter(|n| n % 3 == 0 && *n != 3)
            .map(Colliding)
            .collect::<Vec<_>>();
        assert_eq!(sorted(registry.keys(a.pid())), of_a);
        die(a);
        assert_eq!(registry.count(), 65);
        assert_eq!(registry.lookup(&Colliding(5)), Some((b.pid(), 5)));
        die(b);
        assert_eq!(registry.count(), 0);
    }
}

#[test]
fn sends_to_the_one_process_under_a_key() {
    use crate::process::SendError;
    let registry: Registry<String, (), Unique, u32> = registry(1);
    let a = process::<u32>();
    registry.register(&a, "a".to_owned(), ()).unwrap();
    assert_eq!(registry.send("a", 7), Ok(()));
    assert_eq!(registry.send("b", 7), Err(SendError::NotRunning));
    assert_eq!(super::received(&a), [7]);
}

#[test]
fn a_lone_key_that_collides_with_anothers_stays_apart() {
    let registry: Registry<Colliding, (), Unique, NoMessage> = registry(1);
    let processes: Vec<_> = (0..20).map(|_| process::<()>()).collect();
    for (one, key) in processes.iter().zip(0..) {
        registry.register(one, Colliding(key), ()).unwrap();
    }
    for (key, one) in (0..20).zip(processes).rev() {
        assert_eq!(registry.keys(one.pid()), [Colliding(key)]);
        die(one);
        assert_eq!(registry.lookup(&Colliding(key)), None);
    }
}
