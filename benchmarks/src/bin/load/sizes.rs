//! What is measured at one size.

use std::hint::black_box;
use std::time::Instant;

use benchmarks::run::{Flavor, Random, names, resident};
use registry_runtime::prelude::*;
use registry_runtime::spawn;
use tokio::sync::oneshot;

use super::Figure;

/// Operations of each kind at each size.
const OPERATIONS: u64 = 2_500_000;

supervision_tree! {
    Load, strategy = one_for_one;

    registry!<pub(crate) Sessions, keys = unique, key = String>;
    registry!<pub(crate) Topics, keys = duplicate, key = String, message = Heard>;
    registry!<pub(crate) InOne, keys = duplicate, key = String, message = Heard, partitions = 1>;
    registry!<pub(crate) InMany, keys = duplicate, key = String, message = Heard, partitions = 64>;
    dynamic_supervisor!<pub(crate) SessionSup>;
}

/// A server with a `u64` of state.
#[gen_server(registry = Sessions, key = <name>)]
struct Session {
    name: String,
    #[default]
    count: u64,
}

#[gen_server]
impl Session {
    #[call]
    fn get(&self) -> u64 {
        self.count
    }

    #[cast]
    fn add(&mut self, n: u64) {
        self.count += n;
    }
}

/// What a topic is sent: the last one who hears it says so.
#[derive(Clone)]
pub(crate) struct Heard(benchmarks::latch::Latch);

#[gen_server]
struct Subscriber {}

#[gen_server]
impl Subscriber {
    fn init(&mut self, ctx: &mut Ctx<Self>) -> Result<(), ExitReason> {
        Topics::register(ctx, "topic".to_owned(), ()).map_err(ExitReason::error)
    }

    #[info]
    fn on_heard(&mut self, heard: Heard) {
        heard.0.hit();
    }
}

/// The figures of one size.
pub(crate) fn measure(case: &str, n: u64) -> Option<Vec<Figure>> {
    let measure = Measure {
        case: case.to_owned(),
        n,
        figures: Vec::new(),
    };
    registry_runtime::set_reporter(|_| ());
    Flavor::Mt.run(async move {
        let app = Load::start().await.ok()?;
        std::mem::forget(app);
        match measure.case.as_str() {
            "servers" => measure.servers().await,
            "topic" => measure.topic().await,
            "holder" => measure.holder().await,
            "entries" => measure.entries().await,
            _ => None,
        }
    })
}

struct Measure {
    case: String,
    n: u64,
    figures: Vec<Figure>,
}

/// Nanoseconds each, sorted into bins finer than a hundredth: millions of them take no room.
struct Times {
    bins: Vec<u64>,
    count: u64,
    most: u64,
}

impl Times {
    fn new() -> Self {
        Self {
            bins: vec![0; 64 * 128],
            count: 0,
            most: 0,
        }
    }

    fn time<R>(&mut self, operation: impl FnOnce() -> R) -> R {
        let start = Instant::now();
        let result = operation();
        self.add(start);
        result
    }

    fn add(&mut self, start: Instant) {
        let ns = (start.elapsed().as_nanos() as u64).max(1);
        let power = ns.ilog2();
        let part = ((ns << (63 - power)) >> 56) & 127;
        self.bins[(u64::from(power) * 128 + part) as usize] += 1;
        self.count += 1;
        self.most = self.most.max(ns);
    }

    /// The time that this part of all took at most.
    fn quantile(&self, part: f64) -> f64 {
        let mut left = (self.count as f64 * part) as u64;
        for (bin, &count) in (0_u64..).zip(&self.bins) {
            if count > left {
                return ((128 + bin % 128) as f64 / 128.0) * 2_f64.powi((bin / 128) as i32);
            }
            left -= count;
        }
        self.most as f64
    }
}

impl Measure {
    fn times(&mut self, what: &str, times: &Times) {
        let mut values: Vec<f64> = [0.5, 0.99, 0.999].map(|part| times.quantile(part)).into();
        values.push(times.most as f64);
        self.figure(what, "ns", values);
    }

    fn figure(&mut self, what: &str, unit: &str, values: Vec<f64>) {
        self.figures.push(Figure {
            case: self.case.clone(),
            size: self.n,
            what: what.to_owned(),
            unit: unit.to_owned(),
            values,
        });
    }

    /// Memory beyond `before`, for each of `n`.
    fn bytes(&mut self, what: &str, before: u64) {
        let each = resident().saturating_sub(before) as f64 / self.n as f64;
        self.figure(what, "bytes", vec![each]);
    }

