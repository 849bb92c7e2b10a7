//! The model: what has happened, and what may therefore be seen.
//!
//! Servers write down their lives here, clients what they are told. What contradicts a promise is
//! noted as a violation, and fails the run with its seed.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::Write as _;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use registry_runtime::prelude::*;
use registry_tests::Random;
use tokio::time::Instant;

use crate::plan::{Id, Plan, Unit};
use crate::servers::{KeyTopics, Names, Nicks, Topics};

/// What time is, and with it how much can be said for certain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// One thread under the paused clock: a run follows from its seed, and nothing happens
    /// between two lines of a test.
    Paused,
    /// Several threads, running time.
    Threads,
}

/// One life of a server, from the start of its `init` to the drop of its state.
#[derive(Debug)]
pub struct Life {
    pub id: Id,
    pub parent: Option<Pid>,
    pub home: Home,
    pub born: Instant,
    /// Whether somebody asked for this start, so that it is no restart.
    pub by_hand: bool,
    /// Whether its restarts wait, and so do not count.
    pub backoff: bool,
    pub gone: bool,
    /// Whether `init` said that there is nothing to run.
    pub ignored: bool,
    /// The reason that `terminate` was given.
    pub terminated: Option<ExitReason>,
    /// Among all begins and ends of lives.
    pub born_as: u64,
    pub gone_as: u64,
}

/// Under which supervisor of the plan a server lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Home {
    Tree(usize),
    Dynamic,
    Partitions,
}

#[derive(Default)]
struct Inner {
    lives: HashMap<Pid, Life>,
    /// Who holds the state of each server now.
    holder: HashMap<Id, Pid>,
    lives_of: HashMap<Id, u64>,
    told: HashMap<Pid, ExitReason>,
    killed: HashSet<Pid>,
    /// Entries that servers have made besides their names: registry, key, process.
    entries: BTreeMap<(&'static str, u8, Pid), usize>,
    /// Starts that somebody asks for, and that are under way.
    by_hand: HashMap<Id, usize>,
    /// Who waits for whom in which call, as far as servers say so.
    waits: HashMap<Pid, (Pid, u64)>,
    /// Who was linked to whom while both were there.
    links: Vec<(Pid, Pid)>,
    violations: Vec<String>,
    /// What each client is at.
    doing: BTreeMap<usize, String>,
    trace: Vec<String>,
    order: u64,
}

/// The model of one run.
pub struct Book {
    pub plan: Plan,
    pub mode: Mode,
    calm: AtomicBool,
    token: AtomicU64,
    /// How far the clock has jumped, in milliseconds.
    pub jumped: AtomicU64,
    inner: Mutex<Inner>,
}

impl std::fmt::Debug for Book {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Book({})", self.plan.seed)
    }
}

/// How many of the last events a failure shows.
const SHOWN: usize = 60;

