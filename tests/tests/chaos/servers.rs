//! The registries and servers of a run.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use registry_runtime::prelude::*;
use registry_tests::{Bomb, Random};

use crate::book::{Book, Home};
use crate::plan::{DYNAMIC, Id, Last, PARTITIONS, Target, Unit, one_in};

mod memory;

pub use memory::{Answer, Args, Here, Lane, Memory, News};

/// How many partitions the registries of the next run have.
pub static PARTS: AtomicUsize = AtomicUsize::new(1);

fn parts() -> usize {
    PARTS.load(Ordering::SeqCst)
}

/// How many tasks there may be at a time.
pub const JOBS: usize = 6;

registry! { pub Names, keys = unique, key = String, value = Id, partitions = parts() }
registry! { pub Nicks, keys = unique, key = u8, value = Id, partitions = parts() }
registry! { pub Topics, keys = duplicate, key = u8, value = Id, message = News, partitions = parts() }
registry! { pub KeyTopics, keys = duplicate(by_key), key = u8, value = Id, message = News, partitions = parts() }
registry! { pub Marks, keys = unique, key = u8, partitions = parts() }

supervision_tree! {
    /// Only there to declare what stands in it.
    pub Unused;
    dynamic_supervisor!<pub Dynamic, max_children = 4, max_restarts = 40, within = 50ms>;
    task_supervisor!<pub Jobs, max_children = JOBS, max_restarts = 1_000, within = 50ms>;
}

/// What a panic in a run says, so that it can be told from others.
pub const PLANNED: &str = "as planned";

/// Waits for some milliseconds of the run's clock.
pub async fn wait(millis: u64) {
    tokio::time::sleep(Duration::from_millis(millis)).await;
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