    fn clock(&mut self) {
        let mut times = Times::new();
        for _ in 0..OPERATIONS {
            times.time(|| ());
        }
        self.times("clock", &times);
    }

    async fn servers(mut self) -> Option<Vec<Figure>> {
        let all = names(self.n);
        self.clock();
        let before = resident();
        let mut times = Times::new();
        let mut pids = Vec::with_capacity(all.len());
        for name in &*all {
            let spec = Session::child_spec(name.clone()).restart(Restart::Temporary);
            let start = Instant::now();
            pids.push(SessionSup::start_child(spec).await.ok()?.pid());
            times.add(start);
        }
        self.times("start", &times);
        // Those that have been started run for the first time.
        Session::via(all.last()?).get().await.ok()?;
        self.bytes("a server", before);

        let (mut random, mut times) = (Random::new(7), Times::new());
        for _ in 0..OPERATIONS {
            let name = &all[random.below(self.n)];
            times.time(|| black_box(Sessions::lookup(&**name)))?;
        }
        self.times("lookup", &times);

        let mut times = Times::new();
        for i in 0..OPERATIONS {
            let name = &all[random.below(self.n)];
            times.time(|| Session::via(name).add(1)).ok()?;
            if i % 1_000 == 0 {
                tokio::task::yield_now().await;
            }
        }
        self.times("cast", &times);

        // By a process, which is checked for deadlocks.
        let (sender, done) = oneshot::channel();
        let (clients, n) = (std::sync::Arc::clone(&all), self.n);
        spawn(move |_: Process<()>| async move {
            let mut times = Times::new();
            for _ in 0..OPERATIONS / 5 {
                let name = &clients[random.below(n)];
                let start = Instant::now();
                if Session::via(name).get().await.is_err() {
                    return;
                }
                times.add(start);
            }
            let _ = sender.send(times);
        });
        self.times("call", &done.await.ok()?);

        let start = Instant::now();
        for pid in pids {
            pid.exit(ExitReason::Kill);
        }
        while Sessions::count() > 0 || SessionSup::count_children().specs > 0 {
            tokio::task::yield_now().await;
        }
        let each = start.elapsed().as_nanos() as f64 / self.n as f64;
        self.figure("death", "ns", vec![each]);
        Some(self.figures)
    }

    async fn topic(mut self) -> Option<Vec<Figure>> {
        let before = resident();
        let mut times = Times::new();
        for _ in 0..self.n {
            let start = Instant::now();
            let subscriber = Subscriber::start().await.ok()?;
            times.add(start);
            drop(subscriber);
        }
        self.times("start and join", &times);
        self.bytes("a subscriber", before);
        let rounds = (OPERATIONS / self.n).clamp(20, 2_000);
        let (mut sent, mut heard) = (Vec::new(), Vec::new());
        for _ in 0..rounds {
            let latch = benchmarks::latch::Latch::new(self.n);
            let start = Instant::now();
            Topics::publish("topic", Heard(latch.clone()));
            sent.push(start.elapsed().as_nanos() as f64 / self.n as f64);
            latch.wait().await;
            heard.push(start.elapsed().as_nanos() as f64 / self.n as f64);
        }
        self.spread("publish: send, each", sent);
        self.spread("publish: all heard, each", heard);
        self.small_topics().await?;
        self.in_process(|ctx| {
            let mut times = Times::new();
            for _ in 0..OPERATIONS / 10 {
                times.time(|| {
                    Topics::register(ctx, "topic".to_owned(), ()).expect("a registry");
                    Topics::unregister(ctx, "topic");
                });
            }
            times
        })
        .await
        .map(|times| self.times("join and leave", &times))?;
        Some(self.figures)
    }

    /// A topic of ten beside `n` others, in one partition and in 64: only the partition of its key is read.
    async fn small_topics(&mut self) -> Option<()> {
        let n = self.n;
        let (sender, done) = oneshot::channel();
        spawn(move |ctx: Process<Heard>| async move {
            for i in 0..n {
                InOne::register(&ctx, format!("other:{i}"), ()).expect("a registry");
                InMany::register(&ctx, format!("other:{i}"), ()).expect("a registry");
            }
            let _ = sender.send(());
            std::future::pending::<()>().await;
        });
        done.await.ok()?;
        for _ in 0..10 {
            let (sender, done) = oneshot::channel();
            spawn(move |mut ctx: Process<Heard>| async move {
                InOne::register(&ctx, "small".to_owned(), ()).expect("a registry");
                InMany::register(&ctx, "small".to_owned(), ()).expect("a registry");
                let _ = sender.send(());
                loop {
                    ctx.recv().await.0.hit();
                }
            });
            done.await.ok()?;
        }
        for (what, publish) in [
            (
                "publish to a topic of 10: send, 1 partition",
                InOne::publish as fn(&str, Heard) -> usize,
            ),
            (
                "publish to a topic of 10: send, 64 partitions",
                InMany::publish,
            ),
        ] {
            let mut times = Times::new();
            for _ in 0..OPERATIONS / 100 {
                let latch = benchmarks::latch::Latch::new(10);
                let heard = Heard(latch.clone());
                let sent = times.time(|| publish("small", heard));
                (sent == 10).then_some(())?;
                latch.wait().await;
            }
            self.times(what, &times);
        }
        Some(())
    }

