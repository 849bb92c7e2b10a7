//! Applications: trees that are started, waited for, shut down in order, and end on signals.

use std::io::{BufRead, BufReader};
use std::pin::Pin;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use registry_runtime::prelude::*;
use registry_runtime::{DeclarationKind, SupervisorError};
use registry_tests::{Init, Log, Script, Worker, Workers, eventually, processes, worker};

supervision_tree! {
    /// A tree that is started with arguments, and holds others.
    pub Chat(log: Log, names: Vec<String>), strategy = rest_for_one, max_restarts = 1, within = 5s;

    registry!<Workers>;
    Worker("first".to_owned(), Script::new(&log)), id = "first", restart = transient, shutdown = 10s;
    supervisor!<pub Inner(log: Log, names: Vec<String>), strategy = one_for_all>(log.clone(), names) {
        for name in names {
            Worker(name.clone(), Script::new(&log)), id = name;
        }
    };
    dynamic_supervisor!<pub Guests, max_children = 2>;
}

fn chat(log: &Log) -> impl Future<Output = Result<App, StartError>> + use<> {
    Chat::start(log.clone(), vec!["a".to_owned(), "b".to_owned()])
}

#[registry_runtime::test]
async fn a_tree_starts_in_order_and_stops_in_reverse() {
    let log = Log::new();
    let app = chat(&log).await.unwrap();
    assert_eq!(log.take(), ["+first", "+a", "+b"]);
    Guests::start_child(worker("guest", &log)).await.unwrap();
    assert_eq!(
        (Chat::whereis(), Inner::whereis().is_some()),
        (Some(app.pid()), true)
    );
    let ids: Vec<_> = Chat::which_children()
        .iter()
        .map(|child| child.id.to_string())
        .collect();
    assert_eq!(ids, ["Workers", "first", "Inner", "Guests"]);
    assert_eq!(Inner::count_children().active, 2);
    log.take();
    app.shutdown().await;
    assert_eq!(log.take(), ["-guest", "-b", "-a", "-first"]);
    assert_eq!(
        (processes(), Workers::is_running(), Workers::count()),
        (0, false, 0)
    );
    assert_eq!(app.wait().await, ExitReason::Shutdown);
    assert_eq!((Chat::whereis(), Chat::which_children().len()), (None, 0));
    let late = Guests::start_child(worker("guest", &log))
        .await
        .unwrap_err();
    assert!(
        matches!(late, StartError::SupervisorNotRunning(_)),
        "{late}"
    );
}

supervision_tree! {
    pub Company, strategy = one_for_one;

    supervisor!<pub Office, strategy = one_for_one> {
        dynamic_supervisor!<pub Clerks>;
    };
    task_supervisor!<pub Errands>;
    partition_supervisor!<pub Desks, partitions = 2> { dynamic_supervisor!<> };
}

supervision_tree! {
    /// Places what another tree declares, and runs instead of it.
    pub Branch, strategy = one_for_one;
    dynamic_supervisor!<Clerks>;
}

/// The line of this file that says this first.
fn line_of(text: &str) -> usize {
    let lines = include_str!("application.rs").lines();
    lines.take_while(|line| !line.contains(text)).count() + 1
}

#[test]
fn the_catalog_tells_kinds_of_supervisors_apart() {
    let kind = |name: &str| {
        let catalog = catalog();
        let found = catalog.iter().find(|declared| declared.name == name);
        found.map(|declared| declared.kind)
    };
    let kinds = ["Company", "Office", "Clerks", "Errands", "Desks"].map(kind);
    let expected = [
        DeclarationKind::Tree,
        DeclarationKind::Supervisor,
        DeclarationKind::DynamicSupervisor,
        DeclarationKind::TaskSupervisor,
        DeclarationKind::PartitionSupervisor,
    ];
    assert_eq!(kinds, expected.map(Some));
}

