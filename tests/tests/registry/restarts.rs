//! A registry in a tree, when it crashes: its servers get the exit signal, and come back under
//! their names.

use registry_runtime::prelude::*;
use registry_tests::{Log, eventually, successor};

supervision_tree! {
    /// The servers need the registry: when it goes, they go and come with it.
    Site, strategy = rest_for_one, max_restarts = 1_000_000, within = 5s;
    registry!<Names, keys = unique, key = String, value = u32, partitions = 8, meta = [("limit", 7)]>;
    registry!<Topics, keys = duplicate, key = String, message = u32>;
    Server("alice".to_owned(), 1);
    Server("bob".to_owned(), 2), id = "bob";
    dynamic_supervisor!<Others, max_restarts = 1_000_000>;
}

#[gen_server(registry = Names, key = "server:<name>", value = *number)]
struct Server {
    name: String,
    number: u32,
    #[default]
    heard: u32,
}

#[gen_server]
impl Server {
    fn init(&mut self, ctx: &mut Ctx<Self>) -> Result<(), ExitReason> {
        Topics::register(ctx, "all".to_owned(), ())?;
        Ok(())
    }

    #[info]
    fn on_number(&mut self, number: u32) {
        self.heard += number;
    }

    #[call]
    fn heard(&self) -> (String, u32) {
        (self.name.clone(), self.heard)
    }
}

/// A server that traps exits, and is not in the way of the registry's.
#[gen_server(registry = Names, key = "trapper", value = 9)]
struct Trapper {
    log: Log,
}

#[gen_server]
impl Trapper {
    fn init(&mut self, ctx: &mut Ctx<Self>) {
        ctx.trap_exit(true);
    }

    #[info]
    fn on_exit(&mut self, exit: Exit, ctx: &mut Ctx<Self>) {
        assert!(exit.from.is_some());
        let name = Names::lookup("trapper").map(|(pid, _)| pid);
        self.log
            .add(format!("{} {:?}", exit.reason, name.is_some()));
        // Its name is gone; it takes it again as soon as the registry is back.
        while Names::register(ctx, "trapper".to_owned(), 9).is_err() {
            std::thread::yield_now();
        }
        self.log.add("again");
    }
}

async fn kill_and_await(registry: impl Fn() -> Option<Pid>) -> Pid {
    let old = registry().unwrap();
    old.exit(ExitReason::Kill);
    old.ended().await;
    successor(old, registry).await
}

/// All of the tree's own servers are back under their names, and hear.
async fn all_is_well() {
    let up = |name: &str| Server::via(name).whereis().is_some();
    eventually(|| up("alice") && up("bob") && Topics::count() == 2).await;
    assert_eq!((Names::count(), Names::meta::<i32>("limit")), (2, Some(7)));
    assert_eq!(Topics::publish("all", 5), 2);
    for name in ["alice", "bob"] {
        assert_eq!(Server::via(name).heard().await, Ok((name.to_owned(), 5)));
    }
}

async fn survives_crashes_of_its_registries(rounds: usize) {
    let app = Site::start().await.unwrap();
    all_is_well().await;
    for _ in 0..rounds {
        let before = ["alice", "bob"].map(|name| Server::via(name).whereis().unwrap());
        kill_and_await(Names::pid).await;
        for old in before {
            old.ended().await;
        }
        all_is_well().await;
        let before = ["alice", "bob"].map(|name| Server::via(name).whereis().unwrap());
        kill_and_await(Topics::pid).await;
        for old in before {
            old.ended().await;
        }
        all_is_well().await;
    }
    app.shutdown().await;
    assert_eq!(
        (Names::is_running(), Names::count(), Topics::count()),
        (false, 0, 0)
    );
}

#[registry_runtime::test]
async fn servers_come_back_under_their_names_when_their_registry_crashes() {
    survives_crashes_of_its_registries(20).await;
}

#[registry_runtime::test(flavor = "multi_thread", worker_threads = 4)]
async fn servers_come_back_under_their_names_on_many_threads() {
    survives_crashes_of_its_registries(100).await;
}

/// A registry that ends and whose servers end by that are not more than the supervisor takes by
/// default: what comes first must not use the others' restarts up.
#[registry_runtime::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_crash_of_a_registry_with_one_server_is_within_the_usual_restarts() {
    for _ in 0..200 {
        let tree = SupervisorSpec::new("Tree")
            .strategy(Strategy::RestForOne)
            .child(Topics::child_spec())
            .child(Names::child_spec())
            .child(Server::child_spec("alice".to_owned(), 1))
            .start()
            .await
            .unwrap();
        let alice = Server::via("alice").whereis().unwrap();
        kill_and_await(Names::pid).await;
        let again = successor(alice, || Server::via("alice").whereis()).await;
        assert!(again.is_alive() && tree.pid().is_alive());
        tree.shutdown().await;
    }
}

#[registry_runtime::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_traps_exits_is_told_and_may_register_again() {
    let app = Site::start().await.unwrap();
    let log = Log::new();
    let trapper = Trapper::start(log.clone()).await.unwrap();
    kill_and_await(Names::pid).await;
    log.until("again").await;
    assert_eq!(log.all(), ["killed false", "again"]);
    assert_eq!(Names::lookup("trapper"), Some((trapper.pid(), 9)));
    app.shutdown().await;
    assert_eq!(Names::count(), 0);
}

#[registry_runtime::test]
async fn one_server_crashes_and_its_registry_does_not_mind() {
    let app = Site::start().await.unwrap();
    all_is_well().await;
    let own = Names::pid().unwrap();
    let alice = Server::via("alice").whereis().unwrap();
    alice.exit(ExitReason::Kill);
    let again = successor(alice, || Server::via("alice").whereis()).await;
    assert_eq!(Names::lookup("server:alice"), Some((again, 1)));
    assert_eq!(Names::pid(), Some(own));
    eventually(|| Server::via("bob").whereis().is_some() && Topics::count() == 2).await;
    all_is_well().await;
    app.shutdown().await;
}

/// Under a dynamic supervisor the servers are started again by that, as soon as they can.
#[registry_runtime::test(flavor = "multi_thread", worker_threads = 2)]
async fn dynamic_servers_end_with_the_part_of_the_tree_after_their_registry() {
    let app = Site::start().await.unwrap();
    let mut pids = Vec::new();
    for n in 0..50 {
        let spec = Server::child_spec(format!("dynamic {n}"), n);
        pids.push(Others::start_child(spec).await.unwrap().pid());
    }
    assert_eq!((Names::count(), Topics::count()), (52, 52));
    kill_and_await(Names::pid).await;
    for pid in pids {
        pid.ended().await;
    }
    // The supervisor of the dynamic ones was started afresh, with nobody.
    all_is_well().await;
    assert_eq!(Others::count_children().active, 0);
    app.shutdown().await;
}
