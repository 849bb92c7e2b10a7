//! What each optional thing costs: the same measurement without and with it.

use std::hint::black_box;
use std::time::Duration;

use registry_runtime::prelude::*;
use registry_runtime::{Backoff, spawn};
use tokio::sync::oneshot;

use crate::actors::{Actors, Crowd};
use crate::case::Kind;
use crate::run::{Clock, Run, Samples, names, resident};

use super::{client, crowd};

supervision_tree! {
    Optional, strategy = one_for_one;

    registry!<Quiet, keys = unique, key = String>;
    registry!<Heard, keys = unique, key = String>;
}

/// As the plain counter, with a limit that is never reached.
#[gen_server(mailbox = 100_000)]
struct Bounded {
    #[default]
    count: u64,
}

#[gen_server]
impl Bounded {
    #[call]
    fn get(&self) -> u64 {
        self.count
    }

    #[cast]
    fn add(&mut self, n: u64) {
        self.count += n;
    }
}

#[gen_server]
struct Listener {}

#[gen_server]
impl Listener {
    #[info]
    fn on_event(&mut self, _event: RegistryEvent<String>) {}

    async fn init(&mut self, ctx: &mut Ctx<Self>) -> Result<(), ExitReason> {
        Heard::listen(ctx)?;
        Ok(())
    }
}

pub(super) async fn measure(kind: Kind, run: Run) -> Samples {
    match kind {
        Kind::Bounded => bounded(run).await,
        Kind::Snapshots => snapshots(run).await,
        Kind::Listeners => listeners(run).await,
        Kind::Nodes => nodes(run).await,
        _ => backoff(run).await,
    }
}

async fn bounded(run: Run) -> Samples {
    let plain = client::Counter::start().await.expect("a server");
    let limited = Bounded::start().await.expect("a server");
    macro_rules! steady {
        ($server:ident, $batch:literal, |$n:ident| $work:expr) => {{
            let $server = $server.clone();
            client::Ours::client(async move {
                run.steady($batch, |$n| {
                    let $server = $server.clone();
                    async move { $work }
                })
                .await
            })
            .await
        }};
    }
    macro_rules! cast {
        ($server:ident) => {
            steady!($server, 20_000, |n| {
                for _ in 0..n {
                    let _ = $server.add(1);
                }
                let _ = $server.get().await;
            })
        };
    }
    macro_rules! call {
        ($server:ident) => {
            steady!($server, 500, |n| {
                for _ in 0..n {
                    let _ = $server.get().await;
                }
            })
        };
    }
    vec![
        ("cast off", cast!(plain)),
        ("cast on", cast!(limited)),
        ("call off", call!(plain)),
        ("call on", call!(limited)),
    ]
}

/// Calls by name beside idle servers, while somebody takes a snapshot a second.
async fn snapshots(run: Run) -> Samples {
    crowd::Ours::boot().await;
    for i in 0..run.n {
        crowd::Ours::start(i).await;
    }
    let calls = || async move {
        let steady = run.steady(500, |n| async move {
            for i in 0..n {
                let _ = crowd::Session::via(i).get().await;
            }
        });
        steady.await
    };
    // Long enough for some snapshots to be taken.
    let run = Run {
        time: run.time.max(Duration::from_millis(2500)),
        ..run
    };
    let off = client::Ours::client(calls()).await;
    let polling = tokio::spawn(async {
        let mut every = tokio::time::interval(Duration::from_secs(1));
        loop {
            every.tick().await;
            black_box(Node::current().snapshot());
        }
    });
    let on = client::Ours::client(calls()).await;
    polling.abort();
    let _ = run;
    vec![("call off", off), ("call on", on)]
}

async fn listeners(run: Run) -> Samples {
    std::mem::forget(Optional::start().await.expect("a tree"));
    Listener::start().await.expect("a server");
    let (sender, done) = oneshot::channel();
    spawn(move |ctx: Process<()>| async move {
        let keys = names(run.n);
        macro_rules! pairs {
            ($registry:ident) => {
                run.steady_sync(run.n, |_| {
                    for key in keys.iter() {
                        $registry::register(&ctx, key.clone(), ()).expect("a free key");
                        $registry::unregister(&ctx, &**key);
                    }
                })
            };
        }
        let _ = sender.send((pairs!(Quiet), pairs!(Heard)));
    });
    let (off, on) = done.await.expect("a process");
    vec![("register off", off), ("register on", on)]
}

/// Lookups in a registry that is a value, and in a declared one, which finds the instance of its node.
async fn nodes(run: Run) -> Samples {
    std::mem::forget(Optional::start().await.expect("a tree"));
    let value: Registry<String> = Registry::builder().build().expect("options that fit");
    value.start().expect("a registry");
    let (sender, done) = oneshot::channel();
    spawn(move |ctx: Process<()>| async move {
        let key = names(1)[0].clone();
        value.register(&ctx, key.clone(), ()).expect("a free key");
        Quiet::register(&ctx, key.clone(), ()).expect("a free key");
        macro_rules! lookups {
            ($lookup:expr) => {
                run.steady_sync(1000, |n| {
                    for _ in 0..n {
                        black_box($lookup(black_box(&*key)));
                    }
                })
            };
        }
        let off = lookups!(|key: &str| value.lookup(key));
        let _ = sender.send((off, lookups!(|key: &str| Quiet::lookup(key))));
    });
    let (off, on) = done.await.expect("a process");
    vec![("lookup off", off), ("lookup on", on)]
}

/// Blocks of starts without and with a backoff.
const BLOCKS: u64 = 8;

async fn backoff(run: Run) -> Samples {
    crowd::Ours::boot().await;
    let backoff = Backoff::exponential(Duration::from_millis(10), Duration::from_secs(1));
    // Whoever comes first pays for what both use.
    // And so many that no table grows in one half alone, all of which double at about the same sizes.
    for i in 0..run.n * 4 {
        crowd::Ours::start(i).await;
    }
    // In turn, so that what memory costs at the moment falls on both.
    let (mut next, mut ns, mut bytes) = (run.n * 4, [0.0; 2], [0.0; 2]);
    for block in 0..2 * BLOCKS {
        let on = block % 2;
        let before = resident();
        let clock = Clock::start();
        for _ in 0..run.n / BLOCKS {
            let spec = crowd::Session::child_spec(next);
            let spec = if on == 1 { spec.backoff(backoff) } else { spec };
            crowd::SessionSup::start_child(spec).await.expect("a child");
            next += 1;
        }
        ns[on as usize] += clock.stop(run.n)[0].1;
        tokio::time::sleep(Duration::from_millis(20)).await;
        bytes[on as usize] += resident().saturating_sub(before) as f64 / run.n as f64;
    }
    vec![
        ("start off", ns[0]),
        ("start on", ns[1]),
        ("bytes off", bytes[0]),
        ("bytes on", bytes[1]),
    ]
}
