//! Agents with names, several clients to each.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use registry_runtime::prelude::*;
use tokio::sync::oneshot;

use super::{Guest, ends};
use crate::book::Book;
use crate::plan::{one_in, pick};
use crate::servers::{Marks, PLANNED};

/// The names there are.
const KEYS: usize = 3;

/// How many states there are of each name.
#[derive(Clone, Default)]
pub(super) struct Desk(Arc<Mutex<HashMap<u8, usize>>>);

/// A life of an agent: what each client has changed, by its own count.
struct Tally {
    key: u8,
    desk: Desk,
    book: Arc<Book>,
    seen: HashMap<usize, u64>,
}

impl Tally {
    fn new(key: u8, desk: &Desk, book: &Arc<Book>) -> Self {
        let mut states = desk.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = states.entry(key).or_default();
        *count += 1;
        book.check(*count == 1, || {
            format!("the name {key} has {count} agents' states")
        });
        drop(states);
        Self {
            key,
            desk: desk.clone(),
            book: Arc::clone(book),
            seen: HashMap::new(),
        }
    }

    /// Of each client, what it has sent comes in order, and nothing is lost: an agent that knows a
    /// client got all since.
    fn change(&mut self, client: usize, number: u64) {
        let seen = self.seen.insert(client, number);
        let right = seen.is_none_or(|seen| number == seen + 1);
        self.book.check(right, || {
            format!("an agent gets {number} of guest {client} after {seen:?}")
        });
    }
}

impl Drop for Tally {
    fn drop(&mut self) {
        let mut states = self.desk.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = states.get_mut(&self.key) {
            *count -= 1;
        }
    }
}

struct User {
    guest: Guest,
    desk: Desk,
    /// What was sent, by name.
    sent: HashMap<u8, u64>,
}

pub(super) async fn use_agents(guest: Guest, desk: Desk) {
    let mut user = User {
        guest,
        desk,
        sent: HashMap::new(),
    };
    for _ in 0..user.guest.rounds() * 4 {
        let key = user.guest.random.below(KEYS) as u8;
        user.step(key).await;
    }
    for key in 0..KEYS as u8 {
        user.end(key, ExitReason::Kill).await;
    }
}

fn holder(key: u8) -> Option<Pid> {
    Marks::lookup(&key).map(|(pid, ())| pid)
}

impl User {
    async fn step(&mut self, key: u8) {
        let me = self.guest.number;
        let named = Agent::<Tally, _>::via::<Marks>(&key);
        let book = Arc::clone(&self.guest.book);
        match self.guest.random.below(20) {
            0..=5 => self.start(key).await,
            6 => self.start_linked(key).await,
            7..=9 => {
                for _ in 0..=self.guest.random.below(3) {
                    let number = self.sent.get(&key).copied().unwrap_or(0) + 1;
                    let there = holder(key).is_some();
                    match named.cast(move |tally| tally.change(me, number)) {
                        Ok(()) => drop(self.sent.insert(key, number)),
                        Err(error) => {
                            let may_be = error == CastError::NotRunning && !there;
                            book.check(may_be || !book.is_exact(), || {
                                format!("the agent {key}, there: {there}, takes no cast: {error}")
                            });
                        }
                    }
                }
            }
            10..=11 => {
                let number = self.sent.get(&key).copied().unwrap_or(0) + 1;
                let of = holder(key);
                let came = named.update(move |tally| tally.change(me, number)).await;
                if came != Err(CallError::NotRunning) {
                    self.sent.insert(key, number);
                }
                self.came(key, of, &came);
            }
            12..=14 => {
                let (of, sent) = (holder(key), self.sent.get(&key).copied());
                let came = named
                    .get(move |tally| (tally.seen.get(&me).copied(), tally.key))
                    .await;
                if let Ok((seen, its)) = came {
                    book.check(its == key && (seen.is_none() || seen == sent), || {
                        format!("the agent {its} has {seen:?} of guest {me}, of {sent:?} to {key}")
                    });
                }
                self.came(key, of, &came.map(drop));
            }
            15 => {
                let of = holder(key);
                let came = named
                    .update(|_| panic!("{PLANNED}: in an agent with a name"))
                    .await;
                book.check(came.is_err(), || "an update that panics is done".to_owned());
                self.came(key, of, &came);
            }
            16 => {
                let reasons = [ExitReason::Kill, ExitReason::Shutdown];
                let reason = pick(&mut self.guest.random, &reasons);
                self.end(key, reason).await;
            }
            17 => {
                let of = holder(key);
                let stopped = named.stop(ExitReason::Normal).await;
                self.guest
                    .note(|| format!("stops the agent {key}, {of:?}: {stopped:?}"));
                let there = of.filter(|pid| pid.info().is_some());
                book.check(stopped.is_err() || there.is_none(), || {
                    format!("{there:?} was stopped, and is there")
                });
            }
            _ => self.guest.pauses(6).await,
        }
    }

