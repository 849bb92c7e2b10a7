//! What attacks from outside, and those who wait for deaths.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use registry_runtime::prelude::*;
use registry_tests::Random;
use tokio::sync::oneshot;

use crate::book::Book;
use crate::clients::name;
use crate::plan::{one_in, pick};
use crate::run::{Forest, here};
use crate::servers::{KeyTopics, Names, Nicks, PLANNED, Topics, anyone};

/// Ends this and that, for a while.
pub async fn attack(number: usize, book: Arc<Book>, forest: Arc<Forest>) {
    let seed = book.plan.seed.wrapping_mul(17).wrapping_add(number as u64);
    let mut random = Random::new(seed.wrapping_add(0xA77A_0000));
    for _ in 0..book.plan.steps {
        strike(&mut random, &book, &forest);
        match random.below(3) {
            0 => tokio::task::yield_now().await,
            _ => tokio::time::sleep(Duration::from_millis(random.below(10) as u64)).await,
        }
    }
}

fn reason(random: &mut Random) -> ExitReason {
    match random.below(5) {
        0 => ExitReason::Normal,
        1 => ExitReason::Shutdown,
        2 => ExitReason::shutdown_with(PLANNED),
        _ => ExitReason::error(PLANNED),
    }
}

fn kill(pid: Pid, book: &Book) {
    book.note(|| format!("kill {pid}"));
    book.kills(pid);
    pid.exit(ExitReason::Kill);
}

fn strike(random: &mut Random, book: &Arc<Book>, forest: &Forest) {
    let at = anyone(book, random);
    let found = Names::lookup(&name(at)).map(|(pid, _)| pid);
    match random.below(24) {
        0..=6 => {
            if let Some(pid) = found {
                kill(pid, book);
            }
        }
        7..=10 => {
            let reason = reason(random);
            if let Some(pid) = found {
                book.note(|| format!("exit {pid}: {reason}"));
                pid.exit(reason);
            }
        }
        11..=14 => drop(with_server!(at, |server| server.crash())),
        15..=17 => {
            let reason = reason(random);
            let _ = with_server!(at, |server| server.finish(reason));
        }
        18 => {
            let reason = reason(random);
            with_server!(at, |server| drop(here(server.stop(reason))));
        }
        // Any process at all: supervisors, and those that are starting.
        19..=20 => {
            let mut all = Node::current().snapshot().processes;
            let watchers = |type_name| type_name == "process" || type_name == "Registry";
            all.retain(|process| !watchers(process.type_name) && !process.names.is_empty());
            if !all.is_empty() {
                kill(pick(random, &all).pid, book);
            }
        }
        21 => {
            let mut all = Node::current().snapshot().processes;
            let base = forest.base.pid();
            all.retain(|process| process.type_name.ends_with("Supervisor") && process.pid != base);
            if !all.is_empty() && one_in(random, 2) {
                let pid = pick(random, &all).pid;
                if one_in(random, 2) {
                    kill(pid, book);
                } else {
                    book.note(|| format!("shut down {pid}"));
                    pid.exit(ExitReason::Shutdown);
                }
            }
        }
        22 if book.plan.registries_die => {
            let all = [Names::pid(), Nicks::pid(), Topics::pid(), KeyTopics::pid()];
            if let Some(pid) = pick(random, &all) {
                kill(pid, book);
            }
        }
        _ => {}
    }
}

/// Waits for the ends of whoever is registered, as a process that monitors, and as tasks.
pub async fn watch(mut ctx: Process<()>, book: Arc<Book>) {
    let mut random = Random::new(book.plan.seed.wrapping_add(0x3A7C));
    let mut watched = std::collections::HashSet::new();
    loop {
        let mut pids = Node::current().processes();
        pids.sort_unstable();
        for pid in pids {
            if pid != ctx.pid() && watched.insert(pid) {
                if one_in(&mut random, 2) {
                    let _ = ctx.monitor(pid);
                } else {
                    let book = Arc::clone(&book);
                    drop(here(async move {
                        book.told(pid, &pid.ended().await, "ended");
                    }));
                }
            }
        }
        let most = if book.is_calm() { 200 } else { 3 };
        let pause = Duration::from_millis(1 + random.below(most) as u64);
        tokio::select! {
            biased;
            down = ctx.recv_info::<Down>() => book.told(down.pid, &down.reason, "Down"),
            () = tokio::time::sleep(pause) => {}
        }
    }
}

/// The names that are taken, as far as events tell.
pub type Heard = Arc<Mutex<HashMap<String, Pid>>>;

/// Listens to the names: of each key, each entry that comes also goes, before another comes.
pub async fn listen(
    mut ctx: Process<RegistryEvent<String, u32>>,
    book: Arc<Book>,
    heard: Heard,
    ready: oneshot::Sender<()>,
) {
    if let Err(error) = Names::listen(&ctx) {
        book.violated(format!("listen: {error}"));
    }
    let _ = ready.send(());
    loop {
        let event = ctx.recv().await;
        let mut now = heard.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            RegistryEvent::Registered { key, pid, .. } => {
                if let Some(other) = now.insert(key.clone(), pid) {
                    book.violated(format!("{key} is {pid}'s, and still {other}'s"));
                }
            }
            RegistryEvent::Unregistered { key, pid, .. } => {
                let before = now.remove(&key);
                book.check(before == Some(pid), || {
                    format!("{key} is no more {pid}'s, and was {before:?}'s")
                });
            }
            _ => {}
        }
    }
}
