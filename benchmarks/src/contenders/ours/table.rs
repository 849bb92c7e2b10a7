//! The registry as a table: entries held by processes of a thousand keys each.

use registry_runtime::prelude::*;
use registry_runtime::spawn;
use tokio::sync::oneshot;

use crate::case::Kind;
use crate::measure::table::{self, Table};
use crate::run::{Run, Samples, resident};

supervision_tree! {
    Tables, strategy = one_for_one;

    registry!<Sessions, keys = unique, key = String>;
    registry!<Topics, keys = duplicate, key = String>;
}

/// Keys that each of the other processes holds.
const HELD: u64 = 1_000;

struct Ours {
    ctx: Process<()>,
}

impl Table for Ours {
    type Holder = Pid;

    fn lookup(&self, key: &str) -> Option<Pid> {
        Sessions::lookup(key).map(|(pid, ())| pid)
    }

    fn register(&mut self, key: String) {
        Sessions::register(&self.ctx, key, ()).expect("a free key");
    }

    fn unregister(&mut self, key: &str) {
        Sessions::unregister(&self.ctx, key);
    }

    fn select(&self) -> Vec<Pid> {
        Sessions::select(|_, pid, ()| Some(pid))
    }

    fn count(&self) -> usize {
        Sessions::count()
    }

    fn keys(&self) -> Vec<String> {
        Sessions::keys(self.ctx.pid())
    }
}

/// Runs `work` in a process.
async fn process<T: Send + 'static>(work: impl FnOnce(Process<()>) -> T + Send + 'static) -> T {
    let (sender, done) = oneshot::channel();
    spawn(move |ctx: Process<()>| async move {
        let _ = sender.send(work(ctx));
    });
    done.await.expect("a process")
}

/// Has other processes register `n` keys.
async fn fill(n: u64) {
    for first in (0..n).step_by(HELD as usize) {
        let (sender, done) = oneshot::channel();
        spawn(move |ctx: Process<()>| async move {
            for i in first..n.min(first + HELD) {
                Sessions::register(&ctx, format!("session:{i}"), ()).expect("a free key");
            }
            let _ = sender.send(());
            std::future::pending::<()>().await;
        });
        done.await.expect("a process");
    }
}

pub(super) async fn measure(kind: Kind, run: Run) -> Option<Samples> {
    std::mem::forget(Tables::start().await.expect("a tree"));
    let before = resident();
    fill(table::others(kind, run)).await;
    process(move |ctx| table::measure(kind, run, &mut Ours { ctx }, before)).await
}

pub(super) async fn membership(run: Run) -> Option<Samples> {
    std::mem::forget(Tables::start().await.expect("a tree"));
    for _ in 1..run.n {
        let (sender, done) = oneshot::channel();
        spawn(move |ctx: Process<()>| async move {
            Topics::register(&ctx, "topic".to_owned(), ()).expect("a registry");
            let _ = sender.send(());
            std::future::pending::<()>().await;
        });
        done.await.expect("a process");
    }
    let samples = process(move |ctx| {
        Topics::register(&ctx, "topic".to_owned(), ()).expect("a registry");
        table::membership(run, || {
            Topics::unregister(&ctx, "topic");
            Topics::register(&ctx, "topic".to_owned(), ()).expect("a registry");
        })
    });
    Some(samples.await)
}
