//! What a process holds, as others are shown it: `ProcessInfo::names`, and `keys` and `values` while
//! it ends.
//!
//! Seen to fail: with names read under the lock of the process (`a_key_may_look_back` hangs), and
//! with the notes' indexes unsorted and not made unique (the same: each key is there three times).

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, Mutex};

use registry_runtime::prelude::*;
use registry_runtime::{Node, Registry};
use registry_tests::Log;

registry! { Users, keys = unique, key = String }
registry! { Rooms, keys = duplicate, key = (u8, String), value = u8 }
registry! { Ports, keys = unique, key = u16 }
registry! { Secrets, keys = unique, key = Secret }

/// A key without a text.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Secret(u8);

fn names(pid: Pid) -> Vec<String> {
    pid.info().map(|info| info.names).unwrap_or_default()
}

async fn start_all() {
    Users::start_link().await.unwrap();
    Rooms::start_link().await.unwrap();
    Ports::start_link().await.unwrap();
    Secrets::start_link().await.unwrap();
}

#[registry_runtime::test]
async fn info_shows_the_keys_that_a_process_holds() {
    start_all().await;
    let process = spawn(async |ctx: Process<()>| {
        assert!(names(ctx.pid()).is_empty());
        Users::register(&ctx, "ann".to_owned(), ()).unwrap();
        assert_eq!(names(ctx.pid()), ["Users: ann"]);
        Rooms::register(&ctx, (1, "a".to_owned()), 1).unwrap();
        Rooms::register(&ctx, (1, "a".to_owned()), 2).unwrap();
        Ports::register(&ctx, 80, ()).unwrap();
        Secrets::register(&ctx, Secret(1), ()).unwrap();
        let all = [
            "Ports: 80",
            "Rooms: (1, \"a\")",
            "Rooms: (1, \"a\")",
            "Secrets: _",
            "Users: ann",
        ];
        assert_eq!(names(ctx.pid()), all);
        let snapshot = Node::current().snapshot();
        let info = snapshot.processes.iter().find(|info| info.pid == ctx.pid());
        assert_eq!(info.unwrap().names, all);
        Rooms::unregister(&ctx, &(1, "a".to_owned()));
        Users::unregister(&ctx, "ann");
        assert_eq!(names(ctx.pid()), ["Ports: 80", "Secrets: _"]);
    });
    assert!(process.pid().ended().await.is_normal());
    assert!(names(process.pid()).is_empty());
}

#[registry_runtime::test]
async fn a_server_is_shown_by_its_name() {
    start_all().await;
    let server = User::start("bob".to_owned()).await.unwrap();
    assert_eq!(names(server.pid()), ["Users: user:bob"]);
}

#[gen_server(registry = Users, key = "user:<name>")]
struct User {
    name: String,
}

#[gen_server]
impl User {}

/// A key of which all have one hash, and that looks back at whoever holds it.
#[derive(Clone, PartialEq, Eq)]
struct Nosy(u8, Registry<Nosy>);

impl Hash for Nosy {
    fn hash<H: Hasher>(&self, state: &mut H) {
        0_u8.hash(state);
    }
}

impl fmt::Debug for Nosy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        assert_ne!(self.0, 13, "on purpose");
        let (holder, ()) = self.1.lookup(self).expect("it is held");
        write!(f, "{} of {}", self.0, self.1.keys(holder).len())
    }
}

/// Its names are written when no lock is held: `Debug` may use the registry, and may panic.
#[registry_runtime::test]
async fn a_key_may_look_back() {
    let registry: Registry<Nosy> = Registry::builder()
        .name("nosy")
        .show_keys()
        .build()
        .unwrap();
    registry.start().unwrap();
    let process = spawn(async move |ctx: Process<()>| {
        for n in [1, 2, 13] {
            let key = Nosy(n, registry.clone());
            registry.register(&ctx, key, ()).unwrap();
        }
        assert_eq!(
            names(ctx.pid()),
            ["nosy: 1 of 3", "nosy: 2 of 3", "nosy: _"]
        );
    });
    assert!(process.pid().ended().await.is_normal());
}

#[registry_runtime::test]
async fn keys_of_an_undeclared_registry_are_shown_if_they_are_texts_or_numbers() {
    let texts: Registry<&'static str> = Registry::builder().name("texts").build().unwrap();
    let pairs: Registry<(u8, u8)> = Registry::builder().name("pairs").build().unwrap();
    texts.start().unwrap();
    pairs.start().unwrap();
    let process = spawn(async move |ctx: Process<()>| {
        texts.register(&ctx, "one", ()).unwrap();
        pairs.register(&ctx, (1, 2), ()).unwrap();
        assert_eq!(names(ctx.pid()), ["pairs: _", "texts: one"]);
    });
    assert!(process.pid().ended().await.is_normal());
}

/// A process that ends lets go of all of its entries at once, before they leave one by one. A
/// listener that is looked up in between sees both; whoever is told of the end sees neither.
#[registry_runtime::test]
async fn an_ending_process_holds_nothing_while_its_entries_leave() {
    let seen = Log::new();
    let (notes, handle) = (seen.clone(), Arc::new(Mutex::new(None::<Registry<u8, u8>>)));
    let within = Arc::clone(&handle);
    let find = move || {
        let registry = within.lock().unwrap().clone()?;
        if let Some((pid, value)) = registry.lookup(&1) {
            let held = (registry.keys(pid).len(), registry.values(&1, pid).len());
            notes.add(format!("{value} is found, {held:?} held"));
        }
        None
    };
    let registry = Registry::builder().listener(find).build().unwrap();
    *handle.lock().unwrap() = Some(registry.clone());
    registry.start().unwrap();
    let entered = registry.clone();
    let process = spawn(async move |ctx: Process<()>| {
        entered.register(&ctx, 1, 7).unwrap();
        assert_eq!(
            (entered.keys(ctx.pid()), entered.values(&1, ctx.pid())),
            (vec![1], vec![7])
        );
    });
    assert!(process.pid().ended().await.is_normal());
    assert_eq!(seen.count("7 is found, (0, 0) held"), 1);
    assert_eq!(registry.lookup(&1), None);
    assert!(registry.keys(process.pid()).is_empty());
    // The listener and the registry hold one another.
    *handle.lock().unwrap() = None;
}
