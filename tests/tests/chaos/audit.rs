//! What must hold at any time, at rest, and after the end.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use registry_runtime::introspect::ProcessState;
use registry_runtime::prelude::*;
use registry_runtime::{AutoShutdown, ChildInfo, ChildState, Tree as Shown};

use crate::book::{Book, Home, Mode};
use crate::faults::Heard;
use crate::plan::{Child, Target, Tree};
use crate::run::Forest;
use crate::servers::{Answer, Dynamic, KeyTopics, Lane, Names, Nicks, Topics};

/// Entries of a registry, as it shows them in different ways.
struct Seen {
    /// Who was dead before.
    dead: HashSet<Pid>,
    registry: &'static str,
    selected: BTreeMap<(u8, Pid), usize>,
    count: usize,
}

impl Seen {
    fn new(
        registry: &'static str,
        book: &Book,
        select: impl FnOnce() -> Vec<(u8, Pid)>,
        count: impl FnOnce() -> usize,
    ) -> Self {
        let dead = book.dead();
        let (selected, count) = (select(), count());
        let mut entries = BTreeMap::new();
        for entry in selected {
            *entries.entry(entry).or_default() += 1;
        }
        Self {
            dead,
            registry,
            selected: entries,
            count,
        }
    }

    /// Compares with the model, when that is exact.
    fn check(&self, book: &Book) {
        let registry = self.registry;
        for (_, pid) in self.selected.keys() {
            book.check(!self.dead.contains(pid), || {
                format!("{registry} shows {pid}, which is dead")
            });
        }
        if !book.is_exact() && !book.is_calm() {
            return;
        }
        let total: usize = self.selected.values().sum();
        book.check(self.count == total, || {
            format!("{registry} counts {} and shows {total}", self.count)
        });
        if book.plan.registries_die {
            return;
        }
        let expected: BTreeMap<_, _> = book
            .entries(registry)
            .into_iter()
            .map(|(key, pid, count)| ((key, pid), count))
            .collect();
        book.check(self.selected == expected, || {
            format!("{registry} shows {:?}, and not {expected:?}", self.selected)
        });
    }
}

/// What must hold whatever goes on; more when nothing can happen meanwhile.
pub fn at_any_time(book: &Book) {
    let topics = || Topics::select(|key, pid, _| Some((*key, pid)));
    Seen::new("Topics", book, topics, Topics::count).check(book);
    let topics = || KeyTopics::select(|key, pid, _| Some((*key, pid)));
    Seen::new("KeyTopics", book, topics, KeyTopics::count).check(book);
    let nicks = || Nicks::select(|key, pid, _| Some((*key, pid)));
    let seen = Seen::new("Nicks", book, nicks, Nicks::count);
    let keys: BTreeSet<_> = seen.selected.keys().map(|(key, _)| *key).collect();
    let each = seen.selected.values().all(|count| *count == 1);
    book.check(keys.len() == seen.selected.len() && each, || {
        format!("Nicks shows a key twice: {:?}", seen.selected)
    });
    seen.check(book);
    names(book);
    if book.is_exact() || book.is_calm() {
        snapshot(book);
    }
    if let Ok(dynamic) = Dynamic::handle() {
        let children = dynamic.which_children();
        book.check(children.len() <= 4, || {
            format!("{} children, of 4", children.len())
        });
        if book.is_exact() {
            counted(book, "Dynamic", &children, dynamic.count_children());
        }
    }
}

fn counted(book: &Book, of: &str, children: &[ChildInfo], count: registry_runtime::Children) {
    let active = children.iter().filter(|child| child.pid().is_some());
    let active = active.count();
    book.check(
        (count.specs, count.active) == (children.len(), active),
        || format!("{of} counts {count:?} and shows {children:?}"),
    );
    for child in children {
        if let Some(pid) = child.pid() {
            book.check(!book.was_told(pid), || {
                format!("{of} shows {pid}, which is dead")
            });
        }
    }
}

