//! Random clients: they call, cast, publish, look up and manage children, and know what may come
//! of it.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use registry_runtime::prelude::*;
use registry_tests::Random;
use tokio::time::Instant;

use crate::audit;
use crate::book::Book;
use crate::plan::{DYNAMIC, PARTITIONS, Target, one_in, pick};
use crate::run::Forest;
use crate::servers::{Answer, Lane, Names, Narrow, Wide};

/// A task that attacks from outside.
pub struct Client {
    pub number: usize,
    pub book: Arc<Book>,
    pub forest: Arc<Forest>,
    pub random: Random,
    /// Casts that were taken, by name.
    by_name: HashMap<Target, u64>,
    /// Casts that were taken, by reference.
    by_ref: HashMap<Pid, u64>,
    news: HashMap<(u8, bool), u64>,
    refs: Vec<Ref>,
    own: Option<tasks::Own>,
}

#[derive(Clone)]
enum Ref {
    Wide(ServerRef<Wide>),
    Narrow(ServerRef<Narrow>),
}

macro_rules! with_ref {
    ($it:expr, |$server:ident| $body:expr) => {
        match $it {
            Ref::Wide($server) => $body,
            Ref::Narrow($server) => $body,
        }
    };
}

mod calls;
mod managing;
mod tasks;

impl Client {
    pub fn new(number: usize, book: &Arc<Book>, forest: &Arc<Forest>) -> Self {
        let seed = book.plan.seed.wrapping_mul(31).wrapping_add(number as u64);
        Self {
            number,
            book: Arc::clone(book),
            forest: Arc::clone(forest),
            random: Random::new(seed.wrapping_add(0xC11E_0000)),
            by_name: HashMap::new(),
            by_ref: HashMap::new(),
            news: HashMap::new(),
            refs: Vec::new(),
            own: None,
        }
    }

    pub async fn run(mut self) {
        for _ in 0..self.book.plan.steps {
            self.step().await;
        }
        self.end_agent().await;
        self.book.begins(self.number, "its end".to_owned());
    }

    async fn step(&mut self) {
        let to = crate::servers::anyone(&self.book, &mut self.random);
        let what = self.random.below(54);
        self.book
            .begins(self.number, format!("step {what} to {to:?}"));
        match what {
            0..=5 => self.ask(to).await,
            6..=8 => self.ask_by_ref(to).await,
            9..=14 => self.ticks(to),
            15..=16 => self.ticks_by_ref(to),
            17 => self.slow(to).await,
            18 => self.hang(to).await,
            19 => self.given_up(to).await,
            20..=21 => self.park(to).await,
            22 => drop(with_server!(to, |server| server.release())),
            23..=24 => self.relay(to).await,
            25..=26 => self.publish(),
            27 => self.callbacks(),
            28..=29 => self.membership(to),
            30 => self.meet(to),
            31..=33 => self.manage_dynamic().await,
            34..=35 => self.manage_root().await,
            36 => self.partitions().await,
            37 => audit::at_any_time(&self.book),
            38..=40 => {
                tokio::time::sleep(Duration::from_millis(self.random.below(6) as u64)).await;
            }
            41 => self.jump().await,
            42 => drop(with_server!(to, |server| server.block())),
            44..=47 => self.relay(to).await,
            48..=50 => self.task().await,
            51..=53 => self.agent().await,
            _ => tokio::task::yield_now().await,
        }
    }

    fn timeout(&mut self) -> Duration {
        Duration::from_millis(1 + self.random.below(12) as u64)
    }

    /// Looks whether what came of a call may be.
    fn came_of(
        &self,
        what: &str,
        of: Option<Pid>,
        begun: (Instant, Duration),
        came: &Result<Answer, CallError>,
        expected: (u64, Option<u32>),
    ) {
        let book = &self.book;
        book.note(|| format!("client {}: {what} of {of:?}: {came:?}", self.number));
        let wrong = |why: &str| book.violated(format!("{what} of {of:?} came to {came:?}: {why}"));
        match came {
            Ok(answer) => {
                if answer.token != expected.0 || expected.1.is_some_and(|id| id != answer.id) {
                    wrong("it is the answer to another call");
                }
                if book.is_exact() && of.is_some_and(|of| of != answer.pid) {
                    wrong("it is another server's");
                }
            }
            Err(CallError::NotRunning) => {}
            Err(CallError::Exited(reason)) => {
                if let Some(of) = of
                    && book.is_exact()
                {
                    book.told(of, reason, what);
                }
            }
            Err(CallError::Timeout) => {
                let (begun, timeout) = begun;
                let took = begun.elapsed();
                let jumped = book.jumped.load(Ordering::SeqCst) > 0;
                if took < timeout {
                    wrong("it is too early");
                }
                if book.is_exact() && !jumped && took > timeout + Duration::from_millis(2) {
                    wrong("it is too late");
                }
            }
            Err(CallError::NoReply) if what == "park" => {}
            Err(_) => wrong("nothing says that this may be"),
        }
    }

    /// The process that a call to this name goes to.
    fn found(to: Target) -> Option<Pid> {
        Names::lookup(&name(to)).map(|(pid, _)| pid)
    }

    fn lane(&self, by_ref: bool) -> Lane {
        Lane {
            client: self.number,
            by_ref,
        }
    }

    /// A reference to some server, perhaps one that is dead.
    fn reference(&mut self, to: Target) -> Option<Ref> {
        if self.refs.is_empty() || one_in(&mut self.random, 2) {
            let found = match to {
                Target::Wide(id) => Wide::via(&id).server_ref().map(Ref::Wide),
                Target::Narrow(id) => Narrow::via(&id).server_ref().map(Ref::Narrow),
            };
            self.refs.extend(found);
        }
        (!self.refs.is_empty()).then(|| pick(&mut self.random, &self.refs))
    }

    /// The clock jumps, for all.
    async fn jump(&mut self) {
        if self.book.is_exact() && self.book.plan.jumps {
            let millis = self.random.below(40) as u64;
            self.book.jumped.fetch_add(millis, Ordering::SeqCst);
            tokio::time::advance(Duration::from_millis(millis)).await;
        }
    }
}

/// The name that a server is registered under.
pub fn name(target: Target) -> String {
    format!("unit:{}", target.id())
}

const _: () = assert!(DYNAMIC < PARTITIONS);
