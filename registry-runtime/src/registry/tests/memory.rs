use std::sync::Arc;

use super::{die, process, registry};
use crate::registry::{Duplicate, Registry};

#[test]
fn nothing_holds_on_to_the_dead_or_their_values() {
    let registry: Registry<String, Arc<()>, Duplicate> = registry(8);
    let value = Arc::new(());
    let processes: Vec<_> = (0..200).map(|_| process::<()>()).collect();
    for (n, one) in processes.iter().enumerate() {
        registry
            .register(one, "all".to_owned(), Arc::clone(&value))
            .unwrap();
        registry
            .register(one, n.to_string(), Arc::clone(&value))
            .unwrap();
    }
    // A walk shares the tables out; what it has seen goes with the next change.
    assert_eq!(registry.count_select(|_, _, _| true), 400);
    let cells: Vec<_> = processes
        .iter()
        .map(|one| Arc::downgrade(one.cell()))
        .collect();
    for one in processes {
        die(one);
    }
    assert_eq!(registry.count(), 0);
    assert_eq!(Arc::strong_count(&value), 1);
    assert!(cells.iter().all(|cell| cell.upgrade().is_none()));
}

#[test]
fn a_registry_goes_with_its_last_handle_and_entry() {
    let registry: Registry<u32, Arc<()>> = registry(1);
    let core = Arc::downgrade(&registry.inner.core);
    let a = process::<()>();
    registry.register(&a, 1, Arc::new(())).unwrap();
    drop(registry);
    assert!(core.upgrade().is_some(), "its processes may still leave");
    die(a);
    assert!(core.upgrade().is_none());
}

#[test]
fn one_entry_needs_no_allocation_of_its_own() {
    assert_eq!(size_of::<crate::registry::Names>(), 40);
    assert_eq!(
        size_of::<crate::registry::table::Row<String, (), u64>>(),
        64
    );
}
