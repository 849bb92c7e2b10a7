use std::collections::HashMap;

use super::{Colliding, PARTITIONS, die, process, received, registry, sorted};
use crate::process::Pid;
use crate::registry::{Duplicate, DuplicateByKey, DuplicateKeys, Registry};

/// Runs a test over both kinds and all numbers of partitions.
macro_rules! each {
    ($test:ident) => {
        for partitions in PARTITIONS {
            $test::<Duplicate>(&registry(partitions));
            $test::<DuplicateByKey>(&registry(partitions));
        }
    };
}

#[test]
fn has_duplicate_registrations() {
    fn test<D: DuplicateKeys>(registry: &Registry<String, u32, D>) {
        let (a, b) = (process::<()>(), process::<()>());
        registry.register(&a, "k".to_owned(), 1).unwrap();
        registry.register(&a, "k".to_owned(), 2).unwrap();
        registry.register(&b, "k".to_owned(), 3).unwrap();
        assert_eq!(registry.count(), 3);
        assert_eq!(
            sorted(registry.lookup("k")),
            [(a.pid(), 1), (a.pid(), 2), (b.pid(), 3)]
        );
        assert_eq!(registry.keys(a.pid()), ["k", "k"]);
        assert_eq!(sorted(registry.values("k", a.pid())), [1, 2]);
        assert_eq!(registry.values("other", a.pid()), []);
        assert_eq!(registry.lookup("other"), []);
    }
    each!(test);
}

#[test]
fn a_death_takes_all_of_ones_own_entries_and_no_others() {
    fn test<D: DuplicateKeys>(registry: &Registry<String, u32, D>) {
        let (a, b) = (process::<()>(), process::<()>());
        for n in 0..500 {
            registry.register(&a, "k".to_owned(), n).unwrap();
            registry.register(&b, "k".to_owned(), n).unwrap();
            registry.register(&a, format!("own {n}"), n).unwrap();
        }
        let pid = die(a);
        assert_eq!(registry.count(), 500);
        assert_eq!(registry.keys(pid), Vec::<String>::new());
        assert!(registry.lookup("k").iter().all(|(pid, _)| *pid == b.pid()));
        die(b);
        assert_eq!(registry.count(), 0);
        assert_eq!(registry.lookup("k"), []);
    }
    each!(test);
}

#[test]
fn unregister_takes_all_of_ones_own_under_the_key() {
    fn test<D: DuplicateKeys>(registry: &Registry<String, u32, D>) {
        let (a, b) = (process::<()>(), process::<()>());
        for n in 0..3 {
            registry.register(&a, "k".to_owned(), n).unwrap();
            registry.register(&b, "k".to_owned(), n).unwrap();
        }
        registry.register(&a, "other".to_owned(), 9).unwrap();
        registry.unregister(&a, "k");
        assert_eq!(
            sorted(registry.lookup("k")),
            [(b.pid(), 0), (b.pid(), 1), (b.pid(), 2)]
        );
        assert_eq!(registry.keys(a.pid()), ["other"]);
    }
    each!(test);
}

#[test]
fn unregister_match_leaves_the_others() {
    fn test<D: DuplicateKeys>(registry: &Registry<String, u32, D>) {
        let (a, b) = (process::<()>(), process::<()>());
        for n in 0..200 {
            registry.register(&a, "k".to_owned(), n).unwrap();
            registry.register(&b, "k".to_owned(), n).unwrap();
        }
        registry.unregister_match(&a, "k", |value| value % 2 == 0);
        assert_eq!(registry.count(), 300);
        let odd = (0..200).filter(|n| n % 2 == 1).collect::<Vec<_>>();
        assert_eq!(sorted(registry.values("k", a.pid())), odd);
        assert_eq!(registry.values("k", b.pid()).len(), 200);
        registry.unregister_match(&a, "k", |_| true);
        assert_eq!(registry.keys(a.pid()), Vec::<String>::new());
        assert_eq!(registry.count(), 200);
    }
    each!(test);
}

#[test]
fn publish_reaches_each_entry_and_counts_who_took_it() {
    fn test<D: DuplicateKeys>(registry: &Registry<String, (), D, String>) {
        let (a, b) = (process::<String>(), process::<String>());
        registry.register(&a, "k".to_owned(), ()).unwrap();
        registry.register(&a, "k".to_owned(), ()).unwrap();
        registry.register(&b, "k".to_owned(), ()).unwrap();
        assert_eq!(registry.publish("k", "news".to_owned()), 3);
        assert_eq!(registry.publish("nobody", "news".to_owned()), 0);
        assert_eq!(received(&a), ["news", "news"]);
        assert_eq!(received(&b), ["news"]);
        drop(b.cell().mailbox.close());
        assert_eq!(
            registry.publish("k", "more".to_owned()),
            2,
            "one has died meanwhile"
        );
        registry.dispatch("k", |entries| {
            for entry in &entries {
                let _ = entry.send("sent".to_owned());
            }
        });
        assert_eq!(received(&a), ["more", "more", "sent", "sent"]);
    }
    each!(test);
}

#[test]
fn a_large_topic_survives_joining_and_leaving_in_any_order() {
    fn test<D: DuplicateKeys>(registry: &Registry<&'static str, u32, D>) {
        let mut members: Vec<_> = (0..1_000).map(|_| process::<()>()).collect();
        let mut expected: HashMap<Pid, u32> = HashMap::new();
        let mut random = 0x2545_F491_4F6C_DD1Du64;
        for round in 0..6_000u32 {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            let at = usize::try_from(random % 1_000).unwrap();
            let member = &members[at];
            if expected.remove(&member.pid()).is_some() {
                if random & 0x10_0000 == 0 {
                    registry.unregister(member, "k");
                } else {
                    let dead = std::mem::replace(&mut members[at], process());
                    die(dead);
                }
            } else {
                registry.register(member, "k", round).unwrap();
                expected.insert(member.pid(), round);
            }
            if round % 500 == 0 {
                let found = registry.lookup("k");
                assert_eq!(found.len(), expected.len());
                assert!(
                    found
                        .into_iter()
                        .all(|(pid, value)| expected[&pid] == value)
                );
            }
        }
        assert_eq!(registry.count(), expected.len());
        for member in members {
            die(member);
        }
        assert_eq!(registry.count(), 0);
    }
    each!(test);
}

#[test]
fn topics_that_collide_stay_apart() {
    fn test<D: DuplicateKeys>(registry: &Registry<Colliding, u32, D>) {
        let (a, b) = (process::<()>(), process::<()>());
        for n in 0..40 {
            registry.register(&a, Colliding(n % 4), n).unwrap();
            registry.register(&b, Colliding(n % 4), n).unwrap();
        }
        let count = |ctx: &crate::process::Process<()>, key| {
            registry
                .keys(ctx.pid())
                .into_iter()
                .filter(|other| *other == Colliding(key))
                .count()
        };
        assert_eq!((count(&a, 1), count(&b, 3)), (10, 10));
        registry.unregister(&a, &Colliding(1));
        assert_eq!((count(&a, 1), count(&a, 2), count(&b, 1)), (0, 10, 10));
        registry.unregister_match(&a, &Colliding(2), |value| *value < 20);
        assert_eq!(registry.values(&Colliding(2), a.pid()).len(), 5);
        assert_eq!(registry.count(), 80 - 10 - 5);
        die(a);
        assert_eq!(registry.count(), 40);
        registry.unregister(&b, &Colliding(0));
        assert_eq!(registry.count(), 30);
        die(b);
        assert_eq!(registry.count(), 0);
    }
    each!(test);
}
