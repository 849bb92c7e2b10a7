//! `meta`, `put_meta`, `delete_meta`.

use registry_runtime::Registry;
use registry_runtime::prelude::*;

use crate::support::*;

over_all! {
    puts_gets_and_deletes_meta
    meta_goes_when_the_registry_stops
}

async fn puts_gets_and_deletes_meta<R: Subject>(registry: R, _: Me) {
    assert_eq!(registry.meta::<u32>("custom_key"), None);
    registry.put_meta("custom_key", "custom_value").unwrap();
    assert_eq!(registry.meta::<&str>("custom_key"), Some("custom_value"));
    assert_eq!(
        registry.meta::<String>("custom_key"),
        None,
        "of another type"
    );
    registry.put_meta("custom_key", vec![1, 2]).unwrap();
    assert_eq!(registry.meta::<Vec<i32>>("custom_key"), Some(vec![1, 2]));
    registry.put_meta("other", ()).unwrap();
    registry.delete_meta("custom_key");
    registry.delete_meta("custom_key");
    assert_eq!(registry.meta::<Vec<i32>>("custom_key"), None);
    assert_eq!(registry.meta::<()>("other"), Some(()));
    assert_eq!(registry.count(), 0, "it is no entry");
}

async fn meta_goes_when_the_registry_stops<R: Subject>(registry: R, _: Me) {
    registry.put_meta("custom_key", 1_u8).unwrap();
    let own = registry.pid().unwrap();
    own.exit(ExitReason::Kill);
    own.ended().await;
    assert_eq!(registry.meta::<u8>("custom_key"), None);
    let error = registry.put_meta("custom_key", 2_u8).unwrap_err();
    assert_eq!(error.registry(), registry.handle().name());
    registry.start().await.unwrap();
    assert_eq!(registry.meta::<u8>("custom_key"), None);
}

registry! { Limits, keys = unique, key = u32, meta = [("limit", 3_u32), ("name", "limits")] }
registry! { Rates, keys = duplicate, key = u32, meta = [("rate", 0.5_f64)] }

#[registry_runtime::test]
async fn a_registry_starts_with_the_meta_it_is_declared_with() {
    assert_eq!(Limits::meta::<u32>("limit"), None, "it does not run");
    for _ in 0..2 {
        let own = Limits::start().await.unwrap();
        assert_eq!(Limits::meta::<u32>("limit"), Some(3));
        assert_eq!(Limits::meta::<&str>("name"), Some("limits"));
        Limits::put_meta("limit", 4_u32).unwrap();
        Limits::delete_meta("name");
        assert_eq!(Limits::meta::<u32>("limit"), Some(4));
        own.exit(ExitReason::Kill);
        own.ended().await;
    }
    Rates::start().await.unwrap();
    assert_eq!(Rates::meta::<f64>("rate"), Some(0.5));
    let built: Registry<u32> = Registry::builder().meta("limit", 5_u32).build().unwrap();
    built.start().unwrap();
    assert_eq!(built.meta::<u32>("limit"), Some(5));
}
