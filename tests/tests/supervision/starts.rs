//! What a start that fails tells the process that is linked to it.

use std::sync::Arc;
use std::time::Duration;

use registry_runtime::prelude::*;
use registry_tests::{Gate, in_process, settle};

/// Waits at a gate, and then ends its `init` as it is told to.
#[gen_server]
struct Refuses {
    reason: Option<ExitReason>,
    gate: Gate,
    pid: Arc<std::sync::OnceLock<Pid>>,
}

#[gen_server]
impl Refuses {
    async fn init(&mut self, ctx: &mut Ctx<Self>) -> Result<(), ExitReason> {
        let _ = self.pid.set(ctx.pid());
        self.gate.pass().await;
        match self.reason.take() {
            Some(reason) => Err(reason),
            None => panic!("no reason"),
        }
    }
}

fn refuses(reason: Option<ExitReason>) -> ChildSpec<Refuses> {
    Refuses::child_spec(reason, Gate::opened(), Arc::default())
}

fn reasons() -> [Option<ExitReason>; 6] {
    [
        Some(ExitReason::error("no")),
        Some(ExitReason::Normal),
        Some(ExitReason::Shutdown),
        Some(ExitReason::Killed),
        Some(ExitReason::Ignore),
        None,
    ]
}

/// Whether a process that traps exits hears of nothing but the error.
async fn only_an_error<Fut>(start: impl FnOnce() -> Fut + Send + 'static) -> bool
where
    Fut: Future<Output = Option<StartError>> + Send + 'static,
{
    in_process(async |mut ctx: Process<()>| {
        ctx.trap_exit(true);
        assert!(start().await.is_some());
        settle().await;
        tokio::select! {
            biased;
            _ = ctx.recv_info::<Exit>() => false,
            () = settle() => true,
        }
    })
    .await
}

/// Seen to fail: an `Exit` came as well.
#[registry_runtime::test]
async fn a_failed_start_of_one_that_traps_exits() {
    for reason in reasons() {
        let (one, two) = (reason.clone(), reason.clone());
        let server = async || refuses(one).start_link().await.err();
        assert!(only_an_error(server).await, "{reason:?}");
        let limited = refuses(two).start_timeout(Duration::from_secs(60));
        assert!(only_an_error(async || limited.start_link().await.err()).await);
    }
    let agent = async || Agent::<u32>::start_link(|| panic!("no")).await.err();
    assert!(only_an_error(agent).await);
}

/// Seen to fail: an `Exit` came as well.
#[registry_runtime::test]
async fn a_failed_start_link_of_a_supervisor() {
    let failing = || refuses(Some(ExitReason::error("no")));
    let supervisor = Supervisor::builder("test").child(failing());
    assert!(only_an_error(async || supervisor.start_link().await.err()).await);
    let partitions = PartitionSupervisor::builder(failing()).partitions(2);
    assert!(only_an_error(async || partitions.start_link().await.err()).await);
    let faulty = Supervisor::builder("test")
        .child(failing())
        .child(failing());
    assert!(only_an_error(async || faulty.start_link().await.err()).await);
}

/// A process that begins to trap exits after the error gets no `Exit`.
#[registry_runtime::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_link_is_gone_before_the_error_returns() {
    for _ in 0..500 {
        in_process(async move |mut ctx: Process<()>| {
            let ignores = refuses(Some(ExitReason::Ignore));
            assert!(ignores.start_link().await.is_err());
            ctx.trap_exit(true);
            tokio::select! {
                biased;
                exit = ctx.recv_info::<Exit>() => panic!("{exit:?}"),
                () = settle() => {}
            }
        })
        .await;
    }
}

