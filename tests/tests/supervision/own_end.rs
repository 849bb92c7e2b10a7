//! Processes that wait for the end of a supervisor which ends after them.

use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use registry_runtime::SupervisorError;
use registry_runtime::prelude::*;
use registry_tests::Log;
use tokio::time::{Instant, timeout};

type Waits = Pin<Box<dyn Future<Output = String> + Send>>;

/// What a server waits for.
#[derive(Clone)]
struct Wait(Arc<dyn Fn() -> Waits + Send + Sync>);

impl Wait {
    fn new<Fut>(wait: impl Fn() -> Fut + Send + Sync + 'static) -> Self
    where
        Fut: Future<Output = String> + Send + 'static,
    {
        Self(Arc::new(move || Box::pin(wait())))
    }
}

/// Waits in its `terminate`, or in a handler.
#[gen_server]
struct Clinging {
    wait: Wait,
    trap: bool,
    log: Log,
    this: Cell<ServerRef<Clinging>>,
}

#[gen_server]
impl Clinging {
    fn init(&mut self, ctx: &mut Ctx<Self>) {
        let _ = self.this.set(ctx.self_ref());
        ctx.trap_exit(self.trap);
    }

    #[cast]
    async fn handle(&mut self) {
        self.log.add("handles");
        let heard = (self.wait.0)().await;
        self.log.add(heard);
        self.wait = Wait::new(async || String::new());
    }

    #[cast]
    fn finish(&mut self, ctx: &mut Ctx<Self>) {
        ctx.stop(ExitReason::Normal);
    }

    async fn terminate(&mut self) {
        let heard = (self.wait.0)().await;
        self.log.add(heard);
    }
}

type Cell<T> = Arc<OnceLock<T>>;

/// A child that is given all the time it wants to shut down, and the place where its server will be found.
fn clinging(wait: Wait, trap: bool, log: &Log) -> (ChildSpec<Clinging>, Cell<ServerRef<Clinging>>) {
    let this = Cell::default();
    let child = Clinging::child_spec(wait, trap, log.clone(), Arc::clone(&this))
        .id("clinging")
        .restart(Restart::Temporary)
        .shutdown(Shutdown::Infinity);
    (child, this)
}

/// A supervisor that is there once the child is made which waits for it.
fn kept<T: Clone + Send + Sync + 'static>(cell: &Cell<T>) -> impl Fn() -> T + Send + Sync + use<T> {
    let cell = Arc::clone(cell);
    move || cell.get().unwrap().clone()
}

fn deadlock(heard: &str) -> bool {
    heard.contains("wait for itself") || heard.contains("waits for whoever asks it")
}

/// The ways to wait for the end of a static supervisor.
fn ways(of: &Cell<Supervisor>) -> Vec<Wait> {
    let [one, two, three, four] = [(); 4].map(|()| kept(of));
    vec![
        Wait::new(move || {
            let supervisor = one();
            async move {
                supervisor.shutdown().await;
                supervisor.wait().await.to_string()
            }
        }),
        Wait::new(move || {
            let supervisor = two();
            async move { supervisor.wait().await.to_string() }
        }),
        Wait::new(move || {
            let supervisor = three();
            async move { supervisor.pid().ended().await.to_string() }
        }),
        Wait::new(move || {
            let supervisor = four();
            async move {
                let asked = supervisor.terminate_child("clinging").await;
                asked.unwrap_err().to_string()
            }
        }),
    ]
}

async fn soon<F: Future>(future: F) -> F::Output {
    let begun = Instant::now();
    let limit = Duration::from_secs(3_600);
    let output = timeout(limit, future).await.expect("it ends");
    assert_eq!(begun.elapsed(), Duration::ZERO);
    output
}

/// Seen to fail: never ended.
#[registry_runtime::test(start_paused = true)]
async fn a_terminate_that_waits_for_its_supervisor() {
    let of = Cell::default();
    let count = ways(&of).len();
    for way in 0..count {
        let (of, log) = (Cell::default(), Log::new());
        let wait = ways(&of)[way].clone();
        let supervisor = Supervisor::builder("test").child(clinging(wait, false, &log).0);
        let supervisor = supervisor.start().await.unwrap();
        of.set(supervisor.clone()).ok().unwrap();
        soon(supervisor.shutdown()).await;
        let heard = log.all();
        assert!(heard.len() == 1 && deadlock(&heard[0]), "{way}: {heard:?}");
    }
}