/// Seen to fail: without the steps that tell of supervisors no tree is named, and without the
/// declaration that a supervisor's options hold the late handle says other words than the type.
#[registry_runtime::test]
async fn a_supervisor_that_does_not_run_says_where_it_is_declared_and_which_tree_to_start() {
    let log = Log::new();
    let not_running = |name: &str, declared: &str| {
        let file = file!();
        format!(
            "supervisor `{name}` (declared at {file}:{}) is not running; start `Company` (declared at \
             {file}:{}), which holds it, first",
            line_of(declared),
            line_of("pub Company")
        )
    };
    let clerks = not_running("Clerks", "dynamic_supervisor!<pub Clerks");
    let errands = not_running("Errands", "task_supervisor!<pub Errands");
    let desks = not_running("Desks", "partition_supervisor!<pub Desks");
    let office = not_running("Office", "supervisor!<pub Office");
    let check = async || {
        let clerk = Clerks::start_child(worker("clerk", &log)).await;
        assert_eq!(clerk.unwrap_err().to_string(), clerks);
        let clerk = Clerks::get_or_start(worker("clerk", &log)).await;
        assert_eq!(clerk.unwrap_err().to_string(), clerks);
        assert_eq!(Clerks::handle().unwrap_err().to_string(), clerks);
        assert_eq!(Errands::run(async {}).unwrap_err().to_string(), errands);
        assert_eq!(
            Errands::start_child(async {}).unwrap_err().to_string(),
            errands
        );
        assert_eq!(Desks::via(&1).map(drop).unwrap_err().to_string(), desks);
        assert_eq!(Office::handle().unwrap_err().to_string(), office);
        let line = line_of("pub Company");
        assert_eq!(
            Company::handle().unwrap_err().to_string(),
            format!(
                "tree `Company` (declared at {}:{line}) is not running; start it by `Company::start`",
                file!()
            )
        );
    };
    check().await;
    let app = Company::start().await.unwrap();
    let late = (Clerks::handle().unwrap(), Errands::handle().unwrap());
    let (desk, office_handle) = (Desks::via(&1).unwrap().unwrap(), Office::handle().unwrap());
    app.shutdown().await;
    check().await;
    // Handles that are left from before say the same, those of partitions what is known of them.
    let clerk = late.0.start_child(worker("clerk", &log)).await.unwrap_err();
    assert_eq!(clerk.to_string(), clerks);
    assert_eq!(late.1.run(async {}).unwrap_err().to_string(), errands);
    let child = office_handle.start_child(worker("clerk", &log)).await;
    assert_eq!(child.unwrap_err().to_string(), office);
    let clerk = desk.start_child(worker("clerk", &log)).await.unwrap_err();
    assert!(
        clerk
            .to_string()
            .starts_with("supervisor `DynamicSupervisor` has ended")
    );
}

#[registry_runtime::test]
async fn a_tree_can_be_started_again_and_twice_only_after_another() {
    let log = Log::new();
    let app = chat(&log).await.unwrap();
    let twice = chat(&log).await.unwrap_err();
    assert_eq!(twice, StartError::AlreadyStarted(app.pid()));
    assert_eq!(
        Worker::via("a").ping().await,
        Ok("a".to_owned()),
        "the first one runs on"
    );
    app.shutdown().await;
    let again = chat(&log).await.unwrap();
    assert_eq!(Worker::via("b").ping().await, Ok("b".to_owned()));
    again.pid().exit(ExitReason::Kill);
    assert_eq!(again.wait().await, ExitReason::Killed);
    // As soon as it is told dead.
    chat(&log).await.unwrap().shutdown().await;
    assert_eq!(processes(), 0);
}

#[registry_runtime::test]
async fn a_tree_that_does_not_start_leaves_nothing_and_names_the_child() {
    let log = Log::new();
    let names = vec!["a".to_owned(), "first".to_owned()];
    let error = Chat::start(log.clone(), names).await.unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("child `Inner` did not start: child `first` did not start"),
        "{error}"
    );
    assert_eq!(log.take(), ["+first", "+a", "-a", "-first"]);
    assert_eq!(
        (processes(), Workers::is_running(), Chat::whereis()),
        (0, false, None)
    );
}

#[registry_runtime::test]
async fn a_registry_that_ends_takes_those_that_rely_on_it_along_and_all_come_back() {
    let log = Log::new();
    let app = chat(&log).await.unwrap();
    log.take();
    let registry = Workers::pid().unwrap();
    registry.exit(ExitReason::Kill);
    registry.ended().await;
    log.until("+b").await;
    eventually(|| Worker::via("b").whereis().is_some()).await;
    assert_ne!(Workers::pid(), Some(registry));
    assert_eq!(Workers::count(), 3, "no entry too many, no name missing");
    app.shutdown().await;
    assert_eq!(processes(), 0);
}

#[registry_runtime::test]
async fn a_tree_that_gives_up_says_so_to_whoever_waits() {
    let log = Log::new();
    let app = chat(&log).await.unwrap();
    let waiting = tokio::spawn({
        let app = app.clone();
        async move { app.wait().await }
    });
    for restart in 2..4 {
        Worker::via("first").crash().unwrap();
        if restart == 2 {
            log.times("+first", 2).await;
        }
    }
    assert_eq!(waiting.await.unwrap(), ExitReason::Shutdown);
    assert_eq!(processes(), 0);
}

