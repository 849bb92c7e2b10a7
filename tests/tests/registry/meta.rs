//! `meta`, `put_meta`, `delete_meta`.

use std::pin::pin;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Waker};

use registry_runtime::Registry;
use registry_runtime::prelude::*;
use registry_runtime::registry::OptionError;

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

/// What a start returns that is over at its first poll.
fn at_once<T>(start: impl Future<Output = T>) -> Option<T> {
    match pin!(start).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(done) => Some(done),
        Poll::Pending => None,
    }
}

fn parts() -> usize {
    Asks::count() + 2
}

registry! {
    Asks, keys = unique, key = String, partitions = parts(),
    meta = [
        ("count", Asks::count()),
        ("running", (Asks::is_running(), Asks::pid(), Asks::lookup("ann"))),
        ("put", Asks::put_meta("limit", 1).is_ok()),
        ("start", at_once(Asks::start()).map(|started| started.map(|_| ()))),
    ]
}

async fn asks_itself() {
    Asks::start().await.unwrap();
    assert_eq!(Asks::handle().partitions(), 2);
    assert_eq!(Asks::meta::<usize>("count"), Some(0));
    let running = Asks::meta::<(bool, Option<Pid>, Option<(Pid, ())>)>("running");
    assert_eq!(running, Some((false, None, None)));
    assert_eq!(Asks::meta::<bool>("put"), Some(false));
    let started = Asks::meta::<Option<Result<(), StartError>>>("start").unwrap();
    let Some(Err(StartError::Init(ExitReason::Error(error)))) = started else {
        panic!("{started:?}");
    };
    assert_eq!(error.downcast_ref(), Some(&OptionError::Recursive));
    assert!(error.to_string().contains("start it elsewhere"), "{error}");
    let ann = spawn(async |ctx: Process<()>| Asks::register(&ctx, "ann".to_owned(), ()).unwrap());
    assert!(ann.ended().await.is_normal());
}

#[tokio::test]
async fn options_may_ask_their_own_registry() {
    asks_itself().await;
    Node::new().scope(asks_itself()).await;
}

/// Waits for the other thread, when it comes here first.
fn meet(came: &AtomicBool) {
    static BOTH: Barrier = Barrier::new(2);
    if !came.swap(true, Ordering::AcqRel) {
        BOTH.wait();
    }
}

fn left() -> usize {
    static CAME: AtomicBool = AtomicBool::new(false);
    meet(&CAME);
    Right::count()
}

fn right() -> usize {
    static CAME: AtomicBool = AtomicBool::new(false);
    meet(&CAME);
    Left::count()
}

registry! { Left, keys = unique, key = u32, meta = [("other", left())] }
registry! { Right, keys = unique, key = u32, meta = [("other", right())] }

#[test]
fn options_of_two_registries_may_ask_each_other() {
    std::thread::scope(|scope| {
        scope.spawn(Left::count);
        scope.spawn(Right::count);
    });
    assert_eq!((Left::count(), Right::count()), (0, 0));
}
