//! Random clients: they call, cast, publish, look up and manage children, and know what may come
//! of it.

use std::collections::HashMap;
use std::future::poll_fn;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::Poll;
use std::time::Duration;

use registry_runtime::prelude::*;
use registry_tests::Random;
use tokio::time::Instant;

use crate::audit;
use crate::book::{Book, Home, Mode};
use crate::plan::{DYNAMIC, PARTITIONS, Target, one_in, pick};
use crate::run::Forest;
use crate::servers::{Answer, Args, KeyTopics, Lane, Names, Narrow, News, PLANNED, Topics, Wide};

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
        }
    }

    pub async fn run(mut self) {
        for _ in 0..self.book.plan.steps {
            self.step().await;
        }
        self.book.begins(self.number, "its end".to_owned());
    }

    async fn step(&mut self) {
        let to = crate::servers::anyone(&self.book, &mut self.random);
        let what = self.random.below(48);
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

    async fn ask(&mut self, to: Target) {
        let (token, of, timeout) = (self.book.token(), Self::found(to), self.timeout());
        let lane = self.lane(false);
        let sent = self.by_name.get(&to).copied().unwrap_or(0);
        let begun = (Instant::now(), timeout);
        let came = with_server!(to, |server| server
            .timeout(timeout)
            .ask(lane, sent, token)
            .await);
        self.came_of("ask", of, begun, &came, (token, Some(to.id())));
        let nobody = of.is_none() && self.book.is_exact();
        if nobody && came != Err(CallError::NotRunning) {
            self.book
                .violated(format!("a call to nobody came to {came:?}"));
        }
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

    async fn ask_by_ref(&mut self, to: Target) {
        let Some(server) = self.reference(to) else {
            return;
        };
        let (token, timeout, lane) = (self.book.token(), self.timeout(), self.lane(true));
        let begun = (Instant::now(), timeout);
        let pid = with_ref!(&server, |server| server.pid());
        let dead = self.book.was_told(pid);
        let sent = self.by_ref.get(&pid).copied().unwrap_or(0);
        let came = with_ref!(&server, |server| server
            .clone()
            .timeout(timeout)
            .ask(lane, sent, token)
            .await);
        self.came_of("ask by reference", Some(pid), begun, &came, (token, None));
        if dead && came != Err(CallError::NotRunning) {
            self.book
                .violated(format!("a call to the dead {pid} came to {came:?}"));
        }
    }

    fn ticks(&mut self, to: Target) {
        let lane = self.lane(false);
        for _ in 0..=self.random.below(6) {
            let count = self.by_name.entry(to).or_default();
            let number = *count + 1;
            match with_server!(to, |server| server.tick(lane, number)) {
                Ok(()) => *count = number,
                Err(error) => self.may_refuse(to, error),
            }
        }
    }

    fn ticks_by_ref(&mut self, to: Target) {
        let Some(server) = self.reference(to) else {
            return;
        };
        let lane = self.lane(true);
        let pid = with_ref!(&server, |server| server.pid());
        for _ in 0..=self.random.below(6) {
            let count = self.by_ref.entry(pid).or_default();
            let number = *count + 1;
            if with_ref!(&server, |server| server.tick(lane, number)).is_ok() {
                *count = number;
            }
        }
    }

    fn may_refuse(&self, to: Target, error: CastError) {
        let narrow = matches!(to, Target::Narrow(_));
        self.book.check(error != CastError::Full || narrow, || {
            format!("{to:?} has no room, and no limit")
        });
        let none = Self::found(to).is_none() || self.book.mode == Mode::Threads;
        self.book.check(error != CastError::NotRunning || none, || {
            format!("{to:?} is registered, and takes no cast: {error}")
        });
    }

    async fn slow(&mut self, to: Target) {
        let (token, of, timeout) = (self.book.token(), Self::found(to), self.timeout());
        let millis = self.random.below(15) as u64;
        let begun = (Instant::now(), timeout);
        let came = with_server!(to, |server| server
            .timeout(timeout)
            .slow(millis, token)
            .await);
        self.came_of("slow", of, begun, &came, (token, Some(to.id())));
    }

    async fn hang(&mut self, to: Target) {
        let timeout = self.timeout();
        let found = match to {
            Target::Wide(id) => Wide::via(&id).server_ref().map(Ref::Wide),
            Target::Narrow(id) => Narrow::via(&id).server_ref().map(Ref::Narrow),
        };
        let Some(server) = found else { return };
        let of = with_ref!(&server, |server| server.pid());
        let begun = (Instant::now(), timeout);
        let came = with_ref!(&server, |server| server
            .clone()
            .timeout(timeout)
            .hang()
            .await);
        // Somebody has to end it, or it hangs for the rest of the run.
        if came == Err(CallError::Timeout) {
            self.book.kills(of);
            of.exit(ExitReason::Kill);
        }
        let of = Some(of);
        match came {
            Ok(()) => self.book.violated("a call that hangs was answered"),
            Err(error) => self.came_of("hang", of, begun, &Err(error), (0, None)),
        }
    }

    /// Sends a call, and drops it after some polls.
    async fn given_up(&mut self, to: Target) {
        let token = self.book.token();
        let polls = self.random.below(4);
        with_server!(to, |server| some_polls(server.slow(2, token), polls).await);
    }

    async fn park(&mut self, to: Target) {
        let (token, of, timeout) = (self.book.token(), Self::found(to), self.timeout());
        let begun = (Instant::now(), timeout);
        let came = with_server!(to, |server| server.timeout(timeout).park(token).await);
        self.came_of("park", of, begun, &came, (token, Some(to.id())));
    }

    async fn relay(&mut self, to: Target) {
        let (token, of, timeout) = (self.book.token(), Self::found(to), self.timeout());
        let next = crate::servers::anyone(&self.book, &mut self.random);
        let begun = (Instant::now(), timeout);
        let came = with_server!(to, |server| server
            .timeout(timeout)
            .relay(next, token)
            .await);
        match came {
            Ok(Ok(answer)) => {
                let right = answer.token == token && answer.id == next.id();
                self.book
                    .check(right, || format!("relayed to {next:?}: {answer:?}"));
            }
            Ok(Err(_)) => {}
            Err(error) => self.came_of("relay", of, begun, &Err(error), (0, None)),
        }
    }

    fn publish(&mut self) {
        for _ in 0..=self.random.below(3) {
            let (topic, by_key) = (self.random.below(5) as u8, one_in(&mut self.random, 2));
            let number = self.news.entry((topic, by_key)).or_default();
            *number += 1;
            let news = News {
                client: self.number,
                topic,
                number: *number,
                by_key,
            };
            if by_key {
                KeyTopics::publish(&topic, news);
            } else {
                Topics::publish(&topic, news);
            }
        }
    }

    /// Callbacks that use the registry they are called by, and sometimes panic.
    fn callbacks(&mut self) {
        let topic = self.random.below(5) as u8;
        let panics = one_in(&mut self.random, 4);
        let dispatched = std::panic::catch_unwind(AssertUnwindSafe(|| {
            Topics::dispatch(&topic, |entries| {
                for entry in entries.iter() {
                    let keys = Topics::keys(entry.pid());
                    let there = keys.contains(&topic);
                    self.book.check(there || !self.book.is_exact(), || {
                        format!("{} is dispatched to, and has {keys:?}", entry.pid())
                    });
                    assert!(!panics, "{PLANNED}: in a callback");
                }
            });
        }));
        self.book.check(dispatched.is_ok() || panics, || {
            "dispatch panics".to_owned()
        });
    }

    fn membership(&mut self, to: Target) {
        let (key, by_key) = (self.random.below(5) as u8, one_in(&mut self.random, 2));
        match self.random.below(4) {
            0 => drop(with_server!(to, |server| server.join(key, by_key))),
            1 => drop(with_server!(to, |server| server.leave(key, by_key))),
            2 => drop(with_server!(to, |server| server.nick(key))),
            _ => drop(with_server!(to, |server| server.rename(key))),
        }
    }

    /// Has one server watch another, or be linked to it.
    fn meet(&mut self, to: Target) {
        let other = crate::servers::anyone(&self.book, &mut self.random);
        let link = self.book.plan.links && one_in(&mut self.random, 2);
        if let Some(pid) = Self::found(other)
            && other != to
        {
            let _ = with_server!(to, |server| server.meet(pid, link));
        }
    }

    async fn manage_dynamic(&mut self) {
        let Ok(dynamic) = crate::servers::Dynamic::handle() else {
            return;
        };
        let unit = pick(&mut self.random, &self.book.plan.dynamic);
        let id = unit.target.id();
        if one_in(&mut self.random, 3) {
            if let Some(pid) = Self::found(unit.target)
                && dynamic.terminate_child(pid).await.is_ok()
            {
                let told = pid.ended().await;
                self.book.told(pid, &told, "terminate_child");
            }
            return;
        }
        let _by_hand = self.book.by_hand(id);
        let started = if one_in(&mut self.random, 2) {
            let args = Args::new(&self.book, &unit, Home::Dynamic);
            match unit.target {
                Target::Wide(id) => {
                    let spec = unit.typed(Wide::child_spec(id, args));
                    dynamic.get_or_start(spec).await.map(|server| server.pid())
                }
                Target::Narrow(id) => {
                    let spec = unit.typed(Narrow::child_spec(id, args));
                    dynamic.get_or_start(spec).await.map(|server| server.pid())
                }
            }
        } else {
            dynamic
                .start_any(unit.child(&self.book, Home::Dynamic))
                .await
        };
        self.book
            .note(|| format!("client {}: started {id}: {started:?}", self.number));
        self.started(&started, unit.target);
    }

    /// Looks whether what came of a start may be.
    fn started(&self, started: &Result<Pid, StartError>, target: Target) {
        match started {
            Ok(_) => {}
            Err(StartError::AlreadyStarted(other)) => {
                let exact = self.book.is_exact();
                self.book.check(!exact || !self.book.was_told(*other), || {
                    format!("{target:?} is said to be {other}, which is dead")
                });
            }
            // Then it has left nothing behind.
            Err(StartError::Init(_) | StartError::Timeout | StartError::Ignored) => {}
            Err(
                StartError::MaxChildren
                | StartError::SupervisorNotRunning(_)
                | StartError::DuplicateId(_)
                | StartError::NotSignificant(_),
            ) => {}
            Err(StartError::RegistryNotRunning(_)) if self.book.plan.registries_die => {}
            Err(other) => self
                .book
                .violated(format!("a start of {target:?} came to {other:?}")),
        }
    }

    async fn manage_root(&mut self) {
        let roots = self.forest.roots();
        if roots.is_empty() {
            return;
        }
        let (_, root) = pick(&mut self.random, &roots);
        let children = root.which_children();
        if children.is_empty() {
            return;
        }
        let id = pick(&mut self.random, &children).id;
        let by_hand = id.parse().ok().map(|id| self.book.by_hand(id));
        match self.random.below(6) {
            0 => {
                let ended = root.terminate_child(&id).await;
                self.book.note(|| format!("terminated {id}: {ended:?}"));
                self.forest.terminated(root.pid(), &id);
            }
            1 if one_in(&mut self.random, 4) => {
                if root.delete_child(&id).await.is_ok() {
                    self.forest.terminated(root.pid(), &id);
                }
            }
            _ => {
                let again = root.restart_child(&id).await;
                self.book.note(|| format!("restarted {id}: {again:?}"));
                if matches!(again, Err(registry_runtime::SupervisorError::Start(_))) {
                    // Whoever asked is told, and it stays as it was.
                    self.forest.terminated(root.pid(), &id);
                }
            }
        }
        drop(by_hand);
    }

    async fn partitions(&mut self) {
        let Some(parts) = self.forest.parts() else {
            return;
        };
        if one_in(&mut self.random, 4) {
            let most = self.book.plan.parts.map_or(1, |(count, _)| count);
            let _by_hand: Vec<_> = (PARTITIONS..PARTITIONS + 4)
                .map(|id| self.book.by_hand(id))
                .collect();
            let count = 1 + self.random.below(most);
            let resized = parts.resize(count).await;
            self.book
                .note(|| format!("resized to {count}: {resized:?}"));
            return;
        }
        let (token, timeout) = (self.book.token(), self.timeout());
        let lane = Lane {
            client: usize::MAX,
            by_ref: false,
        };
        let begun = (Instant::now(), timeout);
        let key = self.random.below(100);
        let server = parts.via(&key).timeout(timeout);
        let of = server.whereis();
        let came = server.ask(lane, 0, token).await;
        let of = of.filter(|_| !matches!(came, Err(CallError::NotRunning)));
        self.came_of("ask a partition", of, begun, &came, (token, None));
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

/// Polls a call, and drops it after some polls.
async fn some_polls(call: impl Future, mut polls: usize) {
    let mut call = pin!(call);
    poll_fn(|cx| {
        if call.as_mut().poll(cx).is_ready() || polls == 0 {
            return Poll::Ready(());
        }
        polls -= 1;
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// The name that a server is registered under.
pub fn name(target: Target) -> String {
    format!("unit:{}", target.id())
}

const _: () = assert!(DYNAMIC < PARTITIONS);
