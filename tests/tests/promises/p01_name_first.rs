//! Promise 1: the name is claimed before `init` runs, and free before a failed start returns.
//!
//! Seen to fail: `finish` told everyone before the names left (the races below found the name taken); a
//! start that was given up killed the server; one that took too long was killed while it was still linked.
//! A start that does not wait for the end of a failed `init` is caught by no test here: see promise 3.

use std::time::Duration;

use registry_runtime::prelude::*;
use registry_tests::{Gate, Log, eventually, panic_message, processes};

registry! { Names, keys = unique, key = String }

#[derive(Clone, Copy, Debug, PartialEq)]
enum Init {
    Works,
    Fails,
    Panics,
    Ignores,
    Never,
}

#[gen_server(registry = Names, key = "slow:<name>")]
struct Slow {
    name: String,
    how: Init,
    gate: Gate,
    log: Log,
}

#[gen_server]
impl Slow {
    async fn init(&mut self) -> Result<(), ExitReason> {
        self.log.add("init");
        self.gate.pass().await;
        match self.how {
            Init::Works => Ok(()),
            Init::Fails => Err(ExitReason::error("no luck")),
            Init::Panics => panic!("init of {}", self.name),
            Init::Ignores => Err(ExitReason::Ignore),
            Init::Never => std::future::pending().await,
        }
    }

    #[call]
    fn name(&self) -> String {
        self.name.clone()
    }
}

fn start(
    how: Init,
    gate: &Gate,
    log: &Log,
) -> impl Future<Output = Result<Pid, StartError>> + use<> {
    let starting = Slow::start("a".to_owned(), how, gate.clone(), log.clone());
    async { starting.await.map(|server| server.pid()) }
}

#[registry_runtime::test]
async fn a_second_start_is_refused_at_once_while_the_first_is_in_init() {
    Names::start_link().await.unwrap();
    let (gate, log) = (Gate::shut(), Log::new());
    let first = tokio::spawn(start(Init::Works, &gate, &log));
    log.until("init").await;
    let pid = Slow::via("a")
        .whereis()
        .expect("the name is there during `init`");
    let second = start(Init::Works, &gate, &log).await;
    assert_eq!(second, Err(StartError::AlreadyStarted(pid)));
    gate.open();
    assert_eq!(first.await.unwrap(), Ok(pid));
    assert_eq!(log.all(), ["init"], "the second `init` never ran");
    assert_eq!(processes(), 2, "what was refused has left no process");
}

#[registry_runtime::test(start_paused = true)]
async fn a_call_by_name_made_during_init_waits_in_the_mailbox() {
    Names::start_link().await.unwrap();
    let (gate, log) = (Gate::shut(), Log::new());
    let starting = tokio::spawn(start(Init::Works, &gate, &log));
    log.until("init").await;
    let call = tokio::spawn(Slow::via("a").name());
    let late = Slow::via("a").timeout(Duration::from_secs(1)).name().await;
    assert_eq!(
        late,
        Err(CallError::Timeout),
        "it waits, and its time-out counts"
    );
    assert!(!call.is_finished());
    gate.open();
    assert_eq!(call.await.unwrap(), Ok("a".to_owned()));
    starting.await.unwrap().unwrap();
}

#[registry_runtime::test]
async fn a_start_that_is_given_up_goes_on_if_it_was_polled() {
    Names::start_link().await.unwrap();
    let (gate, log) = (Gate::shut(), Log::new());
    drop(start(Init::Works, &gate, &log));
    assert_eq!(Slow::via("a").whereis(), None, "nobody has polled it");
    let starting = tokio::spawn(start(Init::Works, &gate, &log));
    log.until("init").await;
    starting.abort();
    assert!(starting.await.unwrap_err().is_cancelled());
    gate.open();
    assert_eq!(Slow::via("a").name().await, Ok("a".to_owned()));
    assert_eq!(log.all(), ["init"]);
}

#[registry_runtime::test]
async fn the_name_is_free_as_soon_as_a_failed_start_returns() {
    Names::start_link().await.unwrap();
    for how in [Init::Fails, Init::Panics, Init::Ignores] {
        let result = start(how, &Gate::opened(), &Log::new()).await;
        assert_eq!(Names::lookup("slow:a"), None, "{how:?}");
        match (how, result) {
            (Init::Fails, Err(StartError::Init(reason))) => {
                assert_eq!(reason, ExitReason::error("no luck"));
            }
            (Init::Panics, Err(StartError::Init(reason))) => {
                assert_eq!(panic_message(&reason), Some("init of a"));
            }
            (Init::Ignores, Err(StartError::Ignored)) => {}
            (how, other) => panic!("{how:?} gave {other:?}"),
        }
    }
    assert_eq!(processes(), 1);
}