    async fn holder(mut self) -> Option<Vec<Figure>> {
        let n = self.n;
        let before = resident();
        let (sender, done) = oneshot::channel();
        let holder = spawn(move |ctx: Process<Heard>| async move {
            let keys: Vec<String> = (0..n).map(|i| format!("mine:{i}")).collect();
            let mut first = Times::new();
            for key in &keys {
                let key = key.clone();
                first.time(|| Topics::register(&ctx, key, ()).expect("a registry"));
            }
            let bytes = resident();
            let (mut again, mut random) = (Times::new(), Random::new(3));
            for _ in 0..OPERATIONS / 5 {
                let key = &keys[random.below(n)];
                again.time(|| {
                    Topics::unregister(&ctx, &**key);
                    Topics::register(&ctx, key.clone(), ()).expect("a registry");
                });
            }
            let _ = sender.send((first, again, bytes));
            std::future::pending::<()>().await;
        });
        let (first, again, bytes) = done.await.ok()?;
        self.times("register", &first);
        self.times("unregister and register", &again);
        let each = bytes.saturating_sub(before) as f64 / n as f64;
        self.figure("a key", "bytes", vec![each]);
        let start = Instant::now();
        holder.pid().exit(ExitReason::Kill);
        holder.pid().ended().await;
        let each = start.elapsed().as_nanos() as f64 / n as f64;
        self.figure("death, a key", "ns", vec![each]);
        (Topics::count() == 0).then_some(self.figures)
    }

    async fn entries(mut self) -> Option<Vec<Figure>> {
        let n = self.n;
        let before = resident();
        // Held by processes of a thousand keys each.
        for first in (0..n).step_by(1_000) {
            let (sender, done) = oneshot::channel();
            spawn(move |ctx: Process<()>| async move {
                for i in first..n.min(first + 1_000) {
                    Sessions::register(&ctx, format!("session:{i}"), ()).expect("a free key");
                }
                let _ = sender.send(());
                std::future::pending::<()>().await;
            });
            done.await.ok()?;
        }
        self.bytes("an entry", before);
        let (mut random, mut times) = (Random::new(5), Times::new());
        for _ in 0..OPERATIONS {
            let name = format!("session:{}", random.below(n));
            times.time(|| black_box(Sessions::lookup(&*name)))?;
        }
        self.times("lookup", &times);
        let times = self
            .in_process(|ctx| {
                let mut times = Times::new();
                for i in 0..OPERATIONS / 5 {
                    let key = format!("mine:{}", i % 10_000);
                    times.time(|| {
                        Sessions::register(ctx, key.clone(), ()).expect("a free key");
                        Sessions::unregister(ctx, &*key);
                    });
                }
                times
            })
            .await?;
        self.times("register and unregister", &times);
        let start = Instant::now();
        let all = Sessions::count_select(|_: &String, _, ()| true) as u64;
        let each = start.elapsed().as_nanos() as f64 / n as f64;
        self.figure("count_select, an entry", "ns", vec![each]);
        (all == n).then_some(self.figures)
    }

    /// The middle, and the most, of some rounds.
    fn spread(&mut self, what: &str, mut rounds: Vec<f64>) {
        rounds.sort_unstable_by(f64::total_cmp);
        let at = |part: f64| rounds[((rounds.len() as f64 * part) as usize).min(rounds.len() - 1)];
        let values = vec![at(0.5), at(0.99), at(0.999), at(1.0)];
        self.figure(what, "ns", values);
    }

    /// Runs `work` in a process.
    async fn in_process<R, F>(&self, work: F) -> Option<R>
    where
        R: Send + 'static,
        F: FnOnce(&Process<Heard>) -> R + Send + 'static,
    {
        let (sender, done) = oneshot::channel();
        spawn(move |ctx: Process<Heard>| async move {
            let _ = sender.send(work(&ctx));
        });
        done.await.ok()
    }
}
