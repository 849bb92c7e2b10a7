//! What must hold at any time.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use registry_runtime::ChildInfo;
use registry_runtime::prelude::*;

use crate::book::Book;
use crate::servers::{Dynamic, JOBS, Jobs, KeyTopics, Marks, Names, Nicks, Topics};

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
    if let Ok(jobs) = Jobs::handle() {
        let children = jobs.which_children();
        book.check(children.len() <= JOBS, || {
            format!("{} tasks, of {JOBS}", children.len())
        });
        if book.is_exact() {
            counted(book, "Jobs", &children, jobs.count_children());
        }
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

pub fn counted(book: &Book, of: &str, children: &[ChildInfo], count: registry_runtime::Children) {
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
            "Marks" => Marks::count(),
            _ => continue,
        };
        let entries: usize = registry.entries.iter().sum();
        book.check(
            entries == count && registry.entries.len() == book.plan.partitions,
            || format!("a snapshot shows {registry:?}, of {count}"),
        );
    }
}
