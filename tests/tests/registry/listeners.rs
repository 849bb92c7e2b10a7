//! Listeners: by `listen`, by the option of a declared registry, and by that of a value.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use registry_runtime::Registry;
use registry_runtime::prelude::*;
use registry_runtime::process::Receiver;
use registry_runtime::registry::Keys;
use registry_tests::{Gate, Log, eventually, successor};
use tokio::sync::mpsc;

use crate::support::*;

over_all! {
    allows_listeners
    tells_of_deaths_and_of_the_registrys_end
    a_refused_registration_is_no_event
    who_listens_twice_is_told_once_and_who_stops_no_more
    who_begins_late_is_told_of_what_comes
}

/// A process that listens, and hands on what it hears.
struct Listener {
    pid: Pid,
    heard: mpsc::UnboundedReceiver<Event>,
    stop: mpsc::UnboundedSender<()>,
}

impl Listener {
    async fn on<R: Subject>(registry: &R) -> Self {
        let (tell, heard) = mpsc::unbounded_channel();
        let (stop, mut stopped) = mpsc::unbounded_channel();
        let (ready, begun) = tokio::sync::oneshot::channel();
        let registry = registry.clone();
        let process = spawn(async move |mut ctx: Process<Event>| {
            registry.listen(&ctx).unwrap();
            registry.listen(&ctx).unwrap();
            ready.send(()).unwrap();
            loop {
                tokio::select! {
                    event = ctx.recv() => drop(tell.send(event)),
                    Some(()) = stopped.recv() => registry.unlisten(&ctx),
                }
            }
        });
        begun.await.unwrap();
        Self {
            pid: process.pid(),
            heard,
            stop,
        }
    }

    async fn next(&mut self) -> String {
        text(&self.heard.recv().await.expect("the listener lives"))
    }
}

/// An event, as `+ key by pid: value` or `- key by pid`.
fn text(event: &Event) -> String {
    match event {
        RegistryEvent::Registered {
            key, pid, value, ..
        } => format!("+ {key} by {pid}: {value:?}"),
        RegistryEvent::Unregistered { key, pid, .. } => format!("- {key} by {pid}"),
        _ => panic!("there are no others"),
    }
}

async fn allows_listeners<R: Subject>(registry: R, ctx: Me) {
    let mut listener = Listener::on(&registry).await;
    let other = Other::registered(&registry, "hello", Word("world")).await;
    let (me, task) = (ctx.pid(), other.pid);
    let event = listener.heard.recv().await.unwrap();
    let RegistryEvent::Registered {
        registry: name,
        key,
        pid,
        value,
        ..
    } = event
    else {
        panic!("it was registered");
    };
    assert_eq!(&*name, registry.handle().name());
    assert_eq!(
        (key.as_str(), pid, &*value),
        ("hello", task, &Word("world"))
    );
    registry.put(&ctx, "world", Word("value"));
    assert_eq!(
        listener.next().await,
        format!("+ world by {me}: Word(\"value\")")
    );
    registry.unregister(&ctx, "world");
    assert_eq!(listener.next().await, format!("- world by {me}"));
    registry.put(&ctx, "match", Number(1));
    registry.unregister_match(&ctx, "match", match_spec! { Number(2) });
    registry.unregister_match(&ctx, "match", match_spec! { Number(1) });
    registry.unregister(&ctx, "match");
    assert_eq!(listener.next().await, format!("+ match by {me}: Number(1)"));
    assert_eq!(listener.next().await, format!("- match by {me}"));
    assert!(listener.heard.try_recv().is_err());
}