#[registry_runtime::test]
async fn a_tree_is_linked_to_the_process_that_starts_it_with_a_link() {
    let log = Log::new();
    let (started, start) = (log.clone(), Chat::start_link(log.clone(), Vec::new()));
    let owner = spawn(async move |mut ctx: Process<()>| {
        start.await.unwrap();
        started.add("started");
        ctx.recv().await;
    });
    log.until("started").await;
    owner.pid().exit(ExitReason::Kill);
    log.until("-first").await;
    eventually(|| processes() == 0).await;
}

#[registry_runtime::test]
async fn shutting_down_twice_or_at_once_is_harmless() {
    let log = Log::new();
    let app = chat(&log).await.unwrap();
    tokio::join!(app.shutdown(), app.shutdown(), async {
        app.wait().await;
    });
    app.shutdown().await;
    assert_eq!(log.count("-first"), 1);
}

#[registry_runtime::test]
async fn trees_within_trees() {
    let log = Log::new();
    let inner = Script::new(&log).inits([Init::Works]);
    let outer = SupervisorSpec::new("outer")
        .child(Chat::child_spec(log.clone(), Vec::new()))
        .child(inner.child("after"));
    let outer = outer.start().await.unwrap();
    assert_eq!(log.take(), ["+first", "+after"]);
    let chat = Chat::whereis().unwrap();
    chat.exit(ExitReason::Kill);
    chat.ended().await;
    log.until("+first").await;
    eventually(|| Chat::whereis().is_some_and(|pid| pid != chat)).await;
    outer.shutdown().await;
    assert_eq!((processes(), Chat::whereis()), (0, None));
}

/// What `Supervisor` and its like can do on a value, their types can by name.
#[registry_runtime::test]
async fn children_come_and_go_at_run_time_by_the_name_of_their_supervisor() {
    let log = Log::new();
    let early = Inner::start_child(worker("c", &log)).await.unwrap_err();
    assert!(
        matches!(early, StartError::SupervisorNotRunning(_)),
        "{early}"
    );
    let early = Inner::terminate_child("c").await.unwrap_err();
    assert!(matches!(early, SupervisorError::NotRunning(_)), "{early}");
    let app = chat(&log).await.unwrap();

    let c = Inner::start_child(worker("c", &log)).await.unwrap();
    let again = Inner::start_any(worker("c", &log)).await.unwrap_err();
    assert_eq!(again, StartError::AlreadyStarted(c.pid()));
    assert_eq!(
        Inner::restart_child("c").await,
        Err(SupervisorError::Running)
    );
    Inner::terminate_child("c").await.unwrap();
    assert!(!c.is_alive());
    let back = Inner::restart_child("c").await.unwrap();
    assert_eq!(Worker::via("c").whereis(), Some(back));
    assert_eq!(
        Inner::delete_child("c").await,
        Err(SupervisorError::Running)
    );
    Inner::terminate_child("c").await.unwrap();
    Inner::delete_child("c").await.unwrap();
    assert_eq!(
        Inner::delete_child("c").await,
        Err(SupervisorError::NotFound)
    );

    let agent = Inner::start_any(Agent::child_spec(|| 0)).await.unwrap();
    assert_eq!(Inner::which_children()[2].pid(), Some(agent));
    let guest = Guests::start_any(Agent::child_spec(|| 0)).await.unwrap();
    assert_eq!(Guests::which_children()[0].pid(), Some(guest));
    // The tree itself is one as well.
    Chat::terminate_child("Guests").await.unwrap();
    assert!(!guest.is_alive());
    Chat::restart_child("Guests").await.unwrap();
    assert_eq!(Guests::count_children().specs, 0);
    app.shutdown().await;
}

supervision_tree! {
    Holding(log: Log);

    supervisor!<pub(self) Within(log: Log)>(log) {
        Clinging(log), shutdown = infinity;
    };
}

/// Asks those who wait for its end.
#[gen_server]
struct Clinging {
    log: Log,
}

