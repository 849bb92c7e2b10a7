//! The registries and servers of a run.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use registry_runtime::prelude::*;
use registry_tests::{Bomb, Random};

use crate::book::{Book, Home};
use crate::plan::{DYNAMIC, Id, Last, PARTITIONS, Target, Unit, one_in};

/// How many partitions the registries of the next run have.
pub static PARTS: AtomicUsize = AtomicUsize::new(1);

fn parts() -> usize {
    PARTS.load(Ordering::SeqCst)
}

registry! { pub Names, keys = unique, key = String, value = Id, partitions = parts() }
registry! { pub Nicks, keys = unique, key = u8, value = Id, partitions = parts() }
registry! { pub Topics, keys = duplicate, key = u8, value = Id, message = News, partitions = parts() }
registry! { pub KeyTopics, keys = duplicate(by_key), key = u8, value = Id, message = News, partitions = parts() }

supervision_tree! {
    /// Only there to declare what stands in it.
    pub Unused;
    dynamic_supervisor!<pub Dynamic, max_children = 4, max_restarts = 40, within = 50ms>;
}

/// Whoever sends: a client, and whether it knows the server by reference or by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Lane {
    pub client: usize,
    pub by_ref: bool,
}

/// What is published to a topic: the client's own count of its news to it.
#[derive(Clone, Debug)]
pub struct News {
    pub client: usize,
    pub topic: u8,
    pub number: u64,
    pub by_key: bool,
}

/// What a server answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    pub token: u64,
    pub id: Id,
    pub pid: Pid,
}

/// What a panic in a run says, so that it can be told from others.
pub const PLANNED: &str = "as planned";

/// The state's part in the model: when it is dropped, the state is.
pub struct Here {
    book: Arc<Book>,
    pid: Pid,
}

impl Drop for Here {
    fn drop(&mut self) {
        self.book.gone(self.pid);
    }
}

/// What all servers have besides their type.
#[derive(Default)]
pub struct Memory {
    here: Option<Here>,
    seen: HashMap<Lane, u64>,
    news: HashMap<(usize, u8, bool), u64>,
    /// Topics that were joined.
    joined: HashSet<(u8, bool)>,
    /// Those that were left, so that some of their news may have passed unheard, or joined twice,
    /// so that each is heard twice.
    gaps: HashSet<(u8, bool)>,
    parked: Vec<(ReplyTo<Answer>, u64)>,
    bomb: Option<Bomb>,
}

/// A server's arguments.
#[derive(Clone)]
pub struct Args {
    pub book: Arc<Book>,
    pub unit: Arc<Unit>,
    pub home: Home,
}

impl Args {
    pub fn new(book: &Arc<Book>, unit: &Unit, home: Home) -> Self {
        Self {
            book: Arc::clone(book),
            unit: Arc::new(unit.clone()),
            home,
        }
    }

    fn id(&self) -> Id {
        self.unit.target.id()
    }
}

/// Waits for some milliseconds of the run's clock.
pub async fn wait(millis: u64) {
    tokio::time::sleep(Duration::from_millis(millis)).await;
}

impl Memory {
    fn tick(&mut self, args: &Args, pid: Pid, lane: Lane, number: u64) {
        args.book.handles(pid, "tick");
        let seen = self.seen.insert(lane, number);
        let expected = match seen {
            Some(seen) => seen + 1,
            None if lane.by_ref => 1,
            None => number,
        };
        args.book.check(number == expected, || {
            format!("{pid} got cast {number} of {lane:?}, and not {expected}")
        });
    }

    fn ask(&mut self, args: &Args, pid: Pid, lane: Lane, sent: u64, token: u64) -> Answer {
        args.book.handles(pid, "ask");
        let seen = self.seen.get(&lane).copied();
        let kept = seen.map_or(!lane.by_ref || sent == 0, |seen| seen == sent);
        args.book.check(kept, || {
            format!("{pid} got a call of {lane:?} after {sent} casts, and had got {seen:?}")
        });
        self.answer(args, pid, token)
    }

