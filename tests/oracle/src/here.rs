//! Runs a scenario on this library.

use std::time::Duration;

use registry_runtime::Node;

use crate::scenario::Scenario;
use crate::world::World;
use crate::{registries, steps};

/// What one step came to: its result, and the events that followed until all was quiet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// What it returned.
    pub result: String,
    /// What happened, in order.
    pub events: Vec<String>,
}

/// Which clock the scenario runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// It moves when nothing else can.
    Paused,
    /// The machine's.
    Real,
}

/// Runs a scenario on a node and a runtime of its own, and tells what each step came to.
///
/// # Panics
///
/// When the scenario cannot be understood.
#[must_use]
pub fn run(scenario: &Scenario, clock: Clock) -> Vec<Outcome> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(clock == Clock::Paused)
        .build()
        .expect("a runtime");
    let outcomes = runtime.block_on(Node::new().scope(play(scenario, clock)));
    drop(runtime);
    outcomes
}

async fn play(scenario: &Scenario, clock: Clock) -> Vec<Outcome> {
    let unit = match clock {
        Clock::Paused => Duration::from_secs(1),
        Clock::Real => Duration::from_millis(u64::from(scenario.unit)),
    };
    let world = World::new(scenario, unit);
    registries::start(scenario, &world).await;
    let mut outcomes = Vec::new();
    for step in &scenario.steps {
        let words: Vec<&str> = step.iter().map(String::as_str).collect();
        let limit = unit * 1_000;
        let result = tokio::time::timeout(limit, steps::run(&world, &words)).await;
        let hung = result.is_err();
        let result = result.unwrap_or_else(|_| "hung".to_owned());
        settle(clock).await;
        if scenario.slow != "0.0" {
            tokio::time::sleep(world.time(&scenario.slow)).await;
            settle(clock).await;
        }
        outcomes.push(Outcome {
            result,
            events: world.take(),
        });
        if hung {
            break;
        }
    }
    outcomes
}

/// Waits until nothing runs any more. The paused clock moves when all tasks wait; on the real one a
/// task that yields comes after all that can run.
async fn settle(clock: Clock) {
    match clock {
        Clock::Paused => tokio::time::sleep(Duration::from_millis(1)).await,
        Clock::Real => {
            for _ in 0..300 {
                tokio::task::yield_now().await;
            }
        }
    }
}