#[gen_server]
impl Clinging {
    async fn terminate(&mut self) {
        for supervisor in [Within::handle().unwrap(), Holding::handle().unwrap()] {
            let started = supervisor.start_any(Agent::child_spec(|| 0)).await;
            let deleted = supervisor.delete_child("nobody").await;
            self.log.add(match (started, deleted) {
                (Err(StartError::Deadlock(_)), Err(SupervisorError::Deadlock(_))) => "no answer",
                (Ok(_), Err(SupervisorError::NotFound)) => "an answer",
                other => panic!("{other:?}"),
            });
        }
    }
}

/// Seen to fail: a supervisor that did not note whose end it waited for (all of them waited for ever).
#[registry_runtime::test(start_paused = true)]
async fn a_terminate_that_asks_its_supervisors_is_told_that_it_would_wait_for_ever() {
    type End = for<'a> fn(&'a App) -> Pin<Box<dyn Future<Output = ()> + 'a>>;
    let ways: [(End, _); 3] = [
        (|app| Box::pin(app.shutdown()), ["no answer", "no answer"]),
        (
            |_| Box::pin(async { Holding::terminate_child("Within").await.unwrap() }),
            ["no answer", "no answer"],
        ),
        // The outer one waits for nobody then.
        (
            |_| Box::pin(async { Within::terminate_child("Clinging").await.unwrap() }),
            ["no answer", "an answer"],
        ),
    ];
    for (end, answers) in ways {
        let log = Log::new();
        let app = Holding::start(log.clone()).await.unwrap();
        let ended = tokio::time::timeout(Duration::from_secs(3_600), end(&app)).await;
        ended.expect("it ends");
        assert_eq!(log.all(), answers);
        app.shutdown().await;
    }
}

// Signals: this very program, run as a child that runs one test.

const MARK: &str = "REGISTRY_TESTS_RUN_UNTIL_SIGNAL";

/// What the child does: runs a tree until a signal, and says what happens.
#[registry_runtime::test]
async fn run_until_signal_in_a_child() {
    let Ok(how) = std::env::var(MARK) else { return };
    #[gen_server]
    struct Says {
        hangs: bool,
    }
    #[gen_server]
    impl Says {
        async fn terminate(&mut self) {
            eprintln!("@ending");
            if self.hangs {
                std::future::pending::<()>().await;
            }
        }
    }
    let hangs = how == "hangs";
    supervision_tree! {
        pub Runs(hangs: bool), strategy = one_for_one;
        Says(hangs), shutdown = infinity;
    }
    let app = Runs::start(hangs).await.unwrap();
    let handle = app.clone();
    let running = app.run_until_signal();
    let mut running = std::pin::pin!(running);
    // Its handlers are in place from its first poll on.
    tokio::select! {
        biased;
        reason = &mut running => panic!("{reason}"),
        () = std::future::ready(()) => eprintln!("@ready"),
    }
    if how == "ends by itself" {
        tokio::spawn(async move { handle.shutdown().await });
    }
    let reason = running.await;
    eprintln!("@{reason} {}", processes());
}

struct Run {
    child: Child,
    lines: Box<dyn Iterator<Item = String>>,
}

/// Runs the child above.
fn run(how: &str) -> Run {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "run_until_signal_in_a_child", "--nocapture"])
        .env(MARK, how)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stderr.take().unwrap())
        .lines()
        .map_while(Result::ok);
    let lines = Box::new(lines.filter_map(|line| line.strip_prefix('@').map(str::to_owned)));
    let mut runs = Run { child, lines };
    runs.says("ready");
    runs
}

impl Run {
    fn says(&mut self, expected: &str) {
        assert_eq!(self.lines.next().as_deref(), Some(expected));
    }

    fn signal(&self, signal: &str) {
        let pid = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args([signal, &pid])
                .status()
                .unwrap()
                .success()
        );
    }

    fn ends(mut self) {
        assert!(
            self.child.wait().unwrap().success(),
            "the program goes on to its own end"
        );
    }
}

#[cfg(unix)]
#[test]
fn sigterm_and_sigint_end_the_tree_in_order() {
    for signal in ["-TERM", "-INT"] {
        let mut child = run("ends");
        child.signal(signal);
        child.says("ending");
        child.says("shutdown 0");
        child.ends();
    }
}

#[cfg(unix)]
#[test]
fn a_second_signal_forces_the_end() {
    let mut child = run("hangs");
    child.signal("-TERM");
    child.says("ending");
    child.signal("-INT");
    child.says("killed 0");
    child.ends();
}

#[test]
fn a_tree_that_ends_by_itself_is_waited_for_no_longer() {
    let mut child = run("ends by itself");
    child.says("ending");
    child.says("shutdown 0");
    child.ends();
}
