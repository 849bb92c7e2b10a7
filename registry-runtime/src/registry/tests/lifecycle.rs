use super::{PARTITIONS, die, process, registry, sorted};
use crate::process::{ExitReason, NoMessage};
use crate::registry::{
    Duplicate, OptionError, Partitions, RegisterError, Registry, RegistryBuilder, Unique,
};

#[test]
fn bad_options_are_typed_errors_that_say_what_was_expected() {
    let build = |partitions: usize| {
        let builder: RegistryBuilder<u32, (), Unique, NoMessage> = Registry::builder();
        builder
            .partitions(partitions)
            .build()
            .map(|registry| registry.partitions())
    };
    let error = build(0).unwrap_err();
    assert_eq!(error, OptionError::Partitions(0));
    assert_eq!(
        error.to_string(),
        "expected `partitions` to be a positive integer, got `0`"
    );
    let error = build(5_000).unwrap_err();
    assert_eq!(
        error.to_string(),
        "expected `partitions` to be at most 4096, got `5000`"
    );
    assert_eq!(build(3), Ok(3));
    let builder: RegistryBuilder<u32, (), Unique, NoMessage> = Registry::builder();
    assert!(
        builder
            .partitions(Partitions::Schedulers)
            .build()
            .unwrap()
            .partitions()
            >= 1
    );
}

#[test]
fn a_registry_that_does_not_run_finds_nothing_and_refuses_with_its_name() {
    let registry: Registry<u32, ()> = Registry::builder().name("Sessions").build().unwrap();
    let a = process::<()>();
    let error = registry.register(&a, 1, ()).unwrap_err();
    assert!(matches!(&error, RegisterError::NotRunning(of) if of.registry() == "Sessions"));
    assert!(
        error
            .to_string()
            .starts_with("registry `Sessions` is not running; start it")
    );
    assert_eq!(registry.lookup(&1), None);
    assert_eq!((registry.count(), registry.keys(a.pid())), (0, vec![]));
    assert!(!registry.is_running());
    assert!(registry.put_meta("k", 1).is_err());
}

#[test]
fn stopping_empties_it_and_starting_makes_it_usable_again() {
    for partitions in PARTITIONS {
        let registry: Registry<u32, u32, Duplicate> =
            Registry::builder().partitions(partitions).build().unwrap();
        let own = process::<()>();
        let (a, b) = (process::<()>(), process::<()>());
        a.trap_exit(true);
        b.trap_exit(true);
        registry.activate(own.pid()).unwrap();
        assert!(registry.activate(a.pid()).is_err(), "it runs already");
        assert_eq!(registry.pid(), Some(own.pid()));
        for n in 0..300 {
            registry.register(&a, n % 2, n).unwrap();
        }
        registry.register(&b, 7, 7).unwrap();
        registry.stop(a.pid(), &ExitReason::Shutdown);
        assert!(registry.is_running(), "only its own process stops it");
        registry.stop(own.pid(), &ExitReason::Shutdown);
        assert_eq!((registry.count(), registry.pid()), (0, None));
        assert_eq!(registry.lookup(&1), []);
        assert_eq!(registry.keys(a.pid()), []);
        let notes = |ctx: &crate::process::Process<()>| ctx.cell().header.names.lock().len();
        assert_eq!(
            (notes(&a), notes(&b)),
            (0, 0),
            "the processes have forgotten it"
        );
        let signals = |ctx: &crate::process::Process<()>| ctx.cell().mailbox.figures().length;
        assert_eq!((signals(&a), signals(&b)), (1, 1), "one exit signal each");
        registry.activate(own.pid()).unwrap();
        registry.register(&a, 1, 1).unwrap();
        registry.register(&a, 1, 2).unwrap();
        assert_eq!(sorted(registry.values(&1, a.pid())), [1, 2]);
        die(a);
        assert_eq!(registry.count(), 0);
    }
}

#[test]
fn one_process_may_stand_in_many_registries() {
    let one: Registry<String, u32> = registry(1);
    let two: Registry<String, (), Duplicate, u8> = registry(8);
    let a = process::<u8>();
    for n in 0..20 {
        one.register(&a, n.to_string(), n).unwrap();
        two.register(&a, "k".to_owned(), ()).unwrap();
    }
    assert_eq!((one.keys(a.pid()).len(), two.keys(a.pid()).len()), (20, 20));
    two.unregister(&a, "k");
    assert_eq!((one.keys(a.pid()).len(), two.keys(a.pid()).len()), (20, 0));
    die(a);
    assert_eq!((one.count(), two.count()), (0, 0));
}

#[test]
fn meta_is_typed_on_the_way_out_and_starts_as_it_was_built() {
    let registry: Registry<u32> = Registry::builder().meta("limit", 3u32).build().unwrap();
    let own = process::<()>();
    assert_eq!(registry.meta::<u32>("limit"), None, "it does not run");
    registry.activate(own.pid()).unwrap();
    assert_eq!(registry.meta::<u32>("limit"), Some(3));
    assert_eq!(registry.meta::<u64>("limit"), None, "of another type");
    registry.put_meta("limit", "four".to_owned()).unwrap();
    assert_eq!(registry.meta::<String>("limit").as_deref(), Some("four"));
    registry.put_meta("more", 1u8).unwrap();
    registry.delete_meta("limit");
    registry.delete_meta("limit");
    assert_eq!(registry.meta::<String>("limit"), None);
    registry.stop(own.pid(), &ExitReason::Shutdown);
    registry.activate(own.pid()).unwrap();
    assert_eq!(registry.meta::<u32>("limit"), Some(3));
    assert_eq!(registry.meta::<u8>("more"), None);
}