#[registry_runtime::test(start_paused = true)]
async fn the_name_is_free_as_soon_as_a_start_that_took_too_long_returns() {
    Names::start_link().await.unwrap();
    let supervisor = DynamicSupervisor::builder().start().unwrap();
    let spec = |how| {
        Slow::child_spec("a".to_owned(), how, Gate::opened(), Log::new())
            .start_timeout(Duration::from_secs(3))
    };
    let before = tokio::time::Instant::now();
    let result = supervisor.start_child(spec(Init::Never)).await;
    assert_eq!(Names::lookup("slow:a"), None);
    assert_eq!(result.unwrap_err(), StartError::Timeout);
    assert_eq!(before.elapsed(), Duration::from_secs(3));
    supervisor.start_child(spec(Init::Works)).await.unwrap();
}

#[registry_runtime::test(start_paused = true)]
async fn a_start_without_a_supervisor_may_have_a_time_as_well_and_whoever_asked_for_it_lives() {
    const LIMIT: Duration = Duration::from_secs(3);
    Names::start_link().await.unwrap();
    let spec = |how| {
        let gate = Gate::opened();
        Slow::child_spec("a".to_owned(), how, gate, Log::new()).start_timeout(LIMIT)
    };
    let before = tokio::time::Instant::now();
    let result = spec(Init::Never).start().await;
    assert_eq!(Names::lookup("slow:a"), None);
    assert_eq!(result.unwrap_err(), StartError::Timeout);
    assert_eq!(before.elapsed(), LIMIT);
    for traps in [false, true] {
        let starter = spawn(async move |mut ctx: Process<()>| {
            ctx.trap_exit(traps);
            let result = spec(Init::Never).start_link().await;
            assert_eq!(result.unwrap_err(), StartError::Timeout);
            assert_eq!(Names::count(), 0);
            // Linked to this one alone: what it hears first is of this one.
            let server = spec(Init::Works).start_link().await.unwrap();
            server.exit(ExitReason::Shutdown);
            match traps {
                true => assert_eq!(ctx.recv_info::<Exit>().await.from, Some(server.pid())),
                false => ctx.recv().await,
            }
        });
        let expected = match traps {
            true => ExitReason::Normal,
            false => ExitReason::Shutdown,
        };
        assert_eq!(starter.ended().await, expected);
    }
}

#[registry_runtime::test]
async fn calls_that_waited_for_an_init_that_fails_are_told_so_and_find_the_name_free() {
    Names::start_link().await.unwrap();
    for how in [Init::Fails, Init::Panics, Init::Ignores] {
        let (gate, log) = (Gate::shut(), Log::new());
        let starting = tokio::spawn(start(how, &gate, &log));
        log.until("init").await;
        let call = tokio::spawn(async {
            let answer = Slow::via("a").name().await;
            (answer, Names::count())
        });
        eventually(|| {
            Slow::via("a")
                .whereis()
                .and_then(Pid::info)
                .is_some_and(|info| info.mailbox == 1)
        })
        .await;
        gate.open();
        let (answer, left) = call.await.unwrap();
        assert!(
            matches!(answer, Err(CallError::Exited(_))),
            "{how:?}: {answer:?}"
        );
        assert_eq!(left, 0);
        starting.await.unwrap().unwrap_err();
    }
}

#[registry_runtime::test]
async fn an_init_that_is_killed_leaves_the_name_free_before_the_error_returns() {
    Names::start_link().await.unwrap();
    let (gate, log) = (Gate::shut(), Log::new());
    let starting = tokio::spawn(async move {
        let result = start(Init::Never, &gate, &log).await;
        (result, Names::count())
    });
    eventually(|| Slow::via("a").whereis().is_some()).await;
    Slow::via("a").exit(ExitReason::Kill);
    let (result, left) = starting.await.unwrap();
    assert_eq!(result, Err(StartError::Init(ExitReason::Killed)));
    assert_eq!(left, 0);
}

#[registry_runtime::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_starts_at_the_same_moment_one_wins_and_all_others_name_it() {
    Names::start_link().await.unwrap();
    for _ in 0..100 {
        let starts: Vec<_> = (0..8)
            .map(|_| tokio::spawn(start(Init::Works, &Gate::opened(), &Log::new())))
            .collect();
        let (mut won, mut told) = (Vec::new(), Vec::new());
        for result in starts {
            match result.await.unwrap() {
                Ok(pid) => won.push(pid),
                Err(StartError::AlreadyStarted(pid)) => told.push(pid),
                Err(other) => panic!("{other:?}"),
            }
        }
        assert_eq!(won.len(), 1);
        assert!(told.iter().all(|pid| *pid == won[0]));
        won[0].exit(ExitReason::Kill);
        won[0].ended().await;
    }
}

#[registry_runtime::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_failed_start_never_leaves_its_own_name_to_be_found_by_its_caller() {
    Names::start_link().await.unwrap();
    let attempts = (0..4).map(|n: usize| {
        tokio::spawn(async move {
            for round in 0..100 {
                let how = [Init::Fails, Init::Panics][round % 2];
                let name = n.to_string();
                let log = Log::new();
                let result = Slow::start(name.clone(), how, Gate::opened(), log).await;
                assert_eq!(Slow::via(&name).whereis(), None);
                assert!(matches!(result, Err(StartError::Init(_))));
            }
        })
    });
    for attempt in attempts.collect::<Vec<_>>() {
        attempt.await.unwrap();
    }
    assert_eq!((Names::count(), processes()), (0, 1));
}
