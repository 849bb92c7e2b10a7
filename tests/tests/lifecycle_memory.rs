//! What has ended takes up no memory: the program's use of it is counted, so this is a program of its
//! own, with one test.

use registry_runtime::prelude::*;
use registry_tests::processes;
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<std::alloc::System> = &INSTRUMENTED_SYSTEM;

registry! { Names, keys = unique, key = u64 }
registry! { Topics, keys = duplicate, key = String, value = String }

#[gen_server(registry = Names, key = <id>)]
struct Child {
    id: u64,
    #[default]
    parked: Vec<ReplyTo<u64>>,
}

#[gen_server]
impl Child {
    fn init(&mut self, ctx: &mut Ctx<Self>) -> Result<(), ExitReason> {
        Topics::register(ctx, format!("topic {}", self.id % 10), "x".repeat(100))?;
        ctx.set_label(format!("child {}", self.id));
        ctx.send_after(std::time::Duration::from_secs(3_600), Tick);
        Ok(())
    }

    #[call]
    fn park(&mut self, reply: ReplyTo<u64>) {
        self.parked.push(reply);
    }

    #[info]
    fn on_tick(&mut self, _tick: Tick) {
        self.parked.clear();
    }
}

struct Tick;

fn used() -> usize {
    let stats = ALLOCATOR.stats();
    stats.bytes_allocated - stats.bytes_deallocated
}

/// Starts ten thousand children with calls to them under way, and kills their supervisor.
async fn live_and_die() -> usize {
    let supervisor = DynamicSupervisor::builder().start().unwrap();
    let mut calls = Vec::new();
    for id in 0..10_000 {
        let child = supervisor.start_child(Child::child_spec(id)).await.unwrap();
        if id % 10 == 0 {
            calls.push(tokio::spawn(child.park()));
        }
    }
    assert_eq!(
        (processes(), Names::count(), Topics::count()),
        (10_003, 10_000, 10_000)
    );
    let most = used();
    supervisor.pid().exit(ExitReason::Kill);
    supervisor.wait().await;
    for call in calls {
        let answer = call.await.unwrap();
        assert!(
            matches!(answer, Err(CallError::Exited(_) | CallError::NotRunning)),
            "{answer:?}"
        );
    }
    assert_eq!((processes(), Names::count(), Topics::count()), (2, 0, 0));
    most
}

#[registry_runtime::test]
async fn a_supervisor_killed_with_ten_thousand_children_leaves_no_memory_behind() {
    Names::start().await.unwrap();
    Topics::start().await.unwrap();
    live_and_die().await;
    let before = used();
    for _ in 0..3 {
        let most = live_and_die().await;
        let left = used().saturating_sub(before);
        println!("{most} bytes at most, {before} before, {left} more after");
        assert!(
            left < (most - before) / 1_000,
            "{left} bytes are left of {most}"
        );
    }
}
