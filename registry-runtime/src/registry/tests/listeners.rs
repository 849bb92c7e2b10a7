use std::sync::Arc;

use super::{PARTITIONS, die, process, received, registry};
use crate::process::{ExitReason, NoMessage, Process, Receiver};
use crate::registry::{Duplicate, Registry, RegistryEvent};

type Event = RegistryEvent<u32, u32>;

fn told(listener: &Process<Event>) -> Vec<String> {
    let told = received(listener).into_iter().map(|event| match event {
        Event::Registered {
            registry,
            key,
            value,
            ..
        } => format!("+{registry} {key}={value}"),
        Event::Unregistered { registry, key, .. } => format!("-{registry} {key}"),
    });
    told.collect()
}

#[test]
fn a_listener_is_told_in_order_also_of_deaths_and_of_the_end() {
    for partitions in PARTITIONS {
        let registry: Registry<u32, u32, Duplicate> = registry(partitions);
        let own = registry.pid().unwrap();
        let listener = process::<Event>();
        let (a, b) = (process::<()>(), process::<()>());
        registry.register(&a, 1, 0).unwrap();
        registry.listen(&listener).unwrap();
        registry.listen(&listener).unwrap();
        registry.register(&a, 1, 10).unwrap();
        registry.register(&b, 1, 11).unwrap();
        registry.unregister(&b, &1);
        assert_eq!(told(&listener), ["+Test 1=10", "+Test 1=11", "-Test 1"]);
        die(a);
        assert_eq!(told(&listener), ["-Test 1", "-Test 1"]);
        registry.register(&b, 2, 20).unwrap();
        registry.stop(own, &ExitReason::Shutdown);
        assert_eq!(told(&listener), ["+Test 2=20", "-Test 2"]);
        registry.activate(own).unwrap();
        registry.register(&b, 3, 30).unwrap();
        registry.unlisten(&listener);
        registry.unregister(&b, &3);
        assert_eq!(told(&listener), ["+Test 3=30"]);
    }
}

#[test]
fn a_listener_that_dies_is_forgotten() {
    let registry: Registry<u32, u32> = registry(1);
    let listener = process::<Event>();
    registry.listen(&listener).unwrap();
    let cell = Arc::downgrade(listener.cell());
    die(listener);
    let a = process::<()>();
    registry.register(&a, 1, 1).unwrap();
    assert!(cell.upgrade().is_none(), "nothing holds on to it");
}

#[test]
fn a_named_listener_is_looked_up_at_each_event_even_in_the_same_registry() {
    let names: Registry<&'static str, (), crate::registry::Unique, Event> = registry(1);
    let found = names.clone();
    let find = move || -> Option<Arc<dyn Receiver<Event>>> { found.find("listener") };
    let registry: Registry<u32, u32> = Registry::builder()
        .name("Test")
        .listener(find)
        .build()
        .unwrap();
    registry.activate(process::<()>().pid()).unwrap();
    let a = process::<()>();
    registry.register(&a, 1, 1).unwrap();
    let first = process::<Event>();
    names.register(&first, "listener", ()).unwrap();
    registry.register(&a, 2, 2).unwrap();
    assert_eq!(told(&first), ["+Test 2=2"]);
    die(first);
    let second = process::<Event>();
    names.register(&second, "listener", ()).unwrap();
    registry.unregister(&a, &1);
    assert_eq!(told(&second), ["-Test 1"]);
}

#[test]
fn a_refused_registration_is_no_event() {
    let registry: Registry<u32, u32, crate::registry::Unique, NoMessage> = registry(1);
    let listener = process::<Event>();
    registry.listen(&listener).unwrap();
    let (a, b) = (process::<()>(), process::<()>());
    registry.register(&a, 1, 1).unwrap();
    registry.register(&b, 1, 2).unwrap_err();
    registry.unregister(&b, &1);
    assert_eq!(told(&listener), ["+Test 1=1"]);
}

#[test]
fn events_of_units_carry_a_unit() {
    let registry: Registry<u32> = registry(1);
    let listener = process::<RegistryEvent<u32>>();
    registry.listen(&listener).unwrap();
    let a = process::<()>();
    registry.register(&a, 1, ()).unwrap();
    assert!(matches!(
        &received(&listener)[..],
        [RegistryEvent::Registered { key: 1, .. }]
    ));
}
