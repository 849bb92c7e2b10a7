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
        [how] => supervised(how).await,
        _ => panic!("no such task: {how:?}"),
    }
}

/// What has no link, and streams.
async fn supervised(how: &str) -> String {
    let square = async |n: u32| n * n;
    let third_fails = async |n: u32| {
        if n == 3 {
            panic!("as it was told")
        } else {
            n * n
        }
    };
    let tasks = TaskSupervisor::builder().start().expect("it has no name");
    let text = match how {
        "nolink_ok" => alone(tasks.run_nolink(async { "done" })).await,
        "nolink_crash" => alone(tasks.run_nolink(async { panic!("as it was told") })).await,
        "stream" => all(Task::async_stream(1..=4, square)
            .max_concurrency(2)
            .collect()
            .await),
        "stream_crash" => all(Task::async_stream(1..=4, third_fails)
            .max_concurrency(2)
            .collect()
            .await),
        "stream_nolink" => {
            let stream = tasks.async_stream_nolink(1..=4, third_fails);
            all(stream.max_concurrency(2).collect().await)
        }
        _ => panic!("no such task: {how}"),
    };
    tasks.shutdown().await;
    text
}

async fn alone(task: Result<Task<&'static str>, StartError>) -> String {
    let mut task = task.expect("there is room");
    let result = task.yield_for(Duration::MAX).await;
    ended(result.expect("there is no end of the time"))
}

fn all(results: Vec<Result<u32, TaskError>>) -> String {
    let texts = results
        .into_iter()
        .map(|result| ended(result.map(|n| n.to_string())));
    texts.collect::<Vec<_>>().join(",")
}

async fn awaited(task: Task<&'static str>) -> String {
    ended(task.await_timeout(Duration::MAX).await)
}

fn ended(result: Result<impl std::fmt::Display, TaskError>) -> String {
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
