//! Who is started again with whom, in which order, and how often.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use registry_runtime::prelude::*;
use registry_runtime::{AutoShutdown, ChildInfo};

use crate::book::{Book, Home, Life};
use crate::plan::{Child, Tree};
use crate::rest::{rest, unsettled};
use crate::run::Forest;

/// Kills a child, and looks at who is started again, and in which order.
pub async fn strategy(book: &Book, forest: &Forest, tree: &Tree, root: &Supervisor) {
    if book.plan.links || tree.max_restarts == 0 {
        return;
    }
    tokio::time::sleep(tree.within + Duration::from_millis(10)).await;
    let before = root.which_children();
    let units: HashMap<String, _> = tree
        .children
        .iter()
        .filter_map(|child| match child {
            Child::Unit(unit) => Some((unit.target.id().to_string(), unit.clone())),
            _ => None,
        })
        .collect();
    let one = before.iter().enumerate().filter_map(|(at, child)| {
        let unit = units.get(&*child.id)?;
        let ends = unit.significant && unit.restart == Restart::Temporary;
        (!ends || tree.auto_shutdown == AutoShutdown::Never).then_some((
            at,
            child.pid()?,
            unit.restart,
        ))
    });
    let one: Vec<_> = one.collect();
    if one.is_empty() {
        return;
    }
    let (at, pid, restart) = one[usize::try_from(book.plan.seed).unwrap_or(0) % one.len()];
    let mark = book.lives(|lives| {
        let last = |life: &Life| life.born_as.max(life.gone_as);
        lives.values().map(last).max().unwrap_or(0)
    });
    book.note(|| format!("kill {pid} of {} to see who is restarted", tree.id()));
    pid.exit(ExitReason::Kill);
    pid.ended().await;
    let significant = |child: &&ChildInfo| {
        units.get(&*child.id).is_some_and(|unit| unit.significant) && child.pid().is_some()
    };
    let of = before.iter().filter(significant).count();
    let ends = restart == Restart::Temporary
        && before.get(at).as_ref().is_some_and(significant)
        && match tree.auto_shutdown {
            AutoShutdown::Never => false,
            AutoShutdown::AnySignificant => true,
            AutoShutdown::AllSignificant => of == 1,
        };
    if ends {
        let ended = tokio::time::timeout(Duration::from_secs(20), root.wait()).await;
        book.check(ended == Ok(ExitReason::Shutdown), || {
            format!(
                "{} goes on after its significant children: {ended:?}",
                tree.id()
            )
        });
        return;
    }
    let back = || {
        let now = root.which_children();
        let new = now.get(at).and_then(ChildInfo::pid);
        restart == Restart::Temporary || new.is_some_and(|new| new != pid)
    };
    rest(book, || back() && unsettled(book, forest).is_none()).await;
    let restarted = |n: usize| {
        restart != Restart::Temporary
            && match tree.strategy {
                Strategy::OneForOne => n == at,
                Strategy::RestForOne => n >= at,
                Strategy::OneForAll => true,
            }
    };
    let after: HashMap<_, _> = root
        .which_children()
        .into_iter()
        .map(|child| (child.id.to_string(), child))
        .collect();
    for (n, child) in before.iter().enumerate() {
        let temporary = units
            .get(&*child.id)
            .is_some_and(|unit| unit.restart == Restart::Temporary);
        let now = after.get(&*child.id);
        let new = now.and_then(ChildInfo::pid);
        let right = match (n == at || restarted(n), temporary) {
            (true, true) => now.is_none(),
            (true, false) => new.is_some() && new != child.pid(),
            (false, _) => now.is_some_and(|now| now.state == child.state),
        };
        book.check(right, || {
            let strategy = tree.strategy;
            format!("{strategy:?}: after the end of {pid} in place {at}, {child:?} is {now:?}")
        });
    }
    in_order(
        book,
        &before,
        &units.keys().cloned().collect(),
        root.pid(),
        mark,
        pid,
    );
}

/// Of those that were restarted, the last has ended first, and the first has begun first.
fn in_order(
    book: &Book,
    children: &[ChildInfo],
    units: &BTreeSet<String>,
    root: Pid,
    mark: u64,
    killed: Pid,
) {
    let place = |id: u32| {
        let id = id.to_string();
        children.iter().position(|child| *child.id == *id)
    };
    let (mut born, mut gone) = (Vec::new(), Vec::new());
    book.lives(|lives| {
        for (pid, life) in lives.iter().filter(|(_, life)| life.parent == Some(root)) {
            if life.born_as > mark {
                born.push((life.born_as, place(life.id)));
            }
            if life.gone_as > mark && *pid != killed {
                gone.push((life.gone_as, place(life.id)));
            }
        }
    });
    born.sort_unstable();
    gone.sort_unstable();
    let places: BTreeSet<_> = born.iter().map(|(_, place)| place).collect();
    if places.len() < born.len() && !book.is_exact() {
        // A busy machine was too slow for a `start_timeout`: the group was restarted once more.
        return;
    }
    book.check(born.is_sorted_by_key(|(_, place)| *place), || {
        format!("not started in order: {born:?} of {units:?}")
    });
    gone.reverse();
    book.check(gone.is_sorted_by_key(|(_, place)| *place), || {
        format!("not ended in reverse: {gone:?} of {units:?}")
    });
}

/// Restarts were within the limits, where the times of starts tell exactly.
pub fn intensities(book: &Book) {
    if !book.is_exact() || book.plan.jumps {
        return;
    }
    fn all(book: &Book, tree: &Tree) {
        let one_for_one = tree.strategy == Strategy::OneForOne;
        if one_for_one {
            let home = Home::Tree(tree.number);
            book.check_intensity(home, tree.max_restarts, tree.within);
        }
        for child in &tree.children {
            if let Child::Tree(tree, _) = child {
                all(book, tree);
            }
        }
    }
    for tree in &book.plan.roots {
        all(book, tree);
    }
    book.check_intensity(Home::Dynamic, 40, Duration::from_millis(50));
}
