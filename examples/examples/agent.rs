//! Agents: a state that others read and change, with no server to write.
//!
//! ```text
//! cargo run -p examples --example agent
//! ```
//!
//! It shows: a counter that many tasks change at once; a cache that is found by its name from anywhere,
//! and supervised; and what belongs into the function that is sent to an agent, and what does not.

use std::collections::HashMap;
use std::error::Error;

use registry_runtime::prelude::*;
use tokio::task::JoinSet;

supervision_tree! {
    /// The cache, by its name.
    Caches;

    /// The agents' names.
    registry!<Agents, keys = unique, key = &'static str>;
    /// Holds the agents.
    dynamic_supervisor!<AgentSup, max_children = 10>;
}

/// What the cache remembers: how many steps a number takes to come to 1.
type Steps = HashMap<u64, u32>;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let app = Caches::start().await?;
    counter().await?;
    cache().await?;
    app.shutdown().await;
    Ok(())
}

/// A counter without a name: who has the handle may use it.
async fn counter() -> Result<(), Box<dyn Error>> {
    let hits = Agent::start(|| 0_u64).await?;
    let mut tasks = JoinSet::new();
    for _ in 0..100 {
        let hits = hits.clone();
        tasks.spawn(async move {
            for _ in 0..100 {
                hits.update(|hits| *hits += 1).await?;
            }
            Ok::<(), CallError>(())
        });
    }
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    println!(
        "100 tasks have counted to {}",
        hits.get(|hits| *hits).await?
    );
    // A change and an answer in one go: nobody comes in between.
    let taken = hits.get_and_update(std::mem::take).await?;
    println!(
        "{taken} were taken at once, which leaves {}",
        hits.get(|hits| *hits).await?
    );
    hits.stop(ExitReason::Normal).await?;
    Ok(())
}

/// A cache with a name, under a supervisor.
async fn cache() -> Result<(), Box<dyn Error>> {
    AgentSup::start_child(Agent::child_spec_named::<Agents>("steps", Steps::new)).await?;
    println!();
    for number in [27, 97, 27] {
        steps(number).await?;
    }

    // A function that panics ends the agent. Its supervisor starts it again, from the beginning: so an
    // agent is a place for what can be had again.
    let agent = Agent::<Steps>::via::<Agents>("steps");
    let dead = agent.whereis();
    let crash = agent
        .update(|_| panic!("a bug in a function that was sent to it"))
        .await;
    println!("\nwho sent the function is told: {}", crash.unwrap_err());
    while agent.whereis().is_none_or(|pid| Some(pid) == dead) {
        tokio::task::yield_now().await;
    }
    println!(
        "\nthe agent of that name has {} entries",
        agent.get(HashMap::len).await?
    );
    steps(27).await?;
    println!("\n{}", Caches::tree());
    Ok(())
}

/// Looks into the cache, works if it is not there, and puts it there.
///
/// The work is done here, and not in the function that is sent: while the agent runs that, all others
/// wait. So two may do the same work at once, which for a cache does not matter.
async fn steps(number: u64) -> Result<(), CallError> {
    let cache = Agent::<Steps>::via::<Agents>("steps");
    if let Some(steps) = cache.get(move |cache| cache.get(&number).copied()).await? {
        println!("{number} takes {steps} steps, as the cache knows");
        return Ok(());
    }
    let next = |n: &u64| {
        (*n > 1).then(|| {
            if n.is_multiple_of(2) {
                n / 2
            } else {
                3 * n + 1
            }
        })
    };
    let steps = std::iter::successors(Some(number), next)
        .skip(1)
        .zip(1..)
        .last();
    let steps = steps.map_or(0, |(_, steps)| steps);
    println!("{number} takes {steps} steps, which had to be worked out");
    cache
        .update(move |cache| {
            cache.insert(number, steps);
        })
        .await
}
