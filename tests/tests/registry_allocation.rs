//! What the registry allocates: nothing for a look-up or a cast by name; and what it has allocated
//! comes back when the entries go.
//!
//! The counts are the whole program's, so there is one test, and whatever runs runs in here.
//! `REGISTRY_ENTRIES` says how many entries come and go, 50,000 by default.

use std::alloc::System;
use std::hint::black_box;

use registry_runtime::node::TestRuntime;
use registry_runtime::prelude::*;
use registry_runtime::registry::Keys;
use registry_runtime::{DeclaredRegistry, Registry};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use tokio::runtime::Builder;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

registry! { Sessions, keys = unique, key = String, value = u32, message = u64 }
registry! { Pairs, keys = unique, key = (String, u32) }
registry! { Topics, keys = duplicate, key = String, message = u64 }

#[gen_server(registry = Sessions, key = "session:<tenant>:<user>", value = 7)]
struct Session {
    tenant: u64,
    user: String,
    #[default]
    hits: u64,
}

#[gen_server]
impl Session {
    fn init(&mut self, ctx: &mut Ctx<Self>) -> Result<(), ExitReason> {
        Topics::register(ctx, "all".to_owned(), ())?;
        Ok(())
    }

    #[call]
    fn hits(&self) -> (u64, u64, usize) {
        (self.tenant, self.hits, self.user.len())
    }

    #[cast]
    fn bump(&mut self, by: u64) {
        self.hits += by;
    }

    #[info]
    fn on_number(&mut self, number: u64) {
        self.hits += number;
    }
}

#[gen_server(registry = Pairs, key = (<tenant>, <id>))]
struct Paired {
    tenant: String,
    id: u32,
}

#[gen_server]
impl Paired {
    #[call]
    fn both(&self) -> (String, u32) {
        (self.tenant.clone(), self.id)
    }
}

/// How often `action` allocates.
fn allocations<T>(action: impl FnOnce() -> T) -> usize {
    let region = Region::new(ALLOCATOR);
    black_box(action());
    let change = region.change();
    change.allocations + change.reallocations
}

/// Bytes that are allocated now.
fn live() -> usize {
    let stats = ALLOCATOR.stats();
    stats.bytes_allocated - stats.bytes_deallocated
}

/// Looking up by name, whatever the form of the key.
async fn look_ups_allocate_nothing() {
    Sessions::start().await.unwrap();
    Pairs::start().await.unwrap();
    Topics::start().await.unwrap();
    // 63 bytes, the longest that is written without an allocation.
    let user = "u".repeat(63 - "session:1234567:".len());
    let session = Session::start(1_234_567, user.clone()).await.unwrap();
    Paired::start("acme".to_owned(), 2).await.unwrap();
    let pid = session.pid();
    let key = format!("session:1234567:{user}");
    let key = key.as_str();
    let named = || Session::via(1_234_567, &user);
    let none = |what: &str, count: usize| assert_eq!(count, 0, "{what}");

    none(
        "via",
        allocations(|| assert_eq!(named().whereis(), Some(pid))),
    );
    none("via, alive", allocations(|| assert!(named().is_alive())));
    none(
        "via, nobody",
        allocations(|| assert_eq!(Session::via(1, "x").whereis(), None)),
    );
    none("via, clone", allocations(|| named().clone().whereis()));
    none(
        "via, a pair",
        allocations(|| assert!(Paired::via("acme", 2).is_alive())),
    );
    none("server_ref", allocations(|| named().server_ref()));
    none(
        "lookup",
        allocations(|| assert_eq!(Sessions::lookup(key), Some((pid, 7)))),
    );
    none(
        "lookup, nobody",
        allocations(|| assert_eq!(Sessions::lookup("nobody"), None)),
    );
    none(
        "whereis",
        allocations(|| assert_eq!(Sessions::whereis(key), Some(pid))),
    );
    none(
        "with",
        allocations(|| Sessions::with(key, |_, value| *value)),
    );
    none("find", allocations(|| Sessions::registry().find(key)));
    none("handle", allocations(Sessions::handle));
    none("count", allocations(Sessions::count));
    none(
        "dispatch",
        allocations(|| Topics::dispatch("all", |entries| entries.len())),
    );
    none(
        "count_match",
        allocations(|| Topics::count_match("all", |_, ()| true)),
    );

    // A key that is longer is written to an allocation, and found.
    let long = "l".repeat(100);
    Session::start(1, long.clone()).await.unwrap();
    assert!(allocations(|| assert!(Session::via(1, &long).is_alive())) > 0);
    session_messages(&user).await;
    for pid in Node::current().processes() {
        pid.exit(ExitReason::Kill);
        pid.ended().await;
    }
}

/// Messages by name: nothing but what the mailbox takes, which it keeps.
async fn session_messages(user: &str) {
    let named = || Session::via(1_234_567, user);
    let server = named().server_ref().unwrap();
    assert_eq!(named().hits().await.unwrap().1, 0);
    // Room for a few messages; the server gets no turn in here.
    let by_ref = allocations(|| server.bump(1).unwrap());
    assert!(by_ref <= 1, "the mailbox's own");
    let mut by_name = 0;
    for _ in 0..2 {
        by_name += allocations(|| named().bump(1).unwrap());
        by_name += allocations(|| named().send(1_u64).unwrap());
    }
    assert!(by_name <= 1, "the mailbox's own");
    assert_eq!(named().hits().await.unwrap().1, 5);
    // As many by reference, as many by name: the name costs nothing.
    let of_many = |send: &dyn Fn()| allocations(|| (0..1_000).for_each(|_| send()));
    let by_ref = of_many(&|| server.bump(1).unwrap());
    assert_eq!(server.hits().await.unwrap().1, 1_005);
    let by_name = of_many(&|| named().bump(1).unwrap());
    assert_eq!(named().hits().await.unwrap().1, 2_005);
    assert!(
        by_name <= 10,
        "{by_name}: the mailbox doubles, and no message is allocated"
    );
    assert!(
        by_name.abs_diff(by_ref) <= 1,
        "{by_ref} by reference: as its buffers happen to be"
    );
    let key = format!("session:1234567:{user}");
    let sent = of_many(&|| Sessions::send(key.as_str(), 1_u64).unwrap());
    assert!(sent <= 10, "{sent}");
    assert_eq!(server.hits().await.unwrap().1, 3_005);
    let all = Topics::count();
    let published = of_many(&|| assert_eq!(Topics::publish("all", 1_u64), all));
    assert!(published <= 10 * all, "{published} for {all} mailboxes");
    assert_eq!(server.hits().await.unwrap().1, 4_005);
}

