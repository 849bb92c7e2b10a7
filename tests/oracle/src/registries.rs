//! Registries of each kind, and those who listen to them. `beam/registries.exs` is the other half.

use std::collections::HashMap;
use std::sync::Arc;

use registry_runtime::prelude::*;
use registry_runtime::registry::{Entries, Keys};

use crate::scenario::{Scenario, about};
use crate::words::sorted;
use crate::world::World;

/// What is sent by hand.
#[derive(Clone, Debug)]
pub struct Note {
    /// Who sent it.
    pub from: String,
    /// What it says.
    pub text: String,
}

registry! {
    /// Where workers have their names.
    pub Names, keys = unique, key = String, value = i64, message = Note, partitions = 2
}

/// A registry of one of the kinds.
#[derive(Clone, Debug)]
pub enum Reg {
    /// `keys = unique`.
    Unique(Registry<String, i64, Unique, Note>),
    /// `keys = duplicate(by_pid)`.
    ByPid(Registry<String, i64, Duplicate, Note>),
    /// `keys = duplicate(by_key)`.
    ByKey(Registry<String, i64, DuplicateByKey, Note>),
}

/// The same code for each kind.
macro_rules! each {
    ($reg:expr, $registry:ident => $body:expr) => {
        match $reg {
            $crate::registries::Reg::Unique($registry) => $body,
            $crate::registries::Reg::ByPid($registry) => $body,
            $crate::registries::Reg::ByKey($registry) => $body,
        }
    };
}
pub(crate) use each;

/// Starts what a scenario declares.
pub async fn start(scenario: &Scenario, world: &Arc<World>) {
    let mut regs = HashMap::new();
    for line in scenario
        .declared
        .iter()
        .filter(|line| line[0] == "registry")
    {
        let id = line[1].as_str();
        let about = about(&line[2..]);
        let partitions: usize = about["partitions"].parse().expect("a number");
        let reg = match (id, about["keys"].as_str()) {
            ("names", _) => {
                Names::start().await.expect("it is not running yet");
                Reg::Unique(Names::handle())
            }
            (_, "unique") => Reg::Unique(open(id, partitions)),
            (_, "by_key") => Reg::ByKey(open(id, partitions)),
            _ => Reg::ByPid(open(id, partitions)),
        };
        if about["listener"] == "1" {
            each!(&reg, registry => listen(id, registry, world).await);
        }
        regs.insert(id.to_owned(), reg);
    }
    let _ = world.regs.set(regs);
}

fn open<D: Keys>(id: &str, partitions: usize) -> Registry<String, i64, D, Note> {
    let registry = Registry::builder().name(id).partitions(partitions).build();
    let registry = registry.expect("the number of partitions is a good one");
    registry.start().expect("it is not running yet");
    registry
}

async fn listen<D: Keys>(id: &str, registry: &Registry<String, i64, D, Note>, world: &Arc<World>) {
    let (id, registry, world) = (id.to_owned(), registry.clone(), Arc::clone(world));
    let (listening, listens) = tokio::sync::oneshot::channel();
    spawn(async move |mut ctx: Process<RegistryEvent<String, i64>>| {
        let heard = registry.listen(&ctx).is_ok();
        let _ = listening.send(heard);
        loop {
            match ctx.recv().await {
                RegistryEvent::Registered {
                    key, pid, value, ..
                } => {
                    world.log(format!(
                        "event {id} {key} register {} {value}",
                        world.name(pid)
                    ));
                }
                RegistryEvent::Unregistered { key, pid, .. } => {
                    world.log(format!("event {id} {key} unregister {}", world.name(pid)));
                }
                _ => {}
            }
        }
    });
    assert!(
        listens.await.unwrap_or(false),
        "a registry that runs can be listened to"
    );
}

/// Whether a value fits a pattern: `_`, `=3`, `>3`.
#[must_use]
pub fn fits(pattern: &str, value: i64) -> bool {
    let number = || pattern[1..].parse::<i64>().expect("a number");
    match &pattern[..1] {
        "=" => value == number(),
        ">" => value > number(),
        _ => true,
    }
}

