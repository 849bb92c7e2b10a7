//! What there is to see of a running program: figures and states of processes, trees with their
//! restarts, as text, as Mermaid and as DOT.
//!
//! Seen to fail: with the state of a process read before `EXITING` is looked at, with the high-water
//! mark that of the last message, with restarts outside of the window counted, with children of a dynamic
//! supervisor not limited, and with `"` not escaped.

use std::time::Duration;

use registry_runtime::Node;
use registry_runtime::introspect::ProcessState;
use registry_runtime::prelude::*;
use registry_tests::{Gate, Log, Script, Workers, eventually, settle, successor, worker};

supervision_tree! {
    pub Shop, strategy = rest_for_one, max_restarts = 10, within = 5s;

    registry!<Workers>;
    supervisor!<pub Staff, strategy = one_for_all> {
        Till(), id = "the \"till\" <1>";
    };
    dynamic_supervisor!<pub Guests>;
}

/// Tells of itself, from inside and from outside.
#[gen_server]
#[derive(Debug)]
pub struct Till {
    #[default]
    taken: u32,
    #[default]
    held: Option<Gate>,
}

#[gen_server]
impl Till {
    #[call]
    fn look(&mut self, ctx: &mut Ctx<Self>) -> ProcessState {
        ctx.pid().info().unwrap().state
    }

    #[call]
    async fn pass(&mut self, gate: Gate) {
        gate.pass().await;
    }

    #[cast]
    fn take(&mut self) {
        self.taken += 1;
    }

    #[call]
    fn hold(&mut self, gate: Gate) {
        self.held = Some(gate);
    }

    async fn terminate(&mut self) {
        if let Some(gate) = &self.held {
            gate.pass().await;
        }
    }
}

#[registry_runtime::test]
async fn a_process_shows_its_mailbox_its_work_and_what_it_is_doing() {
    let till = Till::start().await.unwrap();
    let info = || till.pid().info().unwrap();
    assert_eq!(info().state, ProcessState::Waiting);
    assert_eq!(till.look().await, Ok(ProcessState::Running));
    let gate = Gate::shut();
    let passing = tokio::spawn(till.pass(gate.clone()));
    settle().await;
    // In a handler that awaits, with one call taken up and three messages behind it.
    for _ in 0..3 {
        till.take().unwrap();
    }
    let seen = info();
    assert_eq!(seen.state, ProcessState::Waiting);
    assert_eq!(
        (seen.mailbox, seen.mailbox_high_water, seen.handled),
        (3, 3, 2)
    );
    gate.open();
    passing.await.unwrap().unwrap();
    eventually(|| info().handled == 5).await;
    till.look().await.unwrap();
    let seen = info();
    assert_eq!((seen.mailbox, seen.mailbox_high_water), (0, 3));
    let all = Node::current().snapshot().processes;
    assert!(
        all.iter()
            .any(|other| other.pid == seen.pid && other.handled == 6)
    );
    // `Debug`, and only when it is asked for.
    assert_eq!(
        till.status().await.unwrap(),
        "Till {\n    taken: 3,\n    held: None,\n}"
    );
    let gate = Gate::shut();
    till.hold(gate.clone()).await.unwrap();
    till.exit(ExitReason::Shutdown);
    settle().await;
    assert_eq!(info().state, ProcessState::Exiting);
    gate.open();
    till.pid().ended().await;
    assert!(till.pid().info().is_none());
    assert_eq!(till.status().await, Err(CallError::NotRunning));
}

fn till() -> Option<Pid> {
    let staff = Staff::which_children();
    staff.first().and_then(registry_runtime::ChildInfo::pid)
}

