//! Supervisors under supervisors, far deeper than any program needs. What recursed once a level would overflow
//! the stack here and abort, so this is a program of its own.

use std::thread;
use std::time::Duration;

use registry_runtime::__private::TestRuntime;
use registry_runtime::prelude::*;

/// How deep. A level that took 100 bytes of the stack would take all of it.
const DEPTH: usize = 5_000;
const STACK: usize = 512 * 1024;

#[gen_server]
struct Leaf {
    fails: bool,
}

#[gen_server]
impl Leaf {
    fn init(&mut self) -> Result<(), ExitReason> {
        if self.fails {
            return Err(ExitReason::error("on purpose"));
        }
        Ok(())
    }
}

/// A supervisor, `DEPTH` of them inside, and a server in the innermost.
fn deep(fails: bool) -> SupervisorSpec {
    let innermost = Supervisor::builder("innermost").child(Leaf::child_spec(fails));
    (0..DEPTH).fold(innermost, |inner, level| {
        Supervisor::builder(format!("around {level}")).child(inner)
    })
}

/// Runs this under a runtime of one thread with little stack.
fn with_little_stack<F>(test: impl FnOnce() -> F + Send + 'static)
where
    F: Future<Output = ()> + 'static,
{
    let run = || TestRuntime::new().start_paused().run(test());
    let thread = thread::Builder::new().stack_size(STACK).spawn(run);
    thread.unwrap().join().unwrap();
}

/// What runs on this node.
fn processes() -> usize {
    Node::current().processes().len()
}

#[test]
fn a_deep_specification_is_cloned_and_dropped() {
    with_little_stack(|| async {
        let spec = deep(false);
        let copy = spec.clone();
        assert!(format!("{spec:#?}").contains("around"));
        drop(spec);
        let child = AnyChildSpec::from(copy);
        let other = child.clone();
        drop(child);
        assert!(format!("{other:?}").contains("around"));
    });
}

#[test]
fn copies_of_a_deep_one_are_dropped_on_two_threads() {
    with_little_stack(|| async {
        let spec = AnyChildSpec::from(deep(false));
        let copy = spec.clone();
        let other = thread::Builder::new().stack_size(STACK);
        let other = other.spawn(move || drop(copy)).unwrap();
        drop(spec);
        other.join().unwrap();
    });
}

#[test]
fn a_deep_tree_starts_is_shown_and_shuts_down() {
    with_little_stack(|| async {
        let root = deep(false).start().await.unwrap();
        assert_eq!(processes(), DEPTH + 2);
        let snapshot = Node::current().snapshot();
        let tree = &snapshot.trees[0];
        assert_eq!(tree.pid(), Some(root.pid()));
        assert!(tree.to_string().contains("… 1 more"));
        assert!(format!("{:#?}", tree.clone()).contains("around"));
        assert!(tree.mermaid().len() < 100_000 && tree.dot().len() < 100_000);
        drop(snapshot);
        root.shutdown().await;
        assert_eq!(processes(), 0);
    });
}

#[test]
fn a_deep_tree_restarts_and_is_killed() {
    with_little_stack(|| async {
        let root = deep(false).start().await.unwrap();
        let first = root.which_children()[0].pid().unwrap();
        first.exit(ExitReason::Kill);
        first.ended().await;
        while processes() != DEPTH + 2 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        assert_ne!(root.which_children()[0].pid(), Some(first));
        root.pid().exit(ExitReason::Kill);
        root.wait().await;
        assert_eq!(processes(), 0);
    });
}

#[test]
fn a_start_that_fails_deep_inside_tells_the_innermost() {
    with_little_stack(|| async {
        let error = deep(true).start().await.unwrap_err();
        let (text, copy) = (error.to_string(), error.clone());
        assert!(text.ends_with("child `innermost` did not start: child `Leaf` did not start: init failed (error: on purpose)"), "{text}");
        assert!(copy == error && text.len() < 10_000);
        assert!(format!("{copy:#?}").contains("innermost"));
        assert_eq!(processes(), 0);
    });
}

#[test]
fn deep_trees_run_under_supervisors_of_all_kinds() {
    with_little_stack(|| async {
        let dynamic = DynamicSupervisor::builder().start().unwrap();
        dynamic.start_any(deep(false)).await.unwrap();
        let parts = PartitionSupervisor::builder(DynamicSupervisor::builder()).partitions(1);
        let parts = parts.start().await.unwrap();
        parts
            .via("any")
            .unwrap()
            .start_any(deep(false))
            .await
            .unwrap();
        assert!(processes() > 2 * DEPTH);
        dynamic.shutdown().await;
        parts.shutdown().await;
        assert_eq!(processes(), 0);
    });
}

#[test]
fn a_runtime_with_a_deep_tree_may_be_dropped() {
    with_little_stack(|| async {
        deep(false).start().await.unwrap();
    });
}