fn names(book: &Book) {
    let dead = book.dead();
    let names = Names::select(|key: &String, pid, id| Some((key.clone(), pid, *id)));
    let mut owners = HashMap::new();
    for (key, pid, id) in &names {
        book.check(*key == format!("unit:{id}"), || {
            format!("{key} has the value {id}")
        });
        book.check(owners.insert(key.clone(), *pid).is_none(), || {
            format!("{key} is there twice")
        });
        book.check(!dead.contains(pid), || {
            format!("{key} shows {pid}, which is dead")
        });
        if book.is_exact() || book.is_calm() {
            let found = Names::lookup(key).map(|(pid, _)| pid);
            book.check(found == Some(*pid), || {
                format!("{key} is {pid} in a select, and {found:?} in a lookup")
            });
            book.check(Names::keys(*pid) == [key.clone()], || {
                format!("{pid} has {key}, and the keys {:?}", Names::keys(*pid))
            });
            let gone = book.lives(|lives| lives.get(pid).is_some_and(|life| life.gone));
            book.check(!gone && pid.info().is_some(), || {
                format!("{key} shows {pid}, whose state is dropped")
            });
        }
    }
    if (book.is_exact() || book.is_calm()) && !book.plan.registries_die {
        for (id, pid) in book.holders() {
            let found = owners.get(&format!("unit:{id}"));
            book.check(found == Some(&pid), || {
                format!("{pid} is in life as {id}, and the name is {found:?}'s")
            });
        }
    }
}

/// What a snapshot says is what others say.
fn snapshot(book: &Book) {
    let node = Node::current();
    let snapshot = node.snapshot();
    let mut pids = node.processes();
    pids.sort_unstable();
    let shown: Vec<_> = snapshot
        .processes
        .iter()
        .map(|process| process.pid)
        .collect();
    book.check(shown == pids, || {
        format!("a snapshot shows {shown:?} of {pids:?}")
    });
    for registry in &snapshot.registries {
        let count = match &*registry.name {
            "Names" => Names::count(),
            "Nicks" => Nicks::count(),
            "Topics" => Topics::count(),
            "KeyTopics" => KeyTopics::count(),
            _ => continue,
        };
        let entries: usize = registry.entries.iter().sum();
        book.check(
            entries == count && registry.entries.len() == book.plan.partitions,
            || format!("a snapshot shows {registry:?}, of {count}"),
        );
    }
}

/// Which parts of a living tree are not as they are to be; `None` when all is well.
fn unsettled(book: &Book, forest: &Forest) -> Option<String> {
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
async fn rest(book: &Book, settled: impl Fn() -> bool) {
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
                tokio::spawn(async move {
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
        let last = |life: &crate::book::Life| life.born_as.max(life.gone_as);
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

/// Whether a tree's start may have failed of this.
pub fn start_failed(book: &Book, tree: &Tree, error: &StartError) {
    let mut cause = error;
    while let StartError::Child { error, .. } = cause {
        cause = error;
    }
    let may_be = match cause {
        StartError::Init(_) | StartError::Timeout => true,
        // The supervisor itself was attacked as it started.
        StartError::SupervisorNotRunning(_) => true,
        StartError::RegistryNotRunning(_) => book.plan.registries_die,
        _ => false,
    };
    book.check(may_be, || format!("{} did not start: {error:?}", tree.id()));
}

/// A tree has ended: so have all that it held.
pub fn nothing_left(book: &Book, tree: &Tree) {
    let numbers = tree.numbers();
    let dynamic = tree.holds_dynamic();
    let left: Vec<_> = book.lives(|lives| {
        let of = |home: Home| match home {
            Home::Tree(number) => numbers.contains(&number),
            Home::Dynamic => dynamic,
            Home::Partitions => false,
        };
        let left = lives.iter().filter(|(_, life)| of(life.home) && !life.gone);
        left.map(|(pid, life)| (*pid, life.id)).collect()
    });
    book.check(left.is_empty(), || {
        format!("{} has ended, and left {left:?}", tree.id())
    });
}

/// With all servers ended, no name is taken, and the listener has heard of each end.
pub async fn names_left(book: &Book, heard: &Heard) {
    let names = || heard.lock().unwrap_or_else(PoisonError::into_inner).clone();
    rest(book, || names().is_empty()).await;
    book.check(names().is_empty(), || {
        format!("the listener has not heard of the ends of {:?}", names())
    });
    let counts = [
        Names::count(),
        Nicks::count(),
        Topics::count(),
        KeyTopics::count(),
    ];
    book.check(counts == [0; 4], || format!("entries are left: {counts:?}"));
}

/// After the end: nothing.
pub fn nothing_at_all(book: &Arc<Book>) {
    let snapshot = Node::current().snapshot();
    book.check(snapshot.processes.is_empty(), || {
        format!("processes are left: {:?}", snapshot.processes)
    });
    book.check(
        snapshot.registries.is_empty() && snapshot.trees.is_empty(),
        || format!("there is still {snapshot}"),
    );
    let left: Vec<_> = book.lives(|lives| {
        let left = lives.iter().filter(|(_, life)| !life.gone);
        left.map(|(pid, _)| *pid).collect()
    });
    book.check(left.is_empty(), || format!("states are left: {left:?}"));
}
