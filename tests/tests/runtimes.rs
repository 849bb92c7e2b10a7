//! Where there is no tokio, or half of it: runtimes without timers, other executors, plain threads, runtimes that
//! have shut down.

use std::future::{Future, pending};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use registry_runtime::prelude::*;
use tokio::runtime::{Builder, Handle, Runtime};

registry! { Names, keys = unique, key = String }
registry! { Topics, keys = duplicate, key = u32, message = u32 }

supervision_tree! {
    pub Tree;
    registry!<pub Rooms, keys = unique, key = String>;
    dynamic_supervisor!<pub RoomSup>;
}

#[gen_server(registry = Rooms, key = <name>)]
struct Room {
    name: String,
}

#[gen_server]
impl Room {}

#[derive(Debug)]
#[gen_server]
struct Server {
    #[default]
    parked: Vec<ReplyTo<u32>>,
}

#[gen_server]
impl Server {
    #[call]
    fn answer(&mut self, n: u32) -> u32 {
        for parked in self.parked.drain(..) {
            parked.send(n);
        }
        n
    }

    #[call]
    fn park(&mut self, reply: ReplyTo<u32>) {
        self.parked.push(reply);
    }

    /// Whatever is asked after this is not answered.
    #[cast]
    async fn hang(&mut self) {
        pending().await
    }

    #[call]
    fn die(&mut self) -> u32 {
        panic!("on purpose")
    }
}

#[gen_server]
struct Stuck {}

#[gen_server]
impl Stuck {
    async fn init(&mut self) {
        pending().await
    }
}

