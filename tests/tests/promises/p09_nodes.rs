//! Promise 9: nodes are isolated from each other, and processes inherit theirs.
//!
//! Seen to fail: `Node::current` preferred the scope to the process; a declared registry had one
//! instance for all nodes.

use registry_runtime::prelude::*;
use registry_tests::{Log, processes};

supervision_tree! {
    App, strategy = one_for_one;
    registry!<Names, keys = unique, key = u32, value = &'static str>;
    dynamic_supervisor!<pub Dynamic>;
    Server(1, "tree");
}

#[gen_server(registry = Names, key = <id>, value = *from)]
struct Server {
    id: u32,
    from: &'static str,
}

#[gen_server]
impl Server {
    #[call]
    fn from(&self) -> &'static str {
        self.from
    }

    #[call]
    fn node(&self) -> Node {
        Node::current()
    }

    /// Starts another one, from in here.
    #[call]
    async fn start_another(&mut self, id: u32, from: &'static str) -> Pid {
        Server::start(id, from).await.unwrap().pid()
    }

    #[call]
    async fn ask_by_name(&mut self, id: u32) -> Result<&'static str, CallError> {
        Server::via(id).from().await
    }
}

/// What each of the tests below does, at the same time in one binary, with the same names.
async fn lives_alone() {
    assert_eq!((processes(), Names::is_running()), (0, false));
    for _ in 0..20 {
        let app = App::start().await.unwrap();
        let again = App::start().await.unwrap_err();
        assert_eq!(again, StartError::AlreadyStarted(app.pid()));
        let second = Dynamic::start_child(Server::child_spec(2, "dynamic"))
            .await
            .unwrap();
        assert_eq!(Server::via(1).from().await, Ok("tree"));
        assert_eq!(Names::lookup(&2), Some((second.pid(), "dynamic")));
        assert_eq!((processes(), Names::count()), (5, 2));
        app.shutdown().await;
        assert_eq!((processes(), Names::is_running()), (0, false));
    }
}

#[registry_runtime::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_test_of_the_same_names() {
    lives_alone().await;
}

#[registry_runtime::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_test_of_the_same_names() {
    lives_alone().await;
}

#[registry_runtime::test]
async fn a_third_test_of_the_same_names() {
    lives_alone().await;
}

#[registry_runtime::test]
async fn one_tree_runs_on_several_nodes_of_a_program_at_once() {
    let nodes = [Node::new(), Node::new(), Node::new()];
    let mut apps = Vec::new();
    for node in &nodes {
        apps.push(node.scope(App::start()).await.unwrap());
    }
    assert_eq!(processes(), 0, "the test's own node is another one");
    assert_eq!(Server::via(1).from().await, Err(CallError::NotRunning));
    // Each is found on its node alone, and one's end is nothing to the others.
    apps[1].shutdown().await;
    for (number, node) in nodes.iter().enumerate() {
        let answer = node.scope(async { Server::via(1).from().await }).await;
        assert_eq!(answer.is_ok(), number != 1);
    }
    // The handle of another node's tree works from anywhere.
    apps[0].shutdown().await;
    apps[2].shutdown().await;
    assert!(nodes.iter().all(|node| node.processes().is_empty()));
}

#[registry_runtime::test]
async fn processes_inherit_their_node_whoever_calls_them() {
    let (ours, theirs) = (Node::current(), Node::new());
    App::start().await.unwrap();
    let server = theirs
        .scope(async {
            App::start().await.unwrap();
            Server::via(1).server_ref().unwrap()
        })
        .await;
    // Called from here, it runs there.
    assert_eq!(server.node().await.unwrap(), theirs);
    assert_ne!(ours, theirs);
    let child = server.start_another(7, "theirs").await.unwrap();
    assert!(theirs.processes().contains(&child) && !ours.processes().contains(&child));
    assert_eq!(Names::lookup(&7), None);
    assert_eq!(server.ask_by_name(7).await.unwrap(), Ok("theirs"));
    // Its supervisor restarts it there, also when it is killed from here.
    let pid = server.pid();
    pid.exit(ExitReason::Kill);
    pid.ended().await;
    theirs
        .scope(async { registry_tests::successor(pid, || Server::via(1).whereis()).await })
        .await;
    assert_eq!(ours.processes().len(), 4);
}

#[registry_runtime::test]
async fn a_process_spawned_in_a_scope_stays_on_its_node() {
    let node = Node::new();
    let log = Log::new();
    let noted = log.clone();
    let expected = node.clone();
    let process = node
        .scope(async {
            spawn(async move |ctx: Process<()>| {
                assert_eq!((ctx.node(), Node::current()), (&expected, expected.clone()));
                tokio::task::yield_now().await;
                let inner = ctx.spawn_link(async move |ctx: Process<()>| {
                    assert_eq!(*ctx.node(), expected);
                });
                inner.ended().await;
                noted.add("done");
            })
        })
        .await;
    assert!(process.ended().await.is_normal());
    log.until("done").await;
}

#[registry_runtime::test]
async fn scopes_nest_and_end() {
    let (outer, inner) = (Node::new(), Node::new());
    let here = Node::current();
    outer
        .scope(async {
            assert_eq!(Node::current(), outer);
            inner
                .scope(async {
                    tokio::task::yield_now().await;
                    assert_eq!(Node::current(), inner);
                    Names::start().await.unwrap();
                })
                .await;
            assert_eq!(Node::current(), outer);
            assert!(!Names::is_running());
            let in_join = tokio::join!(
                inner.scope(async { (Node::current(), Names::is_running()) }),
                async { (Node::current(), Names::is_running()) },
            );
            assert_eq!(in_join, ((inner.clone(), true), (outer.clone(), false)));
        })
        .await;
    assert_eq!(Node::current(), here);
}

#[registry_runtime::test]
async fn a_scope_inside_of_a_process_goes_before_the_processs_own_node() {
    let other = Node::new();
    let process = spawn(async move |ctx: Process<()>| {
        let mine = ctx.node().clone();
        other
            .scope(async { assert_eq!(Node::current(), other) })
            .await;
        assert_eq!(Node::current(), mine);
    });
    assert!(process.ended().await.is_normal());
}

#[registry_runtime::test]
async fn pids_of_other_nodes_can_be_told_apart_and_used() {
    let node = Node::new();
    let server = node
        .scope(async {
            Names::start().await.unwrap();
            Server::start(1, "there").await.unwrap()
        })
        .await;
    let pid = server.pid();
    assert!(pid.is_alive());
    let watcher = spawn(async move |mut ctx: Process<()>| {
        let _monitor = ctx.monitor(pid);
        let down: Down = ctx.recv_info().await;
        assert_eq!((down.pid, down.reason), (pid, ExitReason::Killed));
    });
    tokio::task::yield_now().await;
    pid.exit(ExitReason::Kill);
    assert!(watcher.ended().await.is_normal());
    assert!(!pid.is_alive());
}