    fn answer(&self, args: &Args, pid: Pid, token: u64) -> Answer {
        args.book.answered(token);
        let id = args.id();
        Answer { token, id, pid }
    }

    fn park(&mut self, args: &Args, pid: Pid, reply: ReplyTo<Answer>, token: u64) {
        args.book.handles(pid, "park");
        self.parked.push((reply, token));
        if self.parked.len() > 2 {
            // Whoever waits longest gets no answer.
            drop(self.parked.remove(0));
        }
    }

    fn release(&mut self, args: &Args, pid: Pid) {
        for (reply, token) in std::mem::take(&mut self.parked) {
            let answer = self.answer(args, pid, token);
            reply.send(answer);
        }
    }

    fn joins(&mut self, topic: u8, by_key: bool) {
        if !self.joined.insert((topic, by_key)) {
            self.gaps.insert((topic, by_key));
        }
    }

    fn heard(&mut self, args: &Args, pid: Pid, news: &News) {
        args.book.handles(pid, "on_news");
        let lane = (news.client, news.topic, news.by_key);
        let seen = self.news.insert(lane, news.number);
        // A full mailbox misses some, and so does whoever was away.
        let may_miss = matches!(args.unit.target, Target::Narrow(_))
            || self.gaps.contains(&(news.topic, news.by_key));
        let kept =
            seen.is_none_or(|seen| news.number == seen + 1 || (may_miss && news.number >= seen));
        args.book
            .check(kept, || format!("{pid} heard {news:?} after {seen:?}"));
    }
}