/// A process that has given the start up hears of no error, and so the link tells it.
#[registry_runtime::test]
async fn a_start_that_is_given_up_tells_by_the_link() {
    for limit in [None, Some(Duration::from_secs(60))] {
        let exit = in_process(async move |mut ctx: Process<()>| {
            ctx.trap_exit(true);
            let (gate, pid) = (Gate::shut(), Arc::default());
            let reason = Some(ExitReason::error("no"));
            let mut spec = Refuses::child_spec(reason, gate.clone(), Arc::clone(&pid));
            if let Some(limit) = limit {
                spec = spec.start_timeout(limit);
            }
            tokio::select! {
                biased;
                _ = spec.start_link() => unreachable!("the gate is shut"),
                () = settle() => {}
            }
            gate.open();
            let exit: Exit = ctx.recv_info().await;
            (exit.from, exit.reason) == (pid.get().copied(), ExitReason::error("no"))
        });
        assert!(exit.await, "{limit:?}");
    }
}

#[registry_runtime::test]
async fn a_process_that_traps_no_exits_ends_with_the_start() {
    for reason in reasons() {
        let one = reason.clone();
        let starter = spawn(async |mut ctx: Process<()>| {
            refuses(one).start_link().await.unwrap_err();
            settle().await;
            ctx.recv().await;
        });
        settle().await;
        let lives = matches!(reason, Some(ExitReason::Normal | ExitReason::Ignore));
        assert_eq!(starter.pid().is_alive(), lives, "{reason:?}");
        if !lives {
            starter.ended().await;
        }
    }
}

/// A link that is made by hand is one like any other.
#[registry_runtime::test]
async fn an_end_after_the_start_is_told_by_the_link() {
    let exit = in_process(async |mut ctx: Process<()>| {
        ctx.trap_exit(true);
        let agent = Agent::start_link(|| 0).await.unwrap();
        agent.pid().exit(ExitReason::Shutdown);
        ctx.recv_info::<Exit>().await.reason
    });
    assert_eq!(exit.await, ExitReason::Shutdown);
}

/// Seen to fail: `ended` said `Ignore`, the link `Normal`.
#[registry_runtime::test]
async fn an_init_that_ignores_has_ended_normally_for_all() {
    let (gate, pid) = (Gate::shut(), Arc::<std::sync::OnceLock<Pid>>::default());
    let ignores = Refuses::child_spec(Some(ExitReason::Ignore), gate.clone(), Arc::clone(&pid));
    let start = tokio::spawn(ignores.start());
    settle().await;
    let pid = *pid.get().unwrap();
    let ended = tokio::spawn(pid.ended());
    let watcher = tokio::spawn(in_process(async move |mut ctx: Process<()>| {
        ctx.trap_exit(true);
        ctx.link(pid);
        let _monitor = ctx.monitor(pid);
        let down: Down = ctx.recv_info().await;
        (down.reason, ctx.recv_info::<Exit>().await.reason)
    }));
    settle().await;
    gate.open();
    assert_eq!(start.await.unwrap().map(drop), Err(StartError::Ignored));
    assert_eq!(ended.await.unwrap(), ExitReason::Normal);
    let normal = (ExitReason::Normal, ExitReason::Normal);
    assert_eq!(watcher.await.unwrap(), normal);
}

/// Its name leads callers to it while its `init` runs.
#[registry_runtime::test]
async fn a_call_to_one_that_ignores_has_exited_normally() {
    registry! { Names, keys = unique, key = String }

    #[gen_server(registry = Names, key = "idle")]
    struct Idle {
        gate: Gate,
    }

    #[gen_server]
    impl Idle {
        async fn init(&mut self) -> Result<(), ExitReason> {
            self.gate.pass().await;
            Err(ExitReason::Ignore)
        }

        #[call]
        fn ask(&self) {}
    }

    Names::start().await.unwrap();
    let gate = Gate::shut();
    let start = tokio::spawn(Idle::start(gate.clone()));
    settle().await;
    let call = tokio::spawn(Idle::via().ask());
    settle().await;
    gate.open();
    assert_eq!(
        call.await.unwrap(),
        Err(CallError::Exited(ExitReason::Normal))
    );
    assert_eq!(start.await.unwrap().map(drop), Err(StartError::Ignored));
}