/// Another executor: a thread that parks.
fn elsewhere<F: Future>(future: F) -> F::Output {
    struct Unpark(std::thread::Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    assert!(Handle::try_current().is_err());
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let (mut future, mut cx) = (pin!(future), Context::from_waker(&waker));
    loop {
        match future.as_mut().poll(&mut cx) {
            Poll::Ready(output) => return output,
            Poll::Pending => std::thread::park(),
        }
    }
}

/// Runs `test` with a runtime of several threads, and with one of one thread whose clock is paused and that
/// runs on another thread.
fn on_both(test: impl Fn(&Handle)) {
    let several = Builder::new_multi_thread()
        .worker_threads(2)
        .enable_time()
        .build()
        .unwrap();
    test(several.handle());
    let one = Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    let handle = one.handle().clone();
    let (done, is_done) = tokio::sync::oneshot::channel::<()>();
    let thread = std::thread::spawn(move || one.block_on(is_done));
    test(&handle);
    drop(done);
    assert!(thread.join().unwrap().is_err());
}

fn server_on(runtime: &Handle) -> ServerRef<Server> {
    elsewhere(async { runtime.spawn(Server::start()).await.unwrap().unwrap() })
}

const SOON: Duration = Duration::from_millis(20);

fn without_timers() -> [Runtime; 2] {
    let several = Builder::new_multi_thread().worker_threads(1).build();
    [
        Builder::new_current_thread().build().unwrap(),
        several.unwrap(),
    ]
}

#[test]
fn nothing_starts_where_tokio_has_no_timers() {
    fn refused<T>(result: Result<T, StartError>) {
        let error = result.err().expect("it is refused");
        assert_eq!(error, StartError::NoTimers);
        assert!(error.to_string().contains("enable_time"), "{error}");
    }
    fn panics<T>(start: impl FnOnce() -> T) {
        let panic = catch_unwind(AssertUnwindSafe(start))
            .err()
            .expect("it panics");
        let text = panic.downcast::<String>().unwrap();
        assert!(text.contains("enable_time"), "{text}");
    }
    for runtime in without_timers() {
        let node = Node::new();
        runtime.block_on(node.scope(async {
            refused(Server::start().await);
            refused(Server::start_link().await);
            refused(Server::child_spec().start_timeout(SOON).start().await);
            refused(Names::start().await);
            refused(Agent::start(|| 0).await);
            refused(
                Supervisor::builder("s")
                    .child(Server::child_spec())
                    .start()
                    .await,
            );
            refused(DynamicSupervisor::builder().start());
            refused(TaskSupervisor::builder().start());
            refused(Tree::start().await);
            panics(|| spawn(async |mut ctx: Process<()>| ctx.recv().await));
            panics(|| Task::run(async {}).pid());
            let mut stream = Task::async_stream([1], async |n| n);
            let next = stream.next().await;
            assert!(matches!(
                next,
                Some(Err(TaskError::Start(StartError::NoTimers)))
            ));
            assert!(node.processes().is_empty());
        }));
    }
}

#[test]
fn nothing_is_left_of_what_starts_outside_of_tokio() {
    let node = Node::new();
    elsewhere(node.scope(async {
        assert_eq!(Server::start().await.err(), Some(StartError::NoRuntime));
        assert_eq!(Names::start().await.err(), Some(StartError::NoRuntime));
        assert_eq!(Tree::start().await.err(), Some(StartError::NoRuntime));
        let panics = catch_unwind(|| spawn(async |mut ctx: Process<()>| ctx.recv().await));
        assert!(panics.is_err());
        assert!(node.processes().is_empty());
    }));
}

#[test]
fn who_runs_without_timers_has_those_of_the_server() {
    on_both(|runtime| {
        for caller in without_timers() {
            let server = server_on(runtime);
            caller.block_on(async {
                assert_eq!(server.answer(1).await, Ok(1));
                let late = server.clone().timeout(SOON);
                assert_eq!(late.park().await, Err(CallError::Timeout));
                let late = tokio::spawn(late.park());
                assert_eq!(late.await.unwrap(), Err(CallError::Timeout));
            });
        }
    });
}

#[test]
fn a_call_from_elsewhere_ends() {
    on_both(|runtime| {
        for time in [None, Some(Duration::from_secs(60)), Some(Duration::MAX)] {
            let server = server_on(runtime);
            let timed = match time {
                None => server.clone(),
                Some(time) => server.clone().timeout(time),
            };
            assert_eq!(elsewhere(timed.answer(1)), Ok(1));
            let parked = std::thread::spawn({
                let call = timed.park();
                move || elsewhere(call)
            });
            while elsewhere(server.status()).is_ok_and(|status| !status.contains("ReplyTo")) {}
            assert_eq!(elsewhere(server.answer(2)), Ok(2));
            // A paused clock may have run out meanwhile, unless there is no time-out.
            let parked = parked.join().unwrap();
            assert!(parked == Ok(2) || (time != Some(Duration::MAX) && parked.is_err()));
            let died = elsewhere(timed.die());
            assert!(
                matches!(died, Err(CallError::Exited(ExitReason::Panic(_)))),
                "{died:?}"
            );
            assert_eq!(elsewhere(timed.answer(3)), Err(CallError::NotRunning));
        }
    });
}

#[test]
fn waits_from_elsewhere_end_in_time() {
    on_both(|runtime| {
        let server = server_on(runtime).timeout(SOON);
        assert_eq!(elsewhere(server.park()), Err(CallError::Timeout));
        assert!(elsewhere(server.status()).unwrap().contains("ReplyTo"));
        server.hang().unwrap();
        assert_eq!(elsewhere(server.answer(1)), Err(CallError::Timeout));
        assert_eq!(elsewhere(server.status()), Err(CallError::Timeout));
        assert_eq!(
            elsewhere(server.stop(ExitReason::Normal)),
            Err(CallError::Timeout)
        );
        let ended = std::thread::spawn({
            let server = server.clone();
            move || elsewhere(server.ended())
        });
        server.exit(ExitReason::Kill);
        assert_eq!(ended.join().unwrap(), ExitReason::Killed);
        assert_eq!(elsewhere(server.status()), Err(CallError::NotRunning));
        assert_eq!(
            elsewhere(server.stop(ExitReason::Normal)),
            Err(CallError::NotRunning)
        );
        let server = server_on(runtime);
        assert_eq!(elsewhere(server.stop(ExitReason::Normal)), Ok(()));
    });
}

#[test]
fn the_default_time_out_is_kept_elsewhere() {
    let runtime = Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    let handle = runtime.handle().clone();
    let (done, is_done) = tokio::sync::oneshot::channel::<()>();
    let thread = std::thread::spawn(move || runtime.block_on(is_done));
    assert_eq!(
        elsewhere(server_on(&handle).park()),
        Err(CallError::Timeout)
    );
    drop(done);
    let _ = thread.join().unwrap();
}

#[test]
fn tasks_are_awaited_elsewhere() {
    on_both(|runtime| {
        let tasks = {
            let _entered = runtime.enter();
            TaskSupervisor::builder().start().unwrap()
        };
        let never = || tasks.run_nolink(pending::<u32>()).unwrap();
        let quick = || tasks.run_nolink(async { 1 }).unwrap();
        assert_eq!(elsewhere(quick().into_future()), Ok(1));
        assert_eq!(
            elsewhere(never().await_timeout(SOON)),
            Err(TaskError::Timeout)
        );
        let mut task = never();
        assert_eq!(elsewhere(task.yield_for(SOON)), None);
        assert_eq!(elsewhere(task.shutdown(Shutdown::After(SOON))), None);
        let both = Task::await_many([never(), never()], SOON);
        assert_eq!(elsewhere(both), Err(TaskError::Timeout));
        let mut both = [quick(), never()];
        assert_eq!(
            elsewhere(Task::yield_many(&mut both, SOON)),
            [Some(Ok(1)), None]
        );
        let task = never();
        task.pid().exit(ExitReason::Kill);
        assert_eq!(
            elsewhere(task.into_future()),
            Err(TaskError::Exited(ExitReason::Killed))
        );
        let stream = tasks.async_stream_nolink([false, true], async |late| {
            if late {
                pending::<()>().await;
            }
        });
        let stream = stream.timeout(SOON).on_timeout(OnTimeout::KillTask);
        assert_eq!(
            elsewhere(stream.collect()),
            [Ok(()), Err(TaskError::Timeout)]
        );
        let mut stream = Task::async_stream([1], async |n| n);
        let next = elsewhere(stream.next());
        assert!(matches!(
            next,
            Some(Err(TaskError::Start(StartError::NoRuntime)))
        ));
        elsewhere(tasks.shutdown());
    });
}

#[test]
fn supervisors_are_asked_from_elsewhere() {
    on_both(|runtime| {
        let node = Node::new();
        let inside = node.clone();
        let tree = runtime.spawn(async move { inside.scope(Tree::start()).await });
        let tree = elsewhere(tree).unwrap().unwrap();
        let spec = || Room::child_spec("lobby".to_owned());
        let lobby = elsewhere(node.scope(RoomSup::get_or_start(spec()))).unwrap();
        let again = elsewhere(node.scope(RoomSup::get_or_start(spec()))).unwrap();
        assert_eq!(lobby.pid(), again.pid());
        let locked = elsewhere(node.scope(Rooms::lock("lobby", async || 7)));
        assert_eq!(locked, 7);
        let stuck = Stuck::child_spec().start_timeout(SOON);
        let stuck = elsewhere(node.scope(RoomSup::start_child(stuck)));
        assert_eq!(stuck.err(), Some(StartError::Timeout));
        let ended = elsewhere(node.scope(RoomSup::terminate_child(lobby.pid())));
        assert_eq!(ended, Ok(()));
        elsewhere(tree.shutdown());
        assert!(node.processes().is_empty());
    });
}

#[test]
fn messages_are_sent_later_from_elsewhere() {
    on_both(|runtime| {
        let (told, hears) = channel();
        let process = {
            let _entered = runtime.enter();
            spawn(async move |mut ctx: Process<u32>| {
                told.send(ctx.recv().await).unwrap();
                pending::<()>().await
            })
        };
        let never = process.pid().send_after(Duration::MAX, 1_u32);
        assert_eq!(never.cancel(), Some(Duration::MAX));
        process.pid().send_after(SOON, 2_u32);
        assert_eq!(hears.recv(), Ok(2));
        process.pid().exit(ExitReason::Kill);
        elsewhere(process.ended());
        process.pid().send_after(SOON, 3_u32);
    });
}

#[test]
fn a_dispatch_in_parallel_runs_here_if_need_be() {
    let runtime = Runtime::new().unwrap();
    let node = Node::new();
    let (told, hears) = channel();
    let (registered, is_registered) = channel();
    runtime.block_on(node.scope(async {
        Topics::start().await.unwrap();
        spawn(async move |mut ctx: Process<u32>| {
            Topics::register(&ctx, 1, ()).unwrap();
            registered.send(()).unwrap();
            told.send(ctx.recv().await).unwrap();
        });
    }));
    is_registered.recv().unwrap();
    elsewhere(node.scope(Topics::dispatch_parallel(&1, |entries| {
        for entry in entries {
            entry.send(9).unwrap();
        }
    })));
    assert_eq!(hears.recv(), Ok(9));
}

#[test]
fn waits_end_when_the_servers_runtime_does() {
    let runtime = Runtime::new().unwrap();
    let server = server_on(runtime.handle()).timeout(Duration::from_secs(3_600));
    let waits: Vec<_> = [true, false]
        .map(|hang| {
            let server = if hang {
                server.clone()
            } else {
                server.clone().timeout(Duration::MAX)
            };
            std::thread::spawn(move || {
                elsewhere(async {
                    // Sent, and reminded of its time-out, before the runtime goes.
                    let mut call = pin!(server.park());
                    for _ in 0..10 {
                        assert!(poll_once(call.as_mut()).await.is_pending());
                    }
                    server.hang().unwrap();
                    call.await
                })
            })
        })
        .into();
    while elsewhere(server.clone().timeout(SOON).status()).is_ok() {}
    drop(runtime);
    for wait in waits {
        assert_eq!(
            wait.join().unwrap(),
            Err(CallError::Exited(ExitReason::Killed))
        );
    }
    assert_eq!(elsewhere(server.answer(1)), Err(CallError::NotRunning));
    assert_eq!(
        elsewhere(server.stop(ExitReason::Normal)),
        Err(CallError::NotRunning)
    );
    assert_eq!(elsewhere(server.status()), Err(CallError::NotRunning));
    assert_eq!(elsewhere(server.ended()), ExitReason::Killed);
}

/// Polls once.
async fn poll_once<F: Future + Unpin>(mut future: F) -> Poll<F::Output> {
    std::future::poll_fn(|cx| Poll::Ready(pin!(&mut future).poll(cx))).await
}

#[test]
fn a_wait_may_outlive_the_runtime_it_began_on() {
    let servers = Runtime::new().unwrap();
    let server = server_on(servers.handle());
    let mut call = Box::pin(server.clone().timeout(Duration::from_millis(200)).park());
    let mut stop = Box::pin(
        server
            .clone()
            .timeout(Duration::from_millis(200))
            .stop(ExitReason::Normal),
    );
    let first = Builder::new_current_thread().enable_time().build().unwrap();
    first.block_on(async {
        let began = tokio::time::timeout(SOON, &mut call).await;
        assert!(began.is_err());
        server.hang().unwrap();
        let began = tokio::time::timeout(SOON, &mut stop).await;
        assert!(began.is_err());
    });
    let handle = first.handle().clone();
    drop(first);
    assert_eq!(elsewhere(call), Err(CallError::Timeout));
    // tokio lets one go on with the handle of a runtime that has shut down.
    assert_eq!(handle.block_on(stop), Err(CallError::Timeout));
}