impl Book {
    pub fn new(plan: Plan, mode: Mode) -> Arc<Self> {
        Arc::new(Self {
            plan,
            mode,
            calm: AtomicBool::new(false),
            token: AtomicU64::new(1),
            jumped: AtomicU64::new(0),
            inner: Mutex::default(),
        })
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether everything happens in one thread, and so can be known exactly.
    pub fn is_exact(&self) -> bool {
        self.mode == Mode::Paused
    }

    /// From now on, nothing fails of itself.
    pub fn calm_down(&self) {
        self.calm.store(true, Ordering::SeqCst);
    }

    pub fn is_calm(&self) -> bool {
        self.calm.load(Ordering::SeqCst)
    }

    /// A number that no other call has.
    pub fn token(&self) -> u64 {
        self.token.fetch_add(1, Ordering::Relaxed)
    }

    /// Notes an event.
    pub fn note(&self, event: impl FnOnce() -> String) {
        self.inner().note(event());
    }

    /// Notes what a client is at now.
    pub fn begins(&self, client: usize, what: String) {
        self.inner().doing.insert(client, what);
    }

    /// Notes that a promise was broken.
    pub fn violated(&self, what: impl Into<String>) {
        let what = what.into();
        let mut inner = self.inner();
        inner.note(format!("VIOLATED: {what}"));
        inner.violations.push(what);
    }

    /// Notes that a promise was broken unless `kept`.
    pub fn check(&self, kept: bool, what: impl FnOnce() -> String) {
        if !kept {
            self.violated(what());
        }
    }

    /// All that happened, for comparison with another run of the seed.
    pub fn trace(&self) -> Vec<String> {
        self.inner().trace.clone()
    }

    /// What was violated, with what happened last.
    pub fn verdict(&self) -> Option<String> {
        let inner = self.inner();
        if inner.violations.is_empty() {
            return None;
        }
        let mut text = format!("{} violations:\n", inner.violations.len());
        for violation in inner.violations.iter().take(10) {
            let _ = writeln!(text, "  {violation}");
        }
        let _ = writeln!(text, "clients were at: {:?}", inner.doing);
        let shown = inner.trace.iter().rev().take(SHOWN);
        let _ = writeln!(text, "what happened last:");
        for line in shown.collect::<Vec<_>>().into_iter().rev() {
            let _ = writeln!(text, "  {line}");
        }
        Some(text)
    }

    /// A server's `init` begins: a source of numbers for this life.
    pub fn born(&self, unit: &Unit, home: Home, pid: Pid, parent: Option<Pid>) -> Random {
        let id = unit.target.id();
        let mut inner = self.inner();
        inner.note(format!("+{id} {pid} of {parent:?}"));
        inner.order += 1;
        let born_as = inner.order;
        // A registry that dies takes names from processes that go on for a while.
        if let Some(other) = inner.holder.insert(id, pid)
            && !self.plan.registries_die
        {
            let text = format!("{id}: {pid} is in its init while the state of {other} is there");
            inner.violations.push(text);
        }
        let life = Life {
            id,
            parent,
            home,
            born: Instant::now(),
            by_hand: inner.by_hand.contains_key(&id),
            backoff: unit.backoff.is_some(),
            gone: false,
            ignored: false,
            terminated: None,
            born_as,
            gone_as: 0,
        };
        if inner.lives.insert(pid, life).is_some() {
            inner.violations.push(format!("{pid} was born twice"));
        }
        let lives = inner.lives_of.entry(id).or_default();
        *lives += 1;
        Random::new(
            self.plan
                .seed
                .wrapping_mul(1_000_003)
                .wrapping_add(u64::from(id) * 7_919 + *lives * 104_729),
        )
    }

    /// A server's state is dropped.
    pub fn gone(&self, pid: Pid) {
        let mut inner = self.inner();
        inner.order += 1;
        let gone_as = inner.order;
        let Some(life) = inner.lives.get_mut(&pid) else {
            return;
        };
        life.gone = true;
        life.gone_as = gone_as;
        let id = life.id;
        inner.note(format!("-{id} {pid}"));
        if inner.holder.get(&id) == Some(&pid) {
            inner.holder.remove(&id);
        }
        inner.entries.retain(|(_, _, of), _| *of != pid);
        if let Some(reason) = inner.told.get(&pid).cloned() {
            let text = format!("the state of {pid} was there after its end was told: {reason}");
            inner.violations.push(text);
        }
    }

    /// A handler of this process begins.
    pub fn handles(&self, pid: Pid, what: &str) {
        let mut inner = self.inner();
        let text = if inner.told.contains_key(&pid) {
            "after its end was told"
        } else if inner.killed.contains(&pid) {
            "after it was killed"
        } else if inner.lives.get(&pid).is_some_and(|life| life.gone) {
            "after its state was dropped"
        } else {
            return;
        };
        let text = format!("{pid} runs `{what}` {text}");
        inner.note(format!("VIOLATED: {text}"));
        inner.violations.push(text);
    }

    /// `init` says that there is nothing to run.
    pub fn ignores(&self, pid: Pid) {
        if let Some(life) = self.inner().lives.get_mut(&pid) {
            life.ignored = true;
        }
    }

    /// `terminate` begins.
    pub fn terminates(&self, pid: Pid, reason: &ExitReason) {
        self.handles(pid, "terminate");
        let mut inner = self.inner();
        inner.note(format!("terminate {pid}: {reason}"));
        let twice = inner
            .lives
            .get_mut(&pid)
            .is_some_and(|life| life.terminated.replace(reason.clone()).is_some());
        if twice {
            inner
                .violations
                .push(format!("`terminate` of {pid} ran twice"));
        }
    }

    /// Somebody is about to kill a process other than the one it runs in.
    pub fn kills(&self, pid: Pid) {
        if self.is_exact() {
            self.inner().killed.insert(pid);
        }
    }

    /// Notes that a server waits for another one; by [`Book::waits_no_more`] that it does not.
    pub fn waits(&self, pid: Pid, target: Pid, token: u64) {
        self.inner().waits.insert(pid, (target, token));
    }

    pub fn waits_no_more(&self, pid: Pid) {
        self.inner().waits.remove(&pid);
    }

    /// A call is answered: whoever made it does not wait any more, even if it has yet to run.
    pub fn answered(&self, token: u64) {
        self.inner().waits.retain(|_, (_, of)| *of != token);
    }

    /// Whether each of these waits for the next, and the last for the first; the first is about to.
    pub fn is_cycle(&self, path: &[Pid], target: Option<Pid>) -> bool {
        let inner = self.inner();
        let next = |n: usize| path[(n + 1) % path.len()];
        let first = target.is_none_or(|target| target == next(0));
        let waits = |n: usize| inner.waits.get(&path[n]).map(|(target, _)| *target);
        first && (1..path.len()).all(|n| waits(n) == Some(next(n)))
    }

    /// Notes a link.
    pub fn linked(&self, one: Pid, other: Pid) {
        let mut inner = self.inner();
        if !inner.told.contains_key(&other) {
            inner.links.push((one, other));
        }
    }

    /// Whoever was linked to one that ended other than normally has ended too, unless it traps exits.
    pub fn check_links(&self, traps: impl Fn(Id) -> bool) {
        let mut wrong = Vec::new();
        {
            let inner = self.inner();
            for (one, other) in &inner.links {
                for (dead, left) in [(one, other), (other, one)] {
                    let fell = inner.told.get(dead).is_some_and(|why| !why.is_normal());
                    let life = inner.lives.get(left).filter(|life| !life.gone);
                    if fell && life.is_some_and(|life| !traps(life.id)) {
                        wrong.push(format!(
                            "{left} lives on, and {dead} it was linked to is dead"
                        ));
                    }
                }
            }
        }
        wrong.into_iter().for_each(|what| self.violated(what));
    }

    /// Somebody starts a server by hand, until the guard is dropped.
    pub fn by_hand(self: &Arc<Self>, id: Id) -> ByHand {
        *self.inner().by_hand.entry(id).or_default() += 1;
        ByHand(Arc::clone(self), id)
    }

    /// A server has registered once more, or no more.
    pub fn entry(&self, registry: &'static str, key: u8, pid: Pid, change: isize) {
        let mut inner = self.inner();
        let count = inner.entries.entry((registry, key, pid)).or_default();
        *count = if change == 0 {
            0
        } else {
            count.saturating_add_signed(change)
        };
        if *count == 0 {
            inner.entries.remove(&(registry, key, pid));
        }
    }

    /// What a registry must hold, by key and process.
    pub fn entries(&self, registry: &str) -> Vec<(u8, Pid, usize)> {
        let inner = self.inner();
        let of = |(key, count): (&(&'static str, u8, Pid), &usize)| {
            (key.0 == registry).then_some((key.1, key.2, *count))
        };
        inner.entries.iter().filter_map(of).collect()
    }

    /// The servers whose state is there.
    pub fn holders(&self) -> Vec<(Id, Pid)> {
        let inner = self.inner();
        let mut holders: Vec<_> = inner.holder.iter().map(|(id, pid)| (*id, *pid)).collect();
        holders.sort_unstable();
        holders
    }

    /// Looks at all lives.
    pub fn lives<T>(&self, look: impl FnOnce(&HashMap<Pid, Life>) -> T) -> T {
        look(&self.inner().lives)
    }

    /// All whose end somebody has been told of.
    pub fn dead(&self) -> HashSet<Pid> {
        self.inner().told.keys().copied().collect()
    }

    /// Whether the end of this one has been told, now. What is to be compared with it must have
    /// been seen in one go, on one thread.
    pub fn was_told(&self, pid: Pid) -> bool {
        self.inner().told.contains_key(&pid)
    }

    /// Somebody has learnt of a death: nothing of the dead may be there any more.
    pub fn told(&self, pid: Pid, reason: &ExitReason, by: &str) {
        let reason = match reason {
            ExitReason::Ignore => ExitReason::Normal,
            other => other.clone(),
        };
        self.note(|| format!("{pid} ended, says {by}: {reason}"));
        if reason == ExitReason::Kill {
            self.violated(format!("{by} was told that {pid} ended of `Kill`"));
        }
        let mut wrong = Vec::new();
        {
            let mut inner = self.inner();
            if reason != ExitReason::NoProc {
                let before = inner.told.insert(pid, reason.clone());
                if before.as_ref().is_some_and(|before| *before != reason) {
                    wrong.push(format!("of {reason}, and others were told of {before:?}"));
                }
                if let Some(life) = inner.lives.get(&pid)
                    && let Some(given) = &life.terminated
                    && *given != reason
                    && reason != ExitReason::Killed
                {
                    wrong.push(format!("of {reason}, and `terminate` was given {given}"));
                }
            }
            if inner.lives.get(&pid).is_some_and(|life| !life.gone) {
                wrong.push("and its state is still there".to_owned());
            }
            for (child, life) in &inner.lives {
                if life.parent == Some(pid) && !life.gone {
                    wrong.push(format!("and its child {child} is still there"));
                }
            }
        }
        if pid.is_alive() || pid.info().is_some() {
            wrong.push("and it is found by its pid".to_owned());
        }
        let keys = [
            ("Names", Names::keys(pid).len()),
            ("Nicks", Nicks::keys(pid).len()),
            ("Topics", Topics::keys(pid).len()),
            ("KeyTopics", KeyTopics::keys(pid).len()),
            (
                "Names' entries",
                Names::count_select(|_, of, _| (of == pid).then_some(())),
            ),
            (
                "Topics' entries",
                Topics::count_select(|_, of, _| (of == pid).then_some(())),
            ),
            (
                "KeyTopics' entries",
                KeyTopics::count_select(|_, of, _| (of == pid).then_some(())),
            ),
        ];
        for (registry, count) in keys {
            if count > 0 {
                wrong.push(format!("and {registry} has {count} of it"));
            }
        }
        for what in wrong {
            self.violated(format!("{by} was told that {pid} ended {what}"));
        }
    }

    /// Restarts within each window are no more than a one-for-one supervisor may make.
    pub fn check_intensity(&self, home: Home, most: u32, within: Duration) {
        let inner = self.inner();
        let mut starts: HashMap<Pid, Vec<Instant>> = HashMap::new();
        let mut lives: Vec<_> = inner.lives.values().collect();
        lives.sort_by_key(|life| life.born_as);
        let mut known = HashSet::new();
        for life in lives.into_iter().filter(|life| life.home == home) {
            let Some(parent) = life.parent else { continue };
            let first = known.insert((parent, life.id));
            if !first && !life.by_hand && !life.backoff {
                starts.entry(parent).or_default().push(life.born);
            }
        }
        drop(inner);
        for (parent, starts) in starts {
            for (n, from) in starts.iter().enumerate() {
                let near = |start: &&Instant| **start - *from <= within;
                let count = starts[n..].iter().filter(near).count();
                self.check(count <= most as usize, || {
                    format!("{parent} made {count} restarts within {within:?}, of {most}")
                });
            }
        }
    }
}

impl Inner {
    fn note(&mut self, event: String) {
        self.trace.push(event);
    }
}

/// A start by hand that is under way.
pub struct ByHand(Arc<Book>, Id);

impl Drop for ByHand {
    fn drop(&mut self) {
        let mut inner = self.0.inner();
        if let Some(count) = inner.by_hand.get_mut(&self.1) {
            *count -= 1;
            if *count == 0 {
                inner.by_hand.remove(&self.1);
            }
        }
    }
}