    /// An `init`, which may fail.
    fn init(&mut self, key: u8) -> impl FnOnce() -> Tally + Send + use<> {
        let (desk, book) = (self.desk.clone(), Arc::clone(&self.guest.book));
        let fails = one_in(&mut self.guest.random, 8) && !book.is_calm();
        move || {
            let tally = Tally::new(key, &desk, &book);
            assert!(!fails, "{PLANNED}: in the init of an agent");
            tally
        }
    }

    async fn start(&mut self, key: u8) {
        let init = self.init(key);
        let started = Agent::start_link_named::<Marks>(key, init).await;
        let started = started.map(|agent| agent.pid());
        started_well(&self.guest.book, key, &started);
    }

    /// Starts an agent from a process, which then ends in some way.
    async fn start_linked(&mut self, key: u8) {
        let (book, init) = (Arc::clone(&self.guest.book), self.init(key));
        let ((tell, told), inside) = (oneshot::channel(), Arc::clone(&book));
        let crashes = one_in(&mut self.guest.random, 2);
        let owner = spawn(async move |mut ctx: Process<()>| {
            let started = Agent::start_link_named::<Marks>(key, init).await;
            let started = started.map(|agent| agent.pid());
            started_well(&inside, key, &started);
            let _ = tell.send(started);
            ctx.recv().await;
            assert!(!crashes, "{PLANNED}: in the owner of an agent");
        });
        let Ok(started) = told.await else {
            // The agent was ended while its owner waited for it, and took that along.
            let reason = ends(&book, owner.ended(), "an agent's owner").await;
            return book.told(owner.pid(), &reason, "whoever waits for an owner");
        };
        self.guest.pauses(6).await;
        let _ = owner.send(());
        let reason = ends(&book, owner.ended(), "an agent's owner").await;
        book.told(owner.pid(), &reason, "whoever waits for an owner");
        let Ok(pid) = started else { return };
        if reason.is_normal() {
            // It lives on, or has ended as normally.
            return;
        }
        let limit = Duration::from_secs(10);
        let ended = tokio::time::timeout(limit, pid.ended()).await;
        self.guest
            .note(|| format!("{pid}, whose owner ended of {reason}, ended: {ended:?}"));
        match ended {
            Ok(ended) => book.told(pid, &ended, "whoever waits for a linked agent"),
            Err(_) => book.violated(format!("{pid} outlives its owner, which ended of {reason}")),
        }
    }

    /// Ends whoever has the name, and waits for it.
    async fn end(&mut self, key: u8, reason: ExitReason) {
        let book = &self.guest.book;
        let Some(pid) = holder(key) else { return };
        if reason == ExitReason::Kill {
            book.kills(pid);
        }
        pid.exit(reason);
        let reason = ends(book, pid.ended(), "an agent with a name").await;
        book.told(pid, &reason, "whoever ends an agent");
        let now = holder(key);
        book.check(now != Some(pid), || {
            format!("the dead {pid} has the name {key}")
        });
    }

    /// Looks whether what came of a call may be.
    fn came(&self, key: u8, of: Option<Pid>, came: &Result<(), CallError>) {
        let book = &self.guest.book;
        self.guest
            .note(|| format!("asks the agent {key}, {of:?}: {came:?}"));
        let may_be = match came {
            Ok(()) => of.is_some() || !book.is_exact(),
            Err(CallError::NotRunning) => true,
            Err(CallError::Exited(reason)) => {
                if let Some(of) = of
                    && book.is_exact()
                {
                    book.told(of, reason, "a call to an agent");
                }
                true
            }
            Err(_) => false,
        };
        book.check(may_be, || {
            format!("asking the agent {key} came to {came:?}")
        });
    }
}

fn started_well(book: &Book, key: u8, started: &Result<Pid, StartError>) {
    book.note(|| format!("guest: starts the agent {key}: {started:?}"));
    let now = holder(key);
    let may_be = match started {
        Ok(pid) => now == Some(*pid) || !pid.is_alive() || !book.is_exact(),
        Err(StartError::AlreadyStarted(other)) => !book.is_exact() || !book.was_told(*other),
        Err(StartError::Init(_)) => true,
        Err(_) => false,
    };
    book.check(may_be, || {
        format!("a start of the agent {key} came to {started:?}; the name is {now:?}'s")
    });
}
