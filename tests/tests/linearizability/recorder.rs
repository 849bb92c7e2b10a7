//! Records what several threads do to a registry at the same time.
//!
//! Left alone, so short an operation is hardly ever interrupted. So wherever the registry calls code
//! of its user's (the key's `Hash` and `Eq`, a listener's look-up, an update's function), and before
//! and after each operation, a thread gives way to the others now and then ([`jitter`]): before the
//! registry locks anything, while it holds the key's lock, and in the midst of a death.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::hash::{Hash, Hasher};
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Barrier, Mutex, PoisonError, mpsc};
use std::thread;

use registry_runtime::prelude::*;
use registry_tests::Random;
use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

use super::checker::{Act, Done, Event};

const THREADS: usize = 4;
/// Processes that a thread has: it goes to the next when it has ended one.
const LIVES: usize = 2;
const KEYS: [Key; 2] = [Key(0), Key(1)];
const STEPS: usize = 7;

thread_local! {
    static JITTER: RefCell<Random> = RefCell::new(Random::new(1));
}

/// Gives way to other threads, now and then.
fn jitter() {
    let yields = JITTER.with_borrow_mut(|random| random.below(6));
    for _ in 3..yields {
        thread::yield_now();
    }
}

/// A key at which threads give way to one another.
#[derive(Clone, Copy, Debug, Eq, PartialOrd, Ord)]
pub(crate) struct Key(u8);

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        jitter();
        self.0.hash(state);
        jitter();
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        jitter();
        self.0 == other.0
    }
}

/// A registry that is to be linearizable.
pub(crate) fn registry(partitions: usize) -> Registry<Key, u64> {
    let registry = Registry::builder().partitions(partitions).listener(|| {
        jitter();
        None
    });
    registry.build().expect("the options are good")
}

/// Whose processes a thread ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kills {
    /// Its own, between two operations.
    Own,
    /// Anybody's, in the midst of what they do.
    Others,
}

/// The events of each key.
pub(crate) type History = BTreeMap<Key, Vec<Event>>;

/// What is tested: a registry, or something that claims to be one.
pub(crate) trait Names: Clone + Send + Sync + 'static {
    fn start(&self);
    fn register(&self, ctx: &Process<()>, key: Key, value: u64) -> Result<(), RegisterError>;
    fn unregister(&self, ctx: &Process<()>, key: Key);
    fn update(&self, ctx: &Process<()>, key: Key, by: u64) -> Option<(u64, u64)>;
    fn lookup(&self, key: Key) -> Option<(Pid, u64)>;
    fn values(&self, key: Key, pid: Pid) -> Vec<u64>;
    /// After a death, for what cleans up only when it is told.
    fn forget(&self, pid: Pid);
}

impl Names for Registry<Key, u64> {
    fn start(&self) {
        Registry::start(self).expect("it does not run yet");
    }
    fn register(&self, ctx: &Process<()>, key: Key, value: u64) -> Result<(), RegisterError> {
        self.register(ctx, key, value)
    }
    fn unregister(&self, ctx: &Process<()>, key: Key) {
        self.unregister(ctx, &key);
    }
    fn update(&self, ctx: &Process<()>, key: Key, by: u64) -> Option<(u64, u64)> {
        self.update_value(ctx, &key, |value| {
            jitter();
            value + by
        })
    }
    fn lookup(&self, key: Key) -> Option<(Pid, u64)> {
        self.lookup(&key)
    }
    fn values(&self, key: Key, pid: Pid) -> Vec<u64> {
        self.values(&key, pid)
    }
    fn forget(&self, _: Pid) {}
}

/// A map that looks whether a key is free, and then writes: not at once.
#[derive(Clone, Default)]
pub(crate) struct Racy(Arc<Mutex<HashMap<Key, (Pid, u64)>>>);