/// Elixir tells listeners of no death.
async fn tells_of_deaths_and_of_the_registrys_end<R: Subject>(registry: R, _: Me) {
    let mut listener = Listener::on(&registry).await;
    let one = Other::registered(&registry, "hello", Number(1)).await;
    let two = Other::registered(&registry, "world", Number(2)).await;
    let (first, second) = (one.pid, two.pid);
    assert_eq!(
        listener.next().await,
        format!("+ hello by {first}: Number(1)")
    );
    assert_eq!(
        listener.next().await,
        format!("+ world by {second}: Number(2)")
    );
    one.kill().await;
    assert_eq!(listener.next().await, format!("- hello by {first}"));
    let own = registry.pid().unwrap();
    own.exit(ExitReason::Kill);
    assert_eq!(listener.next().await, format!("- world by {second}"));
    own.ended().await;
    // It listens to what comes after a restart.
    registry.start().await.unwrap();
    let three = Other::registered(&registry, "hello", Number(3)).await;
    assert_eq!(
        listener.next().await,
        format!("+ hello by {}: Number(3)", three.pid)
    );
}

async fn a_refused_registration_is_no_event<R: Subject>(registry: R, ctx: Me) {
    let mut listener = Listener::on(&registry).await;
    registry.put(&ctx, "hello", Number(1));
    // Refused where one process may have the key, and another registration where several may.
    let again = registry.register(&ctx, "hello", Number(2));
    let other = Other::new();
    let unregistering = registry.clone();
    other
        .does(move |ctx| unregistering.unregister(ctx, "hello"))
        .await;
    registry.put(&ctx, "world", Number(3));
    let me = ctx.pid();
    assert_eq!(listener.next().await, format!("+ hello by {me}: Number(1)"));
    if again.is_ok() {
        assert_eq!(listener.next().await, format!("+ hello by {me}: Number(2)"));
    }
    assert_eq!(listener.next().await, format!("+ world by {me}: Number(3)"));
}

async fn who_listens_twice_is_told_once_and_who_stops_no_more<R: Subject>(registry: R, ctx: Me) {
    let (mut one, mut two) = (Listener::on(&registry).await, Listener::on(&registry).await);
    let me = ctx.pid();
    registry.put(&ctx, "hello", Number(1));
    let hello = format!("+ hello by {me}: Number(1)");
    assert_eq!((one.next().await, two.next().await), (hello.clone(), hello));
    one.stop.send(()).unwrap();
    registry_tests::settle().await;
    registry.put(&ctx, "world", Number(2));
    assert_eq!(two.next().await, format!("+ world by {me}: Number(2)"));
    registry_tests::settle().await;
    assert!(one.heard.try_recv().is_err() && two.heard.try_recv().is_err());
    // The dead are told nothing, and stand in nobody's way.
    two.pid.exit(ExitReason::Kill);
    two.pid.ended().await;
    registry.unregister(&ctx, "hello");
    assert_eq!(registry.count(), 1);
}

async fn who_begins_late_is_told_of_what_comes<R: Subject>(registry: R, ctx: Me) {
    registry.put(&ctx, "hello", Number(1));
    let mut listener = Listener::on(&registry).await;
    registry.unregister(&ctx, "hello");
    assert_eq!(listener.next().await, format!("- hello by {}", ctx.pid()));
}