supervision_tree! {
    Root;
    dynamic_supervisor!<pub(self) Pool>;
}

/// The ways to wait for the end of the whole tree, from a process far below its root.
fn ways_of_the_tree(app: &Cell<App>) -> Vec<Wait> {
    let [one, two, three] = [(); 3].map(|()| kept(app));
    vec![
        Wait::new(move || {
            let app = one();
            async move {
                app.shutdown().await;
                app.wait().await.to_string()
            }
        }),
        Wait::new(move || {
            let app = two();
            async move { app.wait().await.to_string() }
        }),
        Wait::new(move || {
            let app = three();
            async move { app.pid().ended().await.to_string() }
        }),
        Wait::new(|| async {
            let pool = Pool::handle().unwrap();
            pool.shutdown().await;
            pool.wait().await.to_string()
        }),
        Wait::new(|| async {
            let inner = Pool::which_children()[0].pid().unwrap();
            Pool::terminate_child(inner).await.unwrap_err().to_string()
        }),
    ]
}

/// A tree with a server two supervisors below the root, that waits in one of these ways.
async fn tree(way: usize, trap: bool, log: &Log) -> (App, ServerRef<Clinging>) {
    let cell = Cell::default();
    let wait = ways_of_the_tree(&cell)[way].clone();
    let app = Root::start().await.unwrap();
    cell.set(app.clone()).ok().unwrap();
    let child = clinging(wait, trap, log);
    let this = Arc::clone(&child.1);
    let inner = Supervisor::builder("inner").child(child.0);
    Pool::start_any(registry_runtime::AnyChildSpec::from(inner).restart(Restart::Temporary))
        .await
        .unwrap();
    (app, this.get().unwrap().clone())
}

const WAYS: usize = 5;

/// Seen to fail: never ended.
#[registry_runtime::test(start_paused = true)]
async fn a_terminate_far_below_that_waits_for_the_tree() {
    for way in 0..WAYS {
        let log = Log::new();
        let (app, _) = tree(way, false, &log).await;
        soon(app.shutdown()).await;
        let heard = log.all();
        assert!(heard.len() == 1 && deadlock(&heard[0]), "{way}: {heard:?}");
        assert_eq!(app.wait().await, ExitReason::Shutdown);
    }
}

/// Nobody above it is ending. Seen to fail: never ended.
#[registry_runtime::test(start_paused = true)]
async fn a_terminate_of_its_own_that_waits_for_the_tree() {
    for way in 0..WAYS {
        let log = Log::new();
        let (app, server) = tree(way, false, &log).await;
        server.finish().unwrap();
        assert_eq!(soon(server.ended()).await, ExitReason::Normal, "{way}");
        let heard = log.all();
        assert!(heard.len() == 1 && deadlock(&heard[0]), "{way}: {heard:?}");
        soon(app.shutdown()).await;
    }
}

/// Seen to fail: never ended.
#[registry_runtime::test(start_paused = true)]
async fn a_handler_that_traps_exits_and_waits_for_the_tree() {
    for way in 0..3 {
        let log = Log::new();
        let (app, server) = tree(way, true, &log).await;
        server.handle().unwrap();
        log.until("handles").await;
        soon(app.shutdown()).await;
        let heard = log.all();
        assert_eq!(heard.len(), 3, "{heard:?}");
        assert!(deadlock(&heard[1]), "{way}: {heard:?}");
    }
}

/// Its exit signal ends it where it waits, as ever.
#[registry_runtime::test(start_paused = true)]
async fn a_handler_that_waits_for_the_tree_ends_with_it() {
    for way in 1..3 {
        let log = Log::new();
        let (app, server) = tree(way, false, &log).await;
        server.handle().unwrap();
        log.until("handles").await;
        soon(app.shutdown()).await;
        assert_eq!(server.ended().await, ExitReason::Shutdown);
        let heard = log.all();
        assert!(heard.len() == 2 && deadlock(&heard[1]), "{way}: {heard:?}");
    }
}

