//! The model: what has happened, and what may therefore be seen.
//!
//! Servers write down their lives here, clients what they are told. What contradicts a promise is
//! noted as a violation, and fails the run with its seed.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::Write as _;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use registry_runtime::prelude::*;
use tokio::time::Instant;

use crate::plan::{Id, Plan};

mod lives;
mod told;

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
    /// How far the clock has jumped, in milliseconds: that of all nodes.
    pub jumped: Arc<AtomicU64>,
    inner: Mutex<Inner>,
}

impl std::fmt::Debug for Book {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Book({})", self.plan.seed)
    }
}

/// How many of the last events a failure shows, unless `CHAOS_SHOWN` says otherwise.
const SHOWN: u64 = 60;

impl Book {
    pub fn new(plan: Plan, mode: Mode) -> Arc<Self> {
        Arc::new(Self {
            plan,
            mode,
            calm: AtomicBool::new(false),
            token: AtomicU64::new(1),
            jumped: Arc::default(),
            inner: Mutex::default(),
        })
    }

    /// The model of another node of the same run.
    pub fn beside(&self, plan: Plan) -> Arc<Self> {
        Arc::new(Self {
            plan,
            mode: self.mode,
            calm: AtomicBool::new(false),
            token: AtomicU64::new(1),
            jumped: Arc::clone(&self.jumped),
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
        let most = crate::number("CHAOS_SHOWN").unwrap_or(SHOWN);
        let shown = inner
            .trace
            .iter()
            .rev()
            .take(usize::try_from(most).unwrap_or(0));
        let _ = writeln!(text, "what happened last:");
        for line in shown.collect::<Vec<_>>().into_iter().rev() {
            let _ = writeln!(text, "  {line}");
        }
        Some(text)
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
}

impl Inner {
    fn note(&mut self, event: String) {
        self.trace.push(event);
    }
}