registry! { Ears, keys = unique, key = &'static str }
registry! {
    Heard, keys = unique, key = String, value = Value, partitions = 1,
    listeners = [Ear("first"), Ear("second")]
}
registry! {
    HeardTopics, keys = duplicate, key = String, value = Value, partitions = 8, listeners = [Ear("first")]
}
registry! {
    HeardByKey, keys = duplicate(by_key), key = String, value = Value, listeners = [Ear("first")]
}
registry! {
    /// Whoever listens to it stands in it.
    Own, keys = unique, key = &'static str, value = (), listeners = [OwnEar("ear")]
}

#[gen_server(registry = Ears, key = <name>)]
struct Ear {
    name: &'static str,
    log: Log,
    gate: Gate,
}

#[gen_server]
impl Ear {
    #[info]
    async fn on_event(&mut self, event: Event) {
        self.gate.pass().await;
        self.log.add(text(&event));
    }

    #[cast]
    fn say(&mut self, line: &'static str) {
        self.log.add(line);
    }
}

#[gen_server(registry = Own, key = <name>)]
struct OwnEar {
    name: &'static str,
    log: Log,
}

#[gen_server]
impl OwnEar {
    #[info]
    fn on_event(&mut self, event: RegistryEvent<&'static str, ()>) {
        let _ = self.name;
        self.log.add(
            format!("{event:?}")
                .split(' ')
                .next()
                .unwrap_or("")
                .to_owned(),
        );
    }
}

/// Runs the body in a process.
async fn in_process<M, Fut>(body: impl FnOnce(Process<M>) -> Fut + Send + 'static)
where
    M: Send + 'static,
    Fut: Future<Output = ()> + Send + 'static,
{
    let reason = spawn(body).pid().ended().await;
    assert!(reason.is_normal(), "{reason}");
}

#[registry_runtime::test]
async fn declared_listeners_are_told_by_name_whoever_has_it() {
    Ears::start().await.unwrap();
    for declared in [
        Heard::start().await,
        HeardTopics::start().await,
        HeardByKey::start().await,
    ] {
        declared.unwrap();
    }
    in_process(async |ctx: Process<()>| {
        let (one, two) = (Log::new(), Log::new());
        let me = ctx.pid();
        // Nobody has the names yet.
        Heard::register(&ctx, "early".to_owned(), Number(0)).unwrap();
        let first = Ear::start("first", one.clone(), Gate::opened())
            .await
            .unwrap();
        Ear::start("second", two.clone(), Gate::opened())
            .await
            .unwrap();
        Heard::register(&ctx, "hello".to_owned(), Number(1)).unwrap();
        HeardTopics::register(&ctx, "topic".to_owned(), Number(2)).unwrap();
        HeardTopics::register(&ctx, "topic".to_owned(), Number(3)).unwrap();
        HeardTopics::unregister_match(&ctx, "topic", match_spec! { Number(2) });
        HeardByKey::register(&ctx, "by_key".to_owned(), Number(4)).unwrap();
        let expected = [
            format!("+ hello by {me}: Number(1)"),
            format!("+ topic by {me}: Number(2)"),
            format!("+ topic by {me}: Number(3)"),
            format!("- topic by {me}"),
            format!("+ by_key by {me}: Number(4)"),
        ];
        one.until(&expected[4]).await;
        two.until(&expected[0]).await;
        assert_eq!(
            (one.take(), two.take()),
            (expected.to_vec(), vec![expected[0].clone()])
        );
        // A successor under the name goes on.
        first.stop(ExitReason::Normal).await.unwrap();
        Heard::unregister(&ctx, "hello");
        Ear::start("first", one.clone(), Gate::opened())
            .await
            .unwrap();
        Heard::unregister(&ctx, "early");
        one.until(&format!("- early by {me}")).await;
        assert_eq!(one.take(), [format!("- early by {me}")]);
        two.until(&format!("- early by {me}")).await;
        assert_eq!(
            two.take(),
            [format!("- hello by {me}"), format!("- early by {me}")]
        );
    })
    .await;
}

#[registry_runtime::test]
async fn a_supervised_listener_goes_on_after_a_restart() {
    let log = Log::new();
    let tree = SupervisorSpec::new("Tree")
        .child(Ears::child_spec())
        .child(Heard::child_spec())
        .child(Ear::child_spec("first", log.clone(), Gate::opened()))
        .start()
        .await
        .unwrap();
    in_process(async move |ctx: Process<()>| {
        for round in 0..3 {
            let ear = Ear::via("first").whereis().unwrap();
            ear.exit(ExitReason::Kill);
            successor(ear, || Ear::via("first").whereis()).await;
            Heard::register(&ctx, format!("key {round}"), Number(round)).unwrap();
            log.until(&format!("+ key {round} by {}: Number({round})", ctx.pid()))
                .await;
        }
    })
    .await;
    tree.shutdown().await;
}

/// Listeners of values, over kinds and partitions: whoever is registered under a key of another one.
async fn listener_of_a_value<D: Keys>() {
    for partitions in PARTITIONS {
        let names: Registry<&'static str, (), Unique, Event> = Registry::builder().build().unwrap();
        names.start().unwrap();
        let found = names.clone();
        let find = move || -> Option<Arc<dyn Receiver<Event>>> { found.find("listener") };
        let heard: Registry<String, Value, D> = Registry::builder()
            .name("heard")
            .partitions(partitions)
            .listener(find)
            .listener(|| panic!("on purpose"))
            .build()
            .unwrap();
        heard.start().unwrap();
        in_process(async move |mut ctx: Process<Event>| {
            let me = ctx.pid();
            names.register(&ctx, "listener", ()).unwrap();
            // The other listener's panic is its own.
            heard.register(&ctx, "hello".to_owned(), Number(1)).unwrap();
            assert_eq!(
                text(&ctx.recv().await),
                format!("+ hello by {me}: Number(1)")
            );
            heard.unregister(&ctx, "hello");
            assert_eq!(text(&ctx.recv().await), format!("- hello by {me}"));
            names.unregister(&ctx, "listener");
            heard.register(&ctx, "world".to_owned(), Number(2)).unwrap();
            assert!(now(ctx.recv()).await.is_none());
        })
        .await;
    }
}

#[registry_runtime::test]
async fn a_value_has_listeners_as_well() {
    listener_of_a_value::<Unique>().await;
    listener_of_a_value::<Duplicate>().await;
    listener_of_a_value::<DuplicateByKey>().await;
}

#[registry_runtime::test]
async fn a_listener_may_stand_in_the_registry_that_it_listens_to() {
    Own::start().await.unwrap();
    let log = Log::new();
    let ear = OwnEar::start("ear", log.clone()).await.unwrap();
    in_process(async |ctx: Process<()>| {
        Own::register(&ctx, "hello", ()).unwrap();
    })
    .await;
    log.until("Unregistered").await;
    // Its own end is told to nobody any more.
    ear.stop(ExitReason::Normal).await.unwrap();
    assert_eq!(
        (log.all(), Own::count()),
        (vec!["Registered".to_owned(), "Unregistered".to_owned()], 0)
    );
}

#[registry_runtime::test]
async fn a_slow_listener_keeps_nobody_waiting_and_misses_nothing() {
    Ears::start().await.unwrap();
    Heard::start().await.unwrap();
    let (log, gate) = (Log::new(), Gate::shut());
    let ear = Ear::start("first", log.clone(), gate.clone())
        .await
        .unwrap();
    in_process(async |ctx: Process<()>| {
        for n in 0..5_000 {
            Heard::register(&ctx, "key".to_owned(), Number(n)).unwrap();
            Heard::unregister(&ctx, "key");
        }
        assert_eq!(Heard::count(), 0);
    })
    .await;
    assert_eq!(log.all().len(), 0);
    ear.say("done").unwrap();
    gate.open();
    log.until("done").await;
    let heard = log.take();
    assert_eq!(heard.len(), 10_001);
    for (n, pair) in heard[..10_000].chunks(2).enumerate() {
        assert!(pair[0].starts_with("+ key") && pair[0].ends_with(&format!("Number({n})")));
        assert!(pair[1].starts_with("- key"));
    }
}

/// One that takes five messages at most.
#[gen_server(registry = Ears, key = <name>, mailbox = 5)]
struct SmallEar {
    name: &'static str,
    log: Log,
    gate: Gate,
}

#[gen_server]
impl SmallEar {
    #[info]
    async fn on_event(&mut self, event: Event) {
        let _ = self.name;
        self.gate.pass().await;
        self.log.add(text(&event));
    }
}

registry! {
    HeardBySmall, keys = unique, key = String, value = Value, listeners = [SmallEar("small")]
}

#[registry_runtime::test]
async fn a_listener_whose_mailbox_is_full_misses_what_comes() {
    Ears::start().await.unwrap();
    HeardBySmall::start().await.unwrap();
    let (log, gate) = (Log::new(), Gate::shut());
    SmallEar::start("small", log.clone(), gate.clone())
        .await
        .unwrap();
    in_process(async move |ctx: Process<()>| {
        for n in 0..100 {
            HeardBySmall::register(&ctx, format!("{n}"), Number(n)).unwrap();
        }
        assert_eq!(HeardBySmall::count(), 100);
        gate.open();
        log.until(&format!("+ 4 by {}: Number(4)", ctx.pid())).await;
        registry_tests::settle().await;
        assert_eq!(log.take().len(), 5);
        HeardBySmall::unregister(&ctx, "99");
        log.until(&format!("- 99 by {}", ctx.pid())).await;
    })
    .await;
}

/// For each key, events come in the order in which things happened, whoever does them.
async fn in_order_of_each_key<R: Subject>(unique: bool) {
    let registry = R::new();
    registry.start().await.unwrap();
    let mut listener = Listener::on(&registry).await;
    let contenders = (0..8).map(|n: i64| {
        let registry = registry.clone();
        process(async move |ctx: Me| {
            for round in 0..200 {
                let key = ["a", "b", "c"][usize::try_from((n + round) % 3).unwrap_or(0)];
                let _ = registry.register(&ctx, key, Number(n));
                if round % 50 == 0 {
                    tokio::task::yield_now().await;
                }
                if round % 3 != 2 {
                    registry.unregister(&ctx, key);
                }
            }
        })
    });
    for pid in contenders.collect::<Vec<_>>() {
        pid.ended().await;
    }
    assert_eq!(registry.count(), 0);
    let last = Other::registered(&registry, "last", Number(0)).await;
    let last = format!("+ last by {}: Number(0)", last.pid);
    let mut live: HashMap<String, Vec<String>> = HashMap::new();
    loop {
        let event = listener.next().await;
        if event == last {
            break;
        }
        let (key, pid) = event[2..].split_once(" by ").unwrap();
        let here = live.entry(key.to_owned()).or_default();
        if let Some((pid, _)) = pid.split_once(':') {
            assert!(!unique || here.is_empty(), "two at once under {key}");
            here.push(pid.to_owned());
        } else {
            let at = here.iter().position(|other| other == pid);
            here.swap_remove(at.expect("it came before it left"));
        }
    }
    assert!(live.values().all(Vec::is_empty), "{live:?}");
}

#[registry_runtime::test(flavor = "multi_thread", worker_threads = 4)]
async fn events_of_a_key_come_in_order_from_many_threads() {
    in_order_of_each_key::<OnValue<Unique, 1>>(true).await;
    in_order_of_each_key::<OnValue<Unique, 8>>(true).await;
    in_order_of_each_key::<Declared<Unique8>>(true).await;
    in_order_of_each_key::<OnValue<Duplicate, 1>>(false).await;
    in_order_of_each_key::<OnValue<Duplicate, 8>>(false).await;
    in_order_of_each_key::<OnValue<DuplicateByKey, 8>>(false).await;
}

#[registry_runtime::test]
async fn a_dead_listener_is_let_go() {
    let registry = <OnValue<Unique, 1>>::new();
    registry.start().await.unwrap();
    let listener = Listener::on(&registry).await;
    let (dead, pid) = (listener.heard, listener.pid);
    pid.exit(ExitReason::Kill);
    pid.ended().await;
    // Its process is gone, and with it its end of the channel.
    eventually(|| dead.is_closed()).await;
    assert!(pid.info().is_none());
}

registry! { Tags, keys = duplicate, key = String, value = u32 }

/// Elixir tells of the last entry of the key alone, and tells also of a key that is not held.
#[registry_runtime::test]
async fn each_entry_of_a_key_is_told_when_it_leaves() {
    Tags::start().await.unwrap();
    let heard = registry_tests::in_process(async |mut ctx: Process<RegistryEvent<String, u32>>| {
        Tags::listen(&ctx).unwrap();
        for value in [1, 2] {
            Tags::register(&ctx, "red".to_owned(), value).unwrap();
        }
        Tags::unregister(&ctx, "blue");
        Tags::unregister(&ctx, "red");
        Tags::unregister(&ctx, "red");
        Tags::register(&ctx, "end".to_owned(), 0).unwrap();
        let mut heard = Vec::new();
        loop {
            match ctx.recv().await {
                RegistryEvent::Registered { key, .. } if key == "end" => return heard,
                RegistryEvent::Registered { key, value, .. } => {
                    heard.push(format!("+{key} {value}"))
                }
                RegistryEvent::Unregistered { key, .. } => heard.push(format!("-{key}")),
                other => panic!("{other:?}"),
            }
        }
    });
    assert_eq!(heard.await, ["+red 1", "+red 2", "-red", "-red"]);
}

/// A key whose `Clone` panics while its switch is on.
#[derive(Debug)]
struct Brittle(u32, Arc<AtomicBool>);

impl Clone for Brittle {
    fn clone(&self) -> Self {
        assert!(!self.1.load(Ordering::Acquire), "on purpose");
        Self(self.0, Arc::clone(&self.1))
    }
}

impl PartialEq for Brittle {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl Eq for Brittle {}

impl std::hash::Hash for Brittle {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

registry! { Rooms, keys = unique, key = Brittle }

#[gen_server(registry = Rooms, key = <id>)]
struct Room {
    id: Brittle,
}

#[gen_server]
impl Room {
    #[call]
    fn answers(&self) -> bool {
        true
    }
}

#[registry_runtime::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_cannot_be_cloned_leaves_no_ghost() {
    Rooms::start().await.unwrap();
    let listening = Gate::shut();
    let opened = listening.clone();
    spawn(async move |ctx: Process<RegistryEvent<Brittle>>| {
        Rooms::listen(&ctx).unwrap();
        opened.open();
        std::future::pending::<()>().await;
    });
    listening.pass().await;
    let rooms = DynamicSupervisor::builder().start().unwrap();
    let brittle = Arc::new(AtomicBool::new(false));
    let spec = || Room::child_spec(Brittle(1, Arc::clone(&brittle))).restart(Restart::Temporary);
    for selects in [false, true] {
        let room = rooms.get_or_start(spec()).await.unwrap();
        let again = rooms.get_or_start(spec()).await.unwrap();
        assert_eq!(room.pid(), again.pid());
        brittle.store(true, Ordering::Release);
        if selects {
            // The table is lent while the process dies on another thread.
            let pid = room.pid();
            let runtime = tokio::runtime::Handle::current();
            Rooms::select(|_, _, ()| -> Option<()> {
                pid.exit(ExitReason::Kill);
                std::thread::scope(|scope| {
                    scope.spawn(|| runtime.block_on(pid.ended()));
                });
                None
            });
        } else {
            room.pid().exit(ExitReason::Kill);
            room.pid().ended().await;
        }
        assert_eq!(
            (Rooms::count(), Rooms::select(|_, pid, ()| Some(pid))),
            (0, vec![])
        );
        // Its name needs a clone of the key; this ends, and tells of the panic.
        assert!(matches!(
            rooms.get_or_start(spec()).await,
            Err(StartError::Init(_))
        ));
        brittle.store(false, Ordering::Release);
        let next = rooms.get_or_start(spec()).await.unwrap();
        assert_ne!(next.pid(), room.pid());
        assert_eq!(next.answers().await, Ok(true));
        assert_eq!(Rooms::count(), 1);
        rooms.terminate_child(next.pid()).await.unwrap();
    }
}
