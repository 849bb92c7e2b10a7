//! Chaos: random trees of random servers, with random faults, under random clients, against a
//! model that knows what may be seen.
//!
//! A run follows from its seed. On one thread under the paused clock (`chaos_paused`) it does so
//! exactly, but for the order in which hashed things are gone through; on several threads
//! (`chaos_threads`) the machine has its say. A failure prints the seed and what happened last.
//!
//! `CHAOS_SEED=n` runs one seed, with its whole trace; `CHAOS_SEEDS=n` runs that many;
//! `CHAOS_FROM=n` begins there; `CHAOS_SHOWN=n` shows that many events of one that fails, which serves
//! for a seed that fails only after others. What the seeds have found is in `tests/FOUND.md`.
//!
//! Broken on purpose to see it fail: see `tests/FOUND.md`.

/// The server that a [`plan::Target`] means, by name.
macro_rules! with_server {
    ($target:expr, |$server:ident| $body:expr) => {
        match $target {
            $crate::plan::Target::Wide(id) => {
                let $server = $crate::servers::Wide::via(&id);
                $body
            }
            $crate::plan::Target::Narrow(id) => {
                let $server = $crate::servers::Narrow::via(&id);
                $body
            }
        }
    };
}

mod audit;
mod book;
mod clients;
mod ends;
mod faults;
mod guests;
mod plan;
mod rest;
mod run;
mod servers;
mod strategy;
mod visitors;

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use book::Mode;

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

/// Says nothing of panics that were planned.
fn quietly() {
    let next = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        let payload = info.payload();
        let text = payload.downcast_ref::<String>().map(String::as_str);
        let text = text.or(payload.downcast_ref::<&str>().copied());
        let text = text.unwrap_or_default();
        if !text.starts_with(servers::PLANNED) {
            next(info);
        }
    }));
    registry_runtime::set_reporter(|_| ());
}

/// Ends the program with the seed when a run takes too long by the clock on the wall: then it does
/// not hang, which shows on the paused clock, but runs in circles.
fn watchdog() -> &'static AtomicU64 {
    static RUNNING: AtomicU64 = AtomicU64::new(0);
    std::thread::spawn(|| {
        let (mut last, mut since) = (0, std::time::Instant::now());
        loop {
            std::thread::sleep(Duration::from_secs(1));
            let running = RUNNING.load(Ordering::SeqCst);
            if running != last {
                (last, since) = (running, std::time::Instant::now());
            } else if since.elapsed() > Duration::from_secs(150) {
                eprintln!("the run of CHAOS_SEED={} never ends", last - 1);
                std::process::abort();
            }
        }
    });
    &RUNNING
}

/// Runs are one at a time: how many partitions registries have is told by a static.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

fn chaos(mode: Mode, default: u64) {
    let _one = ONE_AT_A_TIME
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    quietly();
    let running = watchdog();
    let (first, count) = match number("CHAOS_SEED") {
        Some(seed) => (seed, 1),
        None => {
            let first = number("CHAOS_FROM").unwrap_or(1);
            (first, number("CHAOS_SEEDS").unwrap_or(default))
        }
    };
    let mut failed = Vec::new();
    for seed in first..first + count {
        running.store(seed + 1, Ordering::SeqCst);
        let (verdict, trace) = run::run(seed, mode);
        if let Some(verdict) = verdict {
            eprintln!("CHAOS_SEED={seed} {mode:?}: {verdict}");
            failed.push(seed);
        }
        if number("CHAOS_SEED").is_some() {
            println!("{:#?}", plan::Plan::of_run(seed));
            println!("{}", trace.join("\n"));
        }
        if failed.len() >= 5 {
            break;
        }
    }
    let _ = std::panic::take_hook();
    assert!(
        failed.is_empty(),
        "{mode:?}: of {count} seeds, these fail: {failed:?}"
    );
}

#[test]
fn chaos_paused() {
    chaos(Mode::Paused, 300);
}

#[test]
fn chaos_threads() {
    chaos(Mode::Threads, 20);
}
