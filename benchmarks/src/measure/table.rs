//! The registry as a table, beside the bare map: one thread, keys `session:<i>`.

use std::hint::black_box;

use crate::case::Kind;
use crate::run::{Random, Run, Samples, names, resident};

/// Keys and values, as one process sees them.
pub trait Table: Send {
    /// What tells a process.
    type Holder: PartialEq;
    /// The process under a key.
    fn lookup(&self, key: &str) -> Option<Self::Holder>;
    /// Registers this process.
    fn register(&mut self, key: String);
    /// Takes it out again.
    fn unregister(&mut self, key: &str);
    /// Collects the process of every entry.
    fn select(&self) -> Vec<Self::Holder>;
    /// How many entries there are.
    fn count(&self) -> usize;
    /// The keys of this process.
    fn keys(&self) -> Vec<String>;
    /// Whatever `keys` needs to be known, for a table that does not keep it anyway.
    fn prepare_keys(&mut self) {}
}

/// Keys that others hold beside a holder of `n`.
pub const OTHERS: u64 = 100_000;

/// How many keys others are to hold before the measurement.
#[must_use]
pub fn others(kind: Kind, run: Run) -> u64 {
    match kind {
        Kind::Unregister | Kind::Keys => OTHERS,
        _ => run.n,
    }
}

/// Measures a table in which others hold as many keys as `others` says; `before` is the memory in
/// use before they did.
pub fn measure<T: Table>(kind: Kind, run: Run, table: &mut T, before: u64) -> Option<Samples> {
    Some(vec![match kind {
        Kind::Hot => ("ns", hot(run, table)),
        Kind::Cold => ("ns", cold(run, table)),
        Kind::Register => ("ns", register(run, table)),
        Kind::Unregister => ("ns", unregister(run, table)),
        Kind::Select => (
            "ns",
            run.steady_sync(1, |_| drop(black_box(table.select()))),
        ),
        Kind::Count => (
            "ns",
            run.steady_sync(1000, |n| {
                for _ in 0..n {
                    black_box(table.count());
                }
            }),
        ),
        Kind::Keys => ("ns", keys(run, table)),
        Kind::Entries => (
            "bytes",
            resident().saturating_sub(before) as f64 / run.n as f64,
        ),
        _ => return None,
    }])
}

/// The next lookup needs what the last one found, as in a program that uses what it looks up: else a
/// processor runs several at a time, and what is measured is how well a loop can be overlapped.
fn hot<T: Table>(run: Run, table: &T) -> f64 {
    // Both are there: it is the first of these all the time, which only the run tells.
    let keys = ["session:4711".to_owned(), "session:4712".to_owned()];
    let other = table.lookup("session:0");
    let mut at = 0;
    run.steady_sync(1000, |n| {
        for _ in 0..n {
            // Whose it is, and not whether it is there: that would be guessed ahead.
            at = usize::from(black_box(table.lookup(&keys[at])) == other);
        }
    })
}

fn cold<T: Table>(run: Run, table: &T) -> f64 {
    let all = names(run.n);
    let mut random = Random::new(5);
    let other = table.lookup("session:0");
    let mut last = 0;
    run.steady_sync(1000, |n| {
        for _ in 0..n {
            let at = (random.number() ^ last) % run.n;
            last = u64::from(black_box(table.lookup(&all[at as usize])) == other);
        }
    })
}

/// New keys each time, a thousand of them in turn.
fn register<T: Table>(run: Run, table: &mut T) -> f64 {
    let mine: Vec<String> = (0..1000).map(|i| format!("mine:{i}")).collect();
    run.steady_sync(1000, |_| {
        for key in &mine {
            table.register(key.clone());
            table.unregister(key);
        }
    })
}

/// Sixteen of the holder's keys, from all over, in turn: what differs is what it holds beside them.
fn unregister<T: Table>(run: Run, table: &mut T) -> f64 {
    for i in 0..run.n {
        table.register(format!("mine:{i}"));
    }
    let turn: Vec<String> = (0..16.min(run.n))
        .map(|i| format!("mine:{}", i * run.n / 16))
        .collect();
    run.steady_sync(turn.len() as u64 * 50, |_| {
        for _ in 0..50 {
            for key in &turn {
                table.unregister(key);
                table.register(key.clone());
            }
        }
    })
}

fn keys<T: Table>(run: Run, table: &mut T) -> f64 {
    for i in 0..run.n {
        table.register(format!("mine:{i}"));
    }
    table.prepare_keys();
    run.steady_sync(1000, |n| {
        for _ in 0..n {
            drop(black_box(table.keys()));
        }
    })
}

/// Leaving and joining a key.
pub fn membership(run: Run, mut leave_and_join: impl FnMut()) -> Samples {
    let ns = run.steady_sync(200, |n| {
        for _ in 0..n {
            leave_and_join();
        }
    });
    vec![("ns", ns)]
}