fn entries(world: &World, found: impl IntoIterator<Item = (Pid, i64)>) -> String {
    let texts = found.into_iter();
    sorted(
        texts
            .map(|(pid, value)| format!("{}:{value}", world.name(pid)))
            .collect(),
    )
}

fn send_all(entries: &Entries<'_, i64, Note>, text: &str) {
    for entry in entries.iter() {
        let note = Note {
            from: "driver".to_owned(),
            text: text.to_owned(),
        };
        let _ = entry.send(note);
    }
}

/// A step that asks a registry; `None` if it is no such step.
pub async fn step(world: &World, step: &[&str]) -> Option<String> {
    Some(match *step {
        ["lookup", reg, key] => match world.reg(reg) {
            Reg::Unique(registry) => entries(world, registry.lookup(key)),
            Reg::ByPid(registry) => entries(world, registry.lookup(key)),
            Reg::ByKey(registry) => entries(world, registry.lookup(key)),
        },
        ["count", reg] => each!(world.reg(reg), registry => registry.count()).to_string(),
        ["keys", reg, id] => match world.last(id) {
            None => "none".to_owned(),
            Some(pid) => sorted(each!(world.reg(reg), registry => registry.keys(pid))),
        },
        ["values", reg, key, id] => match world.last(id) {
            None => "none".to_owned(),
            Some(pid) => {
                let values = each!(world.reg(reg), registry => registry.values(key, pid));
                sorted(values.iter().map(i64::to_string).collect())
            }
        },
        ["match", reg, key, pattern] => {
            let found = each!(world.reg(reg), registry => {
                registry.matching(key, |_, value| fits(pattern, *value))
            });
            entries(world, found)
        }
        ["count_match", reg, key, pattern] => each!(world.reg(reg), registry => {
            registry.count_match(key, |_, value| fits(pattern, *value)).to_string()
        }),
        ["select", reg, pattern] => {
            let text = |key: &String, pid, value: &i64| {
                let fits = fits(pattern, *value);
                fits.then(|| format!("{key}:{}:{value}", world.name(pid)))
            };
            sorted(each!(world.reg(reg), registry => registry.select(text)))
        }
        ["count_select", reg, pattern] => each!(world.reg(reg), registry => {
            registry.count_select(|_, _, value| fits(pattern, *value)).to_string()
        }),
        ["dispatch", reg, key, text] => {
            let send = |all: Entries<'_, i64, Note>| send_all(&all, text);
            each!(world.reg(reg), registry => registry.dispatch(key, send));
            "ok".to_owned()
        }
        ["dispatch_parallel", reg, key, text] => {
            let text = text.to_owned();
            let send = move |all: Entries<'_, i64, Note>| send_all(&all, &text);
            each!(world.reg(reg), registry => registry.dispatch_parallel(key, send).await);
            "ok".to_owned()
        }
        ["whereis", reg, key] => match world.reg(reg) {
            Reg::Unique(registry) => registry
                .whereis(key)
                .map_or_else(|| "-".to_owned(), |pid| world.name(pid)),
            _ => return None,
        },
        ["send_name", reg, key, text] => match world.reg(reg) {
            Reg::Unique(registry) => {
                let note = Note {
                    from: "driver".to_owned(),
                    text: text.to_owned(),
                };
                let sent = registry.send(key, note);
                if sent.is_ok() { "ok" } else { "noproc" }.to_owned()
            }
            _ => return None,
        },
        ["put_meta", reg, key, value] => {
            let value = value.to_owned();
            let put = each!(world.reg(reg), registry => registry.put_meta(key, value));
            if put.is_ok() { "ok" } else { "noproc" }.to_owned()
        }
        ["delete_meta", reg, key] => {
            each!(world.reg(reg), registry => registry.delete_meta(key));
            "ok".to_owned()
        }
        ["meta", reg, key] => {
            let found = each!(world.reg(reg), registry => registry.meta::<String>(key));
            found.unwrap_or_else(|| "-".to_owned())
        }
        _ => return None,
    })
}