impl Racy {
    fn map<T>(&self, f: impl FnOnce(&mut HashMap<Key, (Pid, u64)>) -> T) -> T {
        f(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Names for Racy {
    fn start(&self) {}
    fn register(&self, ctx: &Process<()>, key: Key, value: u64) -> Result<(), RegisterError> {
        if let Some((pid, _)) = self.lookup(key) {
            return Err(RegisterError::AlreadyRegistered(pid));
        }
        jitter();
        self.map(|map| map.insert(key, (ctx.pid(), value)));
        Ok(())
    }
    fn unregister(&self, ctx: &Process<()>, key: Key) {
        self.map(|map| {
            if map.get(&key).is_some_and(|(pid, _)| *pid == ctx.pid()) {
                map.remove(&key);
            }
        });
    }
    fn update(&self, ctx: &Process<()>, key: Key, by: u64) -> Option<(u64, u64)> {
        self.map(|map| {
            let (_, value) = map.get_mut(&key).filter(|(pid, _)| *pid == ctx.pid())?;
            *value += by;
            Some((*value, *value - by))
        })
    }
    fn lookup(&self, key: Key) -> Option<(Pid, u64)> {
        self.map(|map| map.get(&key).copied())
    }
    fn values(&self, key: Key, pid: Pid) -> Vec<u64> {
        let found = self.lookup(key).filter(|(owner, _)| *owner == pid);
        found.map(|(_, value)| value).into_iter().collect()
    }
    fn forget(&self, pid: Pid) {
        self.map(|map| map.retain(|_, (owner, _)| *owner != pid));
    }
}

/// A process whose own handle is on another thread; it ends when it is told to, or is killed.
struct Life {
    ctx: Process<()>,
    end: Option<oneshot::Sender<()>>,
}

impl Life {
    async fn begin() -> Self {
        let (send, sent) = oneshot::channel();
        let (end, ended) = oneshot::channel::<()>();
        spawn(async move |ctx: Process<()>| {
            let _ = send.send(ctx);
            let _ = ended.await;
        });
        let ctx = sent.await.expect("the process begins");
        Self {
            ctx,
            end: Some(end),
        }
    }
}

/// What the threads of one history share.
struct Shared<N> {
    names: N,
    kills: Kills,
    pids: Vec<Pid>,
    clock: AtomicU64,
    begin: Barrier,
    runtime: Handle,
}

impl<N> Shared<N> {
    fn now(&self) -> u64 {
        self.clock.fetch_add(1, Ordering::SeqCst)
    }

    /// The number of a process in the history.
    fn number(&self, pid: Pid) -> u8 {
        let at = self.pids.iter().position(|other| *other == pid);
        u8::try_from(at.expect("a process of this history")).unwrap_or(u8::MAX)
    }
}

/// What one thread is to do.
struct Part<N> {
    shared: Arc<Shared<N>>,
    lives: Vec<Life>,
    random: Random,
    /// The first of the values that are its own.
    value: u64,
}

/// Records a history for each seed, until `check` says that it has seen enough.
pub(crate) fn record<N: Names>(
    names: &N,
    seeds: Range<u64>,
    kills: Kills,
    mut check: impl FnMut(u64, History) -> bool,
) {
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    let _entered = runtime.enter();
    names.start();
    let (tell, told) = mpsc::channel();
    thread::scope(|scope| {
        let threads: Vec<mpsc::Sender<Part<N>>> = (0..THREADS)
            .map(|_| {
                let (send, parts) = mpsc::channel::<Part<N>>();
                let tell = tell.clone();
                scope.spawn(move || {
                    for part in parts {
                        let _ = tell.send(part.play());
                    }
                });
                send
            })
            .collect();
        for seed in seeds {
            let mut lives: Vec<Vec<Life>> = (0..THREADS)
                .map(|_| {
                    (0..LIVES)
                        .map(|_| runtime.block_on(Life::begin()))
                        .collect()
                })
                .collect();
            let shared = Arc::new(Shared {
                names: names.clone(),
                kills,
                pids: lives.iter().flatten().map(|life| life.ctx.pid()).collect(),
                clock: AtomicU64::new(0),
                begin: Barrier::new(THREADS),
                runtime: runtime.handle().clone(),
            });
            for (at, thread) in (0..).zip(&threads) {
                let part = Part {
                    shared: Arc::clone(&shared),
                    lives: lives.pop().unwrap_or_default(),
                    random: Random::new(seed.wrapping_mul(31) + at),
                    value: at * 1_000,
                };
                thread.send(part).expect("the thread runs");
            }
            let (mut history, mut left) = (History::new(), Vec::new());
            for _ in 0..THREADS {
                let (events, lives) = told.recv().expect("the threads run");
                for (key, event) in events {
                    history.entry(key).or_default().push(event);
                }
                // They live until all threads are done: their deaths would be no part of it.
                left.push(lives);
            }
            // Nothing of one history is there in the next.
            for pid in &shared.pids {
                pid.exit(ExitReason::Kill);
                runtime.block_on(pid.ended());
                names.forget(*pid);
            }
            for key in KEYS {
                assert_eq!(
                    names.lookup(key),
                    None,
                    "seed {seed}: a ghost under {key:?}"
                );
            }
            if !check(seed, history) {
                break;
            }
        }
    });
}

impl<N: Names> Part<N> {
    /// Does something a few times: what came of it, by key, and what is left.
    fn play(mut self) -> (Vec<(Key, Event)>, Vec<Life>) {
        let mut events = Vec::new();
        let seed = self.random.below(usize::MAX) as u64;
        JITTER.with_borrow_mut(|random| *random = Random::new(seed));
        self.shared.begin.wait();
        for _ in 0..STEPS {
            let key = KEYS[self.random.below(KEYS.len())];
            match self.random.below(20) {
                0..=1 if self.shared.kills == Kills::Own && self.lives.len() > 1 => {
                    self.end_own(&mut events);
                }
                0 if self.shared.kills == Kills::Others => self.kill_any(&mut events),
                what => self.operate(what, key, &mut events),
            }
        }
        (events, self.lives)
    }

    fn operate(&mut self, what: usize, key: Key, events: &mut Vec<(Key, Event)>) {
        let Self {
            shared,
            lives,
            value,
            ..
        } = self;
        let (names, ctx) = (&shared.names, &lives[0].ctx);
        let process = shared.number(ctx.pid());
        *value += 1;
        let begun = shared.now();
        jitter();
        let (act, done) = match what {
            0..=8 => {
                let done = match names.register(ctx, key, *value) {
                    Ok(()) => Done::Ok,
                    Err(RegisterError::AlreadyRegistered(pid)) => Done::Taken(shared.number(pid)),
                    Err(RegisterError::Exiting) => Done::Exiting,
                    Err(error) => panic!("{error}"),
                };
                (Act::Register(*value), done)
            }
            9..=12 => {
                names.unregister(ctx, key);
                (Act::Unregister, Done::Ok)
            }
            13..=14 => (Act::Update(100), Done::Updated(names.update(ctx, key, 100))),
            15 => {
                let values = names.values(key, ctx.pid());
                (Act::Values, Done::Values(values.first().copied()))
            }
            _ => {
                let found = names.lookup(key);
                let found = found.map(|(pid, value)| (shared.number(pid), value));
                (Act::Lookup, Done::Found(found))
            }
        };
        jitter();
        let over = shared.now();
        events.push((
            key,
            Event {
                process,
                begun,
                over,
                act,
                done,
            },
        ));
        if done == Done::Exiting && lives.len() > 1 {
            // Killed by another thread: it is its next process from now on.
            lives.remove(0);
        }
    }

    /// Ends the process that the thread is, and is another one from then on.
    fn end_own(&mut self, events: &mut Vec<(Key, Event)>) {
        let mut life = self.lives.remove(0);
        let pid = life.ctx.pid();
        let begun = self.shared.now();
        match life.end.take() {
            Some(end) if self.random.below(2) == 0 => drop(end),
            _ => pid.exit(ExitReason::Kill),
        }
        self.end(pid, begun, events);
    }

    /// Kills a process of any thread.
    fn kill_any(&mut self, events: &mut Vec<(Key, Event)>) {
        let pid = self.shared.pids[self.random.below(THREADS * LIVES)];
        let begun = self.shared.now();
        pid.exit(ExitReason::Kill);
        self.end(pid, begun, events);
    }

    /// Waits for a process's end, and notes its steps under all keys.
    fn end(&self, pid: Pid, begun: u64, events: &mut Vec<(Key, Event)>) {
        let shared = &self.shared;
        shared.runtime.block_on(pid.ended());
        shared.names.forget(pid);
        let (process, over) = (shared.number(pid), shared.now());
        for key in KEYS {
            for act in [Act::Close, Act::Leave] {
                let event = Event {
                    process,
                    begun,
                    over,
                    act,
                    done: Done::Ok,
                };
                events.push((key, event));
            }
        }
    }
}
