//! What must hold at rest: all that was started runs, all that ended is gone.

use std::sync::Arc;
use std::time::{Duration, Instant};

use registry_runtime::introspect::ProcessState;
use registry_runtime::prelude::*;
use registry_runtime::{AutoShutdown, ChildInfo, ChildState, Tree as Shown};

use crate::audit::{at_any_time, counted};
use crate::book::{Book, Mode};
use crate::plan::{Child, Target, Tree};
use crate::run::{Forest, here};
use crate::servers::{Answer, Dynamic, Lane, Names};

/// Which parts of a living tree are not as they are to be; `None` when all is well.
pub fn unsettled(book: &Book, forest: &Forest) -> Option<String> {
    let shown = Node::current().snapshot().trees;
    let mut children = Vec::new();
    for (tree, root) in forest.roots() {
        let Some(shown) = shown.iter().find(|shown| shown.pid() == Some(root.pid())) else {
            return Some(format!("{} is not shown", tree.id()));
        };
        let terminated = |id: &str| forest.was_terminated(root.pid(), id);
        if let Some(why) = unsettled_tree(book, &tree, shown, &terminated) {
            return Some(why);
        }
        pids(shown, &mut children);
    }
    if let Some(parts) = forest.parts() {
        children.extend(parts.which_children().iter().filter_map(ChildInfo::pid));
    }
    // A tree shows only some of a dynamic supervisor's children, and it has no more than those.
    if let Ok(dynamic) = Dynamic::handle() {
        for child in dynamic.which_children() {
            if child.state == ChildState::Restarting {
                return Some(format!("{child:?} waits for ever"));
            }
        }
    }
    for (key, pid) in Names::select(|key: &String, pid, _| Some((key.clone(), pid))) {
        let parents = children.iter().filter(|child| **child == pid).count();
        if parents != 1 {
            return Some(format!("{key} {pid} has {parents} supervisors"));
        }
    }
    None
}

fn pids(shown: &Shown, into: &mut Vec<Pid>) {
    into.extend(shown.pid());
    for child in shown.children() {
        pids(child, into);
    }
}

fn unsettled_tree(
    book: &Book,
    tree: &Tree,
    shown: &Shown,
    terminated: &dyn Fn(&str) -> bool,
) -> Option<String> {
    for child in &tree.children {
        let (id, permanent) = match child {
            Child::Unit(unit) => {
                let permanent = unit.restart == Restart::Permanent;
                (unit.target.id().to_string(), permanent)
            }
            Child::Tree(tree, restart) => (tree.id(), *restart == Restart::Permanent),
            Child::Dynamic => ("Dynamic".to_owned(), true),
        };
        let here = shown.children().iter().find(|shown| shown.name() == id);
        let runs = here.and_then(Shown::pid).is_some();
        let ignored = || match child {
            Child::Unit(unit) => book.lives(|lives| {
                let mut of = lives
                    .values()
                    .filter(|life| life.id == unit.target.id())
                    .collect::<Vec<_>>();
                of.sort_by_key(|life| life.born_as);
                of.last().is_some_and(|life| life.ignored)
            }),
            _ => false,
        };
        if let (Child::Unit(unit), Some(pid)) = (child, shown.pid())
            && unit.significant
            && unit.restart == Restart::Temporary
            && (tree.strategy, tree.auto_shutdown)
                == (Strategy::OneForOne, AutoShutdown::AnySignificant)
            && !terminated(&id)
        {
            let ended = book.lives(|lives| {
                let mut of = lives.values().filter(|life| life.id == unit.target.id());
                of.any(|life| life.parent == Some(pid) && life.gone && !life.ignored)
            });
            if ended {
                return Some(format!("{id} has ended, and {} has not", tree.id()));
            }
        }
        if permanent && !runs && !terminated(&id) && !ignored() {
            let what = here.map(ToString::to_string);
            return Some(format!("{id} of {} does not run: {what:?}", tree.id()));
        }
        if let (Child::Tree(tree, _), Some(here), true) = (child, here, runs)
            && let Some(why) = unsettled_tree(book, tree, here, &|_| false)
        {
            return Some(why);
        }
    }
    None
}

/// Waits until nothing happens any more.
pub async fn rest(book: &Book, settled: impl Fn() -> bool) {
    match book.mode {
        Mode::Paused => tokio::time::sleep(Duration::from_secs(3)).await,
        Mode::Threads => {
            let begun = Instant::now();
            let mut calm = 0;
            // As long as a handler may take, and some more.
            while calm < 4 && begun.elapsed() < Duration::from_secs(20) {
                let processes = Node::current().snapshot().processes;
                let idle = processes
                    .iter()
                    .all(|process| process.mailbox == 0 && process.state != ProcessState::Exiting);
                calm = if idle && settled() { calm + 1 } else { 0 };
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
    }
}

/// All that was started runs, all that ended is gone, and everything agrees.
pub async fn at_rest(book: &Arc<Book>, forest: &Forest) {
    rest(book, || unsettled(book, forest).is_none()).await;
    if let Some(why) = unsettled(book, forest) {
        book.violated(format!("at rest, {why}"));
    }
    at_any_time(book);
    book.check_links(|id| book.plan.traps(id));
    everyone_answers(book).await;
    for (tree, root) in forest.roots() {
        counted(
            book,
            &tree.id(),
            &root.which_children(),
            root.count_children(),
        );
    }
}

/// Whoever is registered answers several calls at once, more than a narrow mailbox holds.
async fn everyone_answers(book: &Arc<Book>) {
    for (id, pid) in Names::select(|_, pid, id| Some((*id, pid))) {
        let calls: Vec<_> = (0..8)
            .map(|client| {
                let token = book.token();
                let lane = Lane {
                    client: usize::MAX - 1 - client,
                    by_ref: false,
                };
                let to = Target::new(id);
                here(async move {
                    let limit = Duration::from_secs(10);
                    let of =
                        with_server!(to, |server| server.timeout(limit).ask(lane, 0, token).await);
                    (token, of)
                })
            })
            .collect();
        for call in calls {
            let Ok((token, came)) = call.await else {
                continue;
            };
            let right = came == Ok(Answer { token, id, pid });
            book.check(right, || {
                format!("at rest, {id} {pid} is asked {token}: {came:?}")
            });
        }
    }
}