macro_rules! server {
    ($name:ident, $($option:tt)*) => {
        #[gen_server(registry = Names, key = "unit:<id>", value = args.id(), $($option)*)]
        pub struct $name {
            id: Id,
            args: Args,
            #[default]
            memory: Memory,
        }

        #[gen_server]
        impl $name {
            async fn init(&mut self, ctx: &mut Ctx<Self>) -> Result<(), ExitReason> {
                let (args, pid) = (self.args.clone(), ctx.pid());
                let mut random = args.book.born(&args.unit, args.home, pid, ctx.parent());
                self.memory.here = Some(Here { book: Arc::clone(&args.book), pid });
                let calm = args.book.is_calm();
                ctx.trap_exit(args.unit.traps);
                for _ in 0..args.unit.topics {
                    self.join(random.below(5) as u8, one_in(&mut random, 2), ctx);
                }
                if one_in(&mut random, 3) {
                    self.nick(random.below(4) as u8, ctx);
                }
                if args.unit.init_waits && !calm {
                    wait(random.below(5) as u64).await;
                    args.book.handles(pid, "the rest of init");
                }
                if args.unit.init_fails > 0 && one_in(&mut random, args.unit.init_fails) && !calm {
                    match random.below(4) {
                        0 => panic!("{PLANNED}: in init"),
                        1 if args.unit.start_timeout.is_some() => std::future::pending().await,
                        2 => {
                            args.book.ignores(pid);
                            return Err(ExitReason::Ignore);
                        }
                        _ => return Err(ExitReason::error(PLANNED)),
                    }
                }
                if args.unit.drop_panics && !calm {
                    self.memory.bomb = Some(Bomb(PLANNED));
                }
                Ok(())
            }

            #[call]
            pub fn ask(&mut self, lane: Lane, sent: u64, token: u64, ctx: &mut Ctx<Self>) -> Answer {
                self.memory.ask(&self.args, ctx.pid(), lane, sent, token)
            }

            #[call]
            pub async fn slow(&mut self, millis: u64, token: u64, ctx: &mut Ctx<Self>) -> Answer {
                self.args.book.handles(ctx.pid(), "slow");
                wait(millis).await;
                self.args.book.handles(ctx.pid(), "the rest of slow");
                self.memory.answer(&self.args, ctx.pid(), token)
            }

            #[call]
            pub async fn hang(&mut self) {
                std::future::pending::<()>().await;
            }

            #[call]
            pub fn park(&mut self, reply: ReplyTo<Answer>, token: u64, ctx: &mut Ctx<Self>) {
                self.memory.park(&self.args, ctx.pid(), reply, token);
            }

            #[cast]
            pub fn release(&mut self, ctx: &mut Ctx<Self>) {
                self.memory.release(&self.args, ctx.pid());
            }

            #[call]
            pub async fn relay(&mut self, to: Target, token: u64, ctx: &mut Ctx<Self>) -> Result<Answer, CallError> {
                let (book, me) = (Arc::clone(&self.args.book), ctx.pid());
                book.handles(me, "relay");
                let answer = relayed(&book, me, to, token).await;
                book.handles(me, "the rest of relay");
                answer
            }

            #[cast]
            pub fn tick(&mut self, lane: Lane, number: u64, ctx: &mut Ctx<Self>) {
                self.memory.tick(&self.args, ctx.pid(), lane, number);
            }

            #[cast]
            pub fn crash(&mut self, ctx: &mut Ctx<Self>) {
                self.args.book.handles(ctx.pid(), "crash");
                panic!("{PLANNED}: in a handler");
            }

            #[cast]
            pub fn finish(&mut self, reason: ExitReason, ctx: &mut Ctx<Self>) {
                self.args.book.handles(ctx.pid(), "finish");
                ctx.stop(reason);
            }

            #[cast]
            pub fn block(&mut self) {
                std::thread::sleep(Duration::from_micros(200));
            }

            #[cast]
            pub fn meet(&mut self, other: Pid, link: bool, ctx: &mut Ctx<Self>) {
                if link {
                    self.args.book.linked(ctx.pid(), other);
                    ctx.link(other);
                } else {
                    let _ = ctx.monitor(other);
                }
            }

            #[cast]
            pub fn join(&mut self, topic: u8, by_key: bool, ctx: &mut Ctx<Self>) {
                let (book, pid) = (&self.args.book, ctx.pid());
                let (name, done) = if by_key {
                    ("KeyTopics", KeyTopics::register(ctx, topic, self.id))
                } else {
                    ("Topics", Topics::register(ctx, topic, self.id))
                };
                match done {
                    Ok(()) => {
                        book.entry(name, topic, pid, 1);
                        self.memory.joins(topic, by_key);
                    }
                    Err(error) => registering_failed(book, pid, &error),
                }
            }

            #[cast]
            pub fn leave(&mut self, topic: u8, by_key: bool, ctx: &mut Ctx<Self>) {
                if by_key {
                    KeyTopics::unregister(ctx, &topic);
                    self.args.book.entry("KeyTopics", topic, ctx.pid(), 0);
                } else {
                    Topics::unregister(ctx, &topic);
                    self.args.book.entry("Topics", topic, ctx.pid(), 0);
                }
                self.memory.gaps.insert((topic, by_key));
            }

            #[cast]
            pub fn nick(&mut self, nick: u8, ctx: &mut Ctx<Self>) {
                let (book, pid) = (&self.args.book, ctx.pid());
                match Nicks::register(ctx, nick, self.id) {
                    Ok(()) => book.entry("Nicks", nick, pid, 1),
                    Err(error) => registering_failed(book, pid, &error),
                }
            }

            #[cast]
            pub fn rename(&mut self, nick: u8, ctx: &mut Ctx<Self>) {
                Nicks::unregister(ctx, &nick);
                self.args.book.entry("Nicks", nick, ctx.pid(), 0);
                let key = format!("unit:{}", self.id);
                Names::update_value(ctx, &key, |id| *id);
            }

            #[info]
            fn on_news(&mut self, news: News, ctx: &mut Ctx<Self>) {
                self.memory.heard(&self.args, ctx.pid(), &news);
            }

            #[info]
            fn on_down(&mut self, down: Down, ctx: &mut Ctx<Self>) {
                self.args.book.handles(ctx.pid(), "on_down");
                self.args.book.told(down.pid, &down.reason, "Down");
            }

            #[info]
            fn on_exit(&mut self, exit: Exit, ctx: &mut Ctx<Self>) {
                self.args.book.handles(ctx.pid(), "on_exit");
                drop(exit);
            }

            async fn terminate(&mut self, reason: &ExitReason, ctx: &mut Ctx<Self>) {
                self.args.book.terminates(ctx.pid(), reason);
                let calm = self.args.book.is_calm();
                match self.args.unit.last {
                    Last::Panics if !calm => panic!("{PLANNED}: in terminate"),
                    Last::Hangs if !calm => wait(300).await,
                    Last::Waits => {
                        wait(1).await;
                        self.args.book.handles(ctx.pid(), "the rest of terminate");
                    }
                    _ => {}
                }
            }
        }
    };
}