/// A child that ends by itself, and asks its idle supervisor to end it. Seen to fail: never ended.
#[registry_runtime::test(start_paused = true)]
async fn a_terminate_that_has_itself_terminated() {
    let (of, log) = (Cell::default(), Log::new());
    let wait = ways(&of)[3].clone();
    let (child, this) = clinging(wait, false, &log);
    let supervisor = Supervisor::builder("test")
        .child(child)
        .start()
        .await
        .unwrap();
    of.set(supervisor.clone()).ok().unwrap();
    let server = this.get().unwrap().clone();
    server.finish().unwrap();
    assert_eq!(soon(server.ended()).await, ExitReason::Normal);
    assert!(deadlock(&log.all()[0]), "{:?}", log.all());
    assert!(supervisor.pid().is_alive());
}

/// Seen to fail: never ended.
#[registry_runtime::test(start_paused = true)]
async fn a_terminate_that_waits_for_its_own_end() {
    let log = Log::new();
    let this = Arc::new(OnceLock::<ServerRef<Clinging>>::new());
    let me = kept(&this);
    let wait = Wait::new(move || {
        let me = me();
        async move { me.ended().await.to_string() }
    });
    let (child, its) = clinging(wait, false, &log);
    let pool = DynamicSupervisor::builder().start().unwrap();
    let server = pool.start_child(child).await.unwrap();
    assert!(its.get().is_some());
    this.set(server.clone()).ok().unwrap();
    soon(pool.shutdown()).await;
    assert!(deadlock(&log.all()[0]), "{:?}", log.all());
}

/// Others wait as ever, also processes below another supervisor.
#[registry_runtime::test(start_paused = true)]
async fn those_outside_wait_for_the_end() {
    let log = Log::new();
    let app = Root::start().await.unwrap();
    let outside = {
        let app = app.clone();
        Wait::new(move || {
            let app = app.clone();
            async move { app.wait().await.to_string() }
        })
    };
    let (child, this) = clinging(outside, true, &log);
    let other = Supervisor::builder("other")
        .child(child)
        .start()
        .await
        .unwrap();
    let server = this.get().unwrap().clone();
    server.handle().unwrap();
    log.until("handles").await;
    let task = tokio::spawn({
        let app = app.clone();
        async move { app.wait().await }
    });
    registry_tests::settle().await;
    assert!(!task.is_finished() && app.pid().is_alive());
    soon(app.shutdown()).await;
    assert_eq!(task.await.unwrap(), ExitReason::Shutdown);
    log.until("shutdown").await;
    soon(other.shutdown()).await;
    assert_eq!(log.all(), ["handles", "shutdown", ""]);
}

/// A supervisor ends as asked, although the process that asks cannot wait for it.
#[registry_runtime::test(start_paused = true)]
async fn a_handler_may_end_its_own_tree() {
    for trap in [false, true] {
        let log = Log::new();
        let (app, server) = tree(0, trap, &log).await;
        server.handle().unwrap();
        assert_eq!(soon(app.wait()).await, ExitReason::Shutdown);
        assert!(!server.is_alive());
    }
}

#[registry_runtime::test]
async fn a_deadlock_shows_the_processes_round_it() {
    let (of, log) = (Cell::<Supervisor>::default(), Log::new());
    let path = Arc::new(OnceLock::new());
    let (supervisor, seen) = (kept(&of), Arc::clone(&path));
    let wait = Wait::new(move || {
        let (supervisor, seen) = (supervisor(), Arc::clone(&seen));
        async move {
            if let ExitReason::Deadlock(path) = supervisor.wait().await {
                let asked = supervisor.terminate_child("clinging").await;
                assert!(matches!(asked, Err(SupervisorError::Deadlock(_))));
                seen.set(path).unwrap();
            }
            String::new()
        }
    });
    let (child, this) = clinging(wait, false, &log);
    let inner = Supervisor::builder("inner").child(child);
    let outer = Supervisor::builder("outer")
        .child(inner)
        .start()
        .await
        .unwrap();
    of.set(outer.clone()).ok().unwrap();
    let inner = outer.which_children()[0].pid().unwrap();
    let server = this.get().unwrap().pid();
    outer.shutdown().await;
    let path: Vec<Pid> = path.get().unwrap().pids().collect();
    assert_eq!(path, [server, outer.pid(), inner]);
}