fn entries() -> u32 {
    let entries = std::env::var("REGISTRY_ENTRIES").ok();
    entries
        .and_then(|entries| entries.parse().ok())
        .unwrap_or(50_000)
}

/// What may be left, however many entries there were: the processes that have held them, and 64
/// tables with room for 28 rows each, which are not worth giving back; and as many of the process
/// table, with room for 128 processes each.
const LEFT: usize = 512 * 1_024;

/// How the entries go.
#[derive(Clone, Copy, Debug)]
enum Way {
    Die,
    Unregister,
    UnregisterMatch,
    Stop,
}

/// Entries come, of few processes with many each, and go.
async fn entries_come_and_go<D: Keys>(way: Way, one_key: bool) -> usize {
    let registry: Registry<String, (), D> = Registry::builder().partitions(8).build().unwrap();
    let own = registry.start().unwrap();
    let (entries, before) = (entries(), live());
    let members: Vec<_> = (0..10)
        .map(|part| {
            let registry = registry.clone();
            spawn(async move |mut ctx: Process<bool>| {
                ctx.trap_exit(true);
                let key = |n: u32| {
                    if one_key {
                        "all".to_owned()
                    } else {
                        format!("key {n}")
                    }
                };
                for n in (part..entries).step_by(10) {
                    registry.register(&ctx, key(n), ()).unwrap();
                }
                if ctx.recv().await {
                    for n in (part..entries).step_by(10) {
                        match way {
                            Way::Unregister => registry.unregister(&ctx, key(n).as_str()),
                            _ => registry.unregister_match(&ctx, key(n).as_str(), |()| true),
                        }
                    }
                }
                let _: bool = ctx.recv().await;
            })
        })
        .collect();
    registry_tests::eventually(|| registry.count() == entries as usize).await;
    let full = live() - before;
    for member in &members {
        let sent = member.send(matches!(way, Way::Unregister | Way::UnregisterMatch));
        sent.unwrap();
    }
    match way {
        Way::Die => {
            for member in &members {
                member.pid().exit(ExitReason::Kill);
                member.pid().ended().await;
            }
        }
        Way::Stop => {
            own.exit(ExitReason::Kill);
            own.ended().await;
        }
        Way::Unregister | Way::UnregisterMatch => {
            registry_tests::eventually(|| registry.count() == 0).await;
        }
    }
    assert_eq!(registry.count(), 0);
    let left = live().saturating_sub(before);
    for member in members {
        member.pid().exit(ExitReason::Kill);
        member.pid().ended().await;
    }
    let per_entry = full / entries as usize;
    println!("{way:?}, one key {one_key}: {full} bytes, {per_entry} an entry; {left} left");
    assert!(
        left < LEFT,
        "{way:?}, one key {one_key}: {left} bytes of {full} are left"
    );
    per_entry
}

/// Entries come, of a process each, and go with them; how much is left.
async fn processes_come_and_go() -> usize {
    let registry: Registry<String> = Registry::builder().build().unwrap();
    registry.start().unwrap();
    let (many, before) = (entries() / 10, live());
    let members: Vec<Pid> = (0..many)
        .map(|n| {
            let registry = registry.clone();
            let process = spawn(async move |ctx: Process<()>| {
                registry.register(&ctx, format!("key {n}"), ()).unwrap();
                std::future::pending::<()>().await;
            });
            process.pid()
        })
        .collect();
    registry_tests::eventually(|| registry.count() == many as usize).await;
    let full = live() - before;
    for pid in &members {
        pid.exit(ExitReason::Kill);
    }
    for pid in members {
        pid.ended().await;
    }
    let left = live().saturating_sub(before);
    println!(
        "{many} processes: {full} bytes, {} each; {left} left",
        full / many as usize
    );
    left
}

async fn memory_returns() {
    use Way::{Die, Stop, Unregister, UnregisterMatch};
    for way in [Die, Unregister, UnregisterMatch, Stop] {
        let per_entry = entries_come_and_go::<Unique>(way, false).await;
        assert!(
            per_entry < 350,
            "{per_entry} bytes an entry, with its key and its process's note"
        );
        entries_come_and_go::<Duplicate>(way, false).await;
        entries_come_and_go::<DuplicateByKey>(way, true).await;
    }
    // The room that tokio's own queue of tasks has grown to stays: that is there once.
    processes_come_and_go().await;
    let left = processes_come_and_go().await;
    assert!(left < LEFT, "{left} bytes are left");
}

#[test]
fn what_the_registry_allocates() {
    // On the default node, as programs run, and on a node of its own.
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(look_ups_allocate_nothing());
    TestRuntime::new().run(look_ups_allocate_nothing());
    TestRuntime::new().run(memory_returns());
}
