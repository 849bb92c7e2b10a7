//! Tasks of a worker, and agents. `beam/tasks.exs` is the other half.

use std::time::Duration;

use registry_runtime::prelude::*;

use crate::words::{answered, not_answered, reason_text, started, to_reason};
use crate::world::World;

/// The owner starts a task and awaits it; what fails in it is an exit signal by the link.
pub async fn run(world: &World, how: &[&str]) -> String {
    match *how {
        ["ok"] => awaited(Task::run(async { "done" })).await,
        ["crash"] => awaited(Task::run(async { panic!("as it was told") })).await,
        ["yield", units, takes] => {
            let takes = world.time(takes);
            let mut task = Task::run(async move {
                tokio::time::sleep(takes).await;
                "done"
            });
            match task.yield_for(world.time(units)).await {
                Some(result) => ended(result),
                None => match task.shutdown(Shutdown::BrutalKill).await {
                    Some(result) => format!("nothing then {}", ended(result)),
                    None => "nothing then nil".to_owned(),
                },
            }
        }
        _ => panic!("no such task: {how:?}"),
    }
}

async fn awaited(task: Task<&'static str>) -> String {
    ended(task.await_timeout(Duration::MAX).await)
}

fn ended(result: Result<&'static str, TaskError>) -> String {
    match result {
        Ok(text) => format!("ok:{text}"),
        Err(TaskError::Exited(reason)) => format!("exited:{}", reason_text(&reason)),
        Err(error) => format!("?{error}"),
    }
}

/// A step of an agent; `None` if it is no such step.
pub async fn step(world: &World, step: &[&str]) -> Option<String> {
    if let ["agent", id] = *step {
        let result = Agent::start(|| 0).await;
        if let Ok(agent) = &result {
            world.hello(agent.pid(), id, None).await;
            world
                .agents
                .lock()
                .expect("no panic")
                .insert(agent.pid(), agent.clone());
        }
        return Some(started(world, result.map(|agent| agent.pid())));
    }
    let [what, id, ref rest @ ..] = *step else {
        return None;
    };
    if !what.starts_with("agent_") {
        return None;
    }
    let Some(pid) = world.last(id) else {
        return Some("none".to_owned());
    };
    let agent = world.agents.lock().expect("no panic").get(&pid).cloned();
    let agent = agent.expect("what is called so is an agent");
    let number = || rest[0].parse::<i64>().expect("a number");
    let done = |result: Result<(), CallError>| match result {
        Ok(()) => "ok".to_owned(),
        Err(error) => not_answered(&error),
    };
    Some(match what {
        "agent_get" => answered(agent.get(|n| n.to_string()).await),
        "agent_update" => {
            let more = number();
            done(agent.update(move |n| *n += more).await)
        }
        "agent_cast" => {
            let more = number();
            let _ = agent.cast(move |n| *n += more);
            "ok".to_owned()
        }
        "agent_crash" => done(agent.update(|_| panic!("as it was told")).await),
        "agent_stop" => done(agent.stop(to_reason(rest[0])).await),
        _ => return None,
    })
}