#[registry_runtime::test(start_paused = true)]
async fn a_tree_shows_strategies_restarts_within_the_window_and_last_exits() {
    assert_eq!(Shop::tree().to_string(), "Shop (not running)");
    let app = Shop::start().await.unwrap();
    let first = till().unwrap();
    for _ in 0..2 {
        let old = till().unwrap();
        old.exit(ExitReason::error("out of paper"));
        successor(old, till).await;
    }
    assert!(!first.is_alive());
    let (shop, names, staff) = (
        app.pid(),
        Workers::pid().unwrap(),
        Staff::whereis().unwrap(),
    );
    let (till, guests) = (till().unwrap(), Guests::whereis().unwrap());
    let last = "(restarted 2 times, last after: error: out of paper)";
    let lines = |staff_recent: &str| {
        format!(
            "Shop {shop} [rest_for_one, 3 children]\n\
             ├── Workers (Registry) {names}\n\
             ├── Staff {staff} [one_for_all, 1 child{staff_recent}]\n\
             │   └── the \"till\" <1> (Till) {till} {last}\n\
             └── Guests {guests} [dynamic, 0 children]"
        )
    };
    assert_eq!(app.tree().to_string(), lines(", 2 restarts lately"));
    let tree = Shop::tree();
    let shown = &tree.children()[1];
    assert_eq!(tree.strategy(), Some(Strategy::RestForOne));
    assert_eq!((shown.name(), shown.pid()), ("Staff", Some(staff)));
    assert_eq!(
        (shown.strategy(), shown.recent_restarts()),
        (Some(Strategy::OneForAll), 2)
    );
    let child = &shown.children()[0];
    assert_eq!((child.pid(), child.restarts()), (Some(till), 2));
    assert_eq!(
        child.last_exit().unwrap().to_string(),
        "error: out of paper"
    );
    assert_eq!(till.info().unwrap().restarts, 2);
    // Out of the window, they count no more; what the child has been through stays.
    tokio::time::sleep(Duration::from_millis(5_001)).await;
    assert_eq!(app.tree().to_string(), lines(""));
    let escaped = |text: String| {
        let text = text.replace('"', "#quot;").replace('<', "&lt;");
        text.replace('>', "&gt;")
    };
    let expected = [
        "flowchart TD".to_owned(),
        format!(
            "n0[[\"{}\"]]",
            escaped(format!("Shop {shop} [rest_for_one, 3 children]"))
        ),
        format!("n1(\"{}\")", escaped(format!("Workers (Registry) {names}"))),
        "n0 --> n1".to_owned(),
        format!(
            "n2[[\"{}\"]]",
            escaped(format!("Staff {staff} [one_for_all, 1 child]"))
        ),
        format!(
            "n3(\"{}\")",
            escaped(format!("the \"till\" <1> (Till) {till} {last}"))
        ),
        "n2 --> n3".to_owned(),
        "n0 --> n2".to_owned(),
        format!(
            "n4[[\"{}\"]]",
            escaped(format!("Guests {guests} [dynamic, 0 children]"))
        ),
        "n0 --> n4\n".to_owned(),
    ];
    assert_eq!(app.tree().mermaid(), expected.join("\n    "));
    let dot = app.tree().dot();
    let till_line =
        format!("    n3 [shape=ellipse, label=\"the \\\"till\\\" <1> (Till) {till} {last}\"];\n");
    assert!(
        dot.starts_with("digraph tree {\n    node [fontname=\"monospace\"];\n"),
        "{dot}"
    );
    assert!(dot.contains(&till_line), "{dot}");
    assert!(
        dot.contains("    n0 -> n2;\n") && dot.contains("    n2 -> n3;\n"),
        "{dot}"
    );
    assert!(dot.ends_with("}\n"));
    app.shutdown().await;
}

#[registry_runtime::test]
async fn of_many_children_some_are_shown_and_all_are_counted() {
    let log = Log::new();
    let app = Shop::start().await.unwrap();
    for n in 0..25 {
        Guests::start_child(worker(&n.to_string(), &log))
            .await
            .unwrap();
    }
    let tree = Shop::tree();
    let guests = &tree.children()[2];
    assert_eq!(
        (guests.children().len(), guests.hidden_children()),
        (10, 15)
    );
    let text = tree.to_string();
    assert!(text.contains("[dynamic, 25 children]"), "{text}");
    assert!(text.ends_with("\n    └── … 15 more"), "{text}");
    app.shutdown().await;
}

#[registry_runtime::test]
async fn a_snapshot_lists_trees_at_their_roots_and_registries_with_their_entries() {
    let log = Log::new();
    let node = Node::current();
    assert!(node.snapshot().trees.is_empty());
    let app = Shop::start().await.unwrap();
    let alone = Supervisor::builder("alone")
        .child(Script::new(&log).child("a"))
        .child(worker("b", &log))
        .start()
        .await
        .unwrap();
    alone.terminate_child("a").await.unwrap();
    let snapshot = node.snapshot();
    let names: Vec<_> = snapshot
        .trees
        .iter()
        .map(|tree| tree.name().to_owned())
        .collect();
    assert_eq!(names, ["Shop", "alone"]);
    assert_eq!(snapshot.trees[1].pid(), Some(alone.pid()));
    let stopped = &snapshot.trees[1].children()[0];
    assert_eq!(
        (stopped.to_string(), stopped.pid()),
        ("a (stopped)".to_owned(), None)
    );
    let [workers] = &snapshot.registries[..] else {
        panic!("{:?}", snapshot.registries);
    };
    assert_eq!(
        (workers.name.as_str(), workers.pid),
        ("Workers", Workers::pid().unwrap())
    );
    assert_eq!(workers.entries.len(), Workers::handle().partitions());
    assert_eq!(workers.entries.iter().sum::<usize>(), 1);
    let text = snapshot.to_string();
    let processes = format!("{} processes", node.processes().len());
    assert!(text.ends_with(&processes), "{text}");
    assert!(text.contains(": 1 entries in "), "{text}");
    alone.shutdown().await;
    app.shutdown().await;
    assert!(node.snapshot().trees.is_empty());
}
