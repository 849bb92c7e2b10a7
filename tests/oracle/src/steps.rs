//! The steps of a scenario: what the driver does, who is in no process. `beam/steps.exs` is the other
//! half.

use std::sync::Arc;
use std::time::Duration;

use registry_runtime::prelude::*;

use crate::registries::{self, Note};
use crate::scenario::commands;
use crate::setup::{Sup, child, start_sup, worker};
use crate::tasks;
use crate::words::{self, answered, asked, joined, not_answered, sorted, started, to_reason};
use crate::world::World;

/// Does a step, and tells what came of it.
pub async fn run(world: &Arc<World>, step: &[&str]) -> String {
    if let Some(text) = registries::step(world, step).await {
        return text;
    }
    if let Some(text) = tasks::step(world, step).await {
        return text;
    }
    match *step {
        ["wait", units] => {
            tokio::time::sleep(world.time(units)).await;
            "ok".to_owned()
        }
        ["start", id] => {
            let result = worker(world, id).start().await;
            started(world, result.map(|server| server.pid()))
        }
        ["start_sup", id] => {
            let result = start_sup(world, id).await;
            started(world, result)
        }
        [word, id, ref rest @ ..] if world.sups.contains_key(id) => {
            sup(world, word, id, rest).await
        }
        ["exit", id, reason] => to_pid(world, id, |pid| pid.exit(to_reason(reason))),
        ["alive", id] => match world.last(id) {
            None => "none".to_owned(),
            Some(pid) => pid.is_alive().to_string(),
        },
        ["send", id, text] => to_pid(world, id, |pid| {
            let note = Note {
                from: "driver".to_owned(),
                text: text.to_owned(),
            };
            let _ = pid.send(note);
        }),
        ["acall", number, id, ref command @ ..] => acall(world, number, id, command, Duration::MAX),
        ["tcall", number, id, units, ref command @ ..] => {
            acall(world, number, id, command, world.time(units))
        }
        [word, id, ref rest @ ..] => match world.server(id) {
            None => "none".to_owned(),
            Some(server) => with(&server, word, rest).await,
        },
        _ => panic!("no such step: {step:?}"),
    }
}

fn to_pid(world: &World, id: &str, f: impl FnOnce(Pid)) -> String {
    match world.last(id) {
        None => "none".to_owned(),
        Some(pid) => {
            f(pid);
            "ok".to_owned()
        }
    }
}

async fn with(server: &ServerRef<crate::worker::Worker>, word: &str, rest: &[&str]) -> String {
    match word {
        "call" => answered(server.ask(rest.join(" ")).await),
        "cast" => {
            let _ = server.tell(rest.join(" "));
            "ok".to_owned()
        }
        "burst" => {
            for command in commands(&rest.join(" ")) {
                let _ = server.tell(command);
            }
            "ok".to_owned()
        }
        "stop" => match server.stop(to_reason(rest[0])).await {
            Ok(()) => "ok".to_owned(),
            Err(error) => not_answered(&error),
        },
        _ => panic!("no such step: {word} {rest:?}"),
    }
}

/// A call whose answer may come later; it is noted then.
fn acall(world: &Arc<World>, number: &str, id: &str, command: &[&str], limit: Duration) -> String {
    let Some(server) = world.server(id) else {
        return "none".to_owned();
    };
    let call = server.timeout(limit).ask(command.join(" "));
    let (world, number) = (Arc::clone(world), number.to_owned());
    tokio::spawn(async move {
        let answer = answered(call.await);
        world.log(format!("acall {number} {answer}"));
    });
    "ok".to_owned()
}

/// A step that asks a supervisor which the driver has started.
async fn sup(world: &Arc<World>, word: &str, id: &str, rest: &[&str]) -> String {
    let Some(pid) = world.last(id) else {
        return "none".to_owned();
    };
    match (word, rest) {
        ("exit", [reason]) => {
            pid.exit(to_reason(reason));
            return "ok".to_owned();
        }
        ("alive", []) => return pid.is_alive().to_string(),
        _ => {}
    }
    let sup = world.running.lock().expect("no panic").get(id).cloned();
    match sup {
        // It did not start.
        None => "noproc".to_owned(),
        Some(_) if word == "dyn_terminate" && world.last(rest[0]).is_none() => "none".to_owned(),
        Some(_) if !pid.is_alive() => "noproc".to_owned(),
        Some(Sup::Static(sup)) => fixed(world, &sup, word, rest).await,
        Some(Sup::Dynamic(sup)) => dynamic(world, &sup, word, rest).await,
        Some(Sup::Partition(sup)) => partition(world, &sup, word, rest).await,
    }
}

async fn fixed(world: &Arc<World>, sup: &Supervisor, word: &str, rest: &[&str]) -> String {
    match (word, rest) {
        ("start_child", [id]) => {
            let result = sup.start_any(child(world, id)).await;
            started(world, result)
        }
        ("terminate_child", [id]) => asked(world, sup.terminate_child(id).await.map(|()| None)),
        ("delete_child", [id]) => asked(world, sup.delete_child(id).await.map(|()| None)),
        ("restart_child", [id]) => asked(world, sup.restart_child(id).await.map(Some)),
        ("which_children", []) => {
            let infos = sup.which_children();
            joined(
                &infos
                    .iter()
                    .map(|info| words::child(world, info, None))
                    .collect::<Vec<_>>(),
            )
        }
        ("count_children", []) => words::counts(&sup.count_children()),
        ("stop_sup", ["shutdown"]) => {
            sup.shutdown().await;
            "ok".to_owned()
        }
        _ => panic!("no such step: {word} {rest:?}"),
    }
}

async fn dynamic(world: &Arc<World>, sup: &DynamicSupervisor, word: &str, rest: &[&str]) -> String {
    match (word, rest) {
        ("dyn_start", [id]) => {
            let result = sup.start_any(child(world, id)).await;
            started(world, result)
        }
        ("dyn_terminate", [id]) => match world.last(id) {
            None => "none".to_owned(),
            Some(pid) => asked(world, sup.terminate_child(pid).await.map(|()| None)),
        },
        ("dyn_which", []) => {
            let infos = sup.which_children();
            sorted(
                infos
                    .iter()
                    .map(|info| words::child(world, info, Some("-")))
                    .collect(),
            )
        }
        ("dyn_count", []) => words::counts(&sup.count_children()),
        ("stop_sup", ["shutdown"]) => {
            sup.shutdown().await;
            "ok".to_owned()
        }
        _ => panic!("no such step: {word} {rest:?}"),
    }
}

async fn partition(
    world: &Arc<World>,
    sup: &PartitionSupervisor<crate::worker::Worker>,
    word: &str,
    rest: &[&str],
) -> String {
    match (word, rest) {
        ("part_call", [key, command @ ..]) => {
            let key: u32 = key.parse().expect("a number");
            answered(sup.via(&key).ask(command.join(" ")).await)
        }
        ("part_count", []) => words::counts(&sup.count_children()),
        ("part_size", []) => sup.partitions().to_string(),
        ("part_which", []) => {
            let infos = sup.which_children();
            sorted(
                infos
                    .iter()
                    .map(|info| words::child(world, info, None))
                    .collect(),
            )
        }
        ("stop_sup", ["shutdown"]) => {
            sup.shutdown().await;
            "ok".to_owned()
        }
        _ => panic!("no such step: {word} {rest:?}"),
    }
}