server!(Wide, call_timeout = 5s);
server!(Narrow, mailbox = 3);

/// Calls a server from the handler of another, and looks whether what came of it may be.
async fn relayed(book: &Book, me: Pid, to: Target, token: u64) -> Result<Answer, CallError> {
    let timeout = Duration::from_millis(6);
    let lane = Lane {
        client: usize::MAX,
        by_ref: false,
    };
    let target = with_server!(to, |server| server.whereis());
    if let Some(target) = target {
        book.waits(me, target, token);
    }
    let answer = with_server!(to, |server| server
        .timeout(timeout)
        .ask(lane, 0, token)
        .await);
    book.waits_no_more(me);
    if let Err(CallError::Deadlock(path)) = &answer
        && book.is_exact()
    {
        let path: Vec<Pid> = path.pids().collect();
        book.check(
            path.first() == Some(&me) && book.is_cycle(&path, target),
            || format!("{me} was told of a deadlock that is none: {path:?}"),
        );
    }
    answer
}

/// Whether a name or topic could rightly be refused.
fn registering_failed(book: &Book, pid: Pid, error: &RegisterError) {
    match error {
        RegisterError::AlreadyRegistered(other) => {
            book.check(!book.is_exact() || !book.was_told(*other), || {
                format!("{pid} is kept from a name by {other}, which is dead")
            });
        }
        RegisterError::NotRunning(_) => book.check(book.plan.registries_die, || {
            format!("{pid} finds that a registry does not run")
        }),
        RegisterError::Exiting => {
            book.violated(format!(
                "{pid} is told in its handler that its names have left"
            ));
        }
        other => book.violated(format!("{pid} is told {other}")),
    }
}

impl Unit {
    /// How this server is started by a supervisor; its id there is its number.
    pub fn child(&self, book: &Arc<Book>, home: Home) -> AnyChildSpec {
        let args = Args::new(book, self, home);
        match self.target {
            Target::Wide(id) => self.typed(Wide::child_spec(id, args)).into(),
            Target::Narrow(id) => self.typed(Narrow::child_spec(id, args)).into(),
        }
    }

    /// The plan's options.
    pub fn typed<S: GenServer>(&self, spec: ChildSpec<S>) -> ChildSpec<S> {
        let mut spec = spec
            .id(self.target.id().to_string())
            .restart(self.restart)
            .shutdown(self.shutdown)
            .significant(self.significant);
        if let Some(backoff) = self.backoff {
            spec = spec.backoff(backoff);
        }
        if let Some(limit) = self.start_timeout {
            spec = spec.start_timeout(limit);
        }
        spec
    }
}

/// A server of the run, at random; any of them may not run.
pub fn anyone(book: &Book, random: &mut Random) -> Target {
    let count = random.below(12) as u32;
    Target::new(match random.below(8) {
        0 | 1 => DYNAMIC + count % 6,
        2 if book.plan.parts.is_some() => PARTITIONS + count % 4,
        _ => count,
    })
}
