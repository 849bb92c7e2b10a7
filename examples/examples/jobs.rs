//! A job queue: a few at a time, tried again when they fail, with a progress bar.
//!
//! ```text
//! cargo run -p examples --example jobs
//! ```
//!
//! It shows: a worker for each job under a dynamic supervisor that takes so many and no more
//! (`max_children`); workers that just end when they fail, and are started again after a back-off that
//! doubles; a queue that hears of every end by a monitor, answers when a job is over, and gives up on
//! one that fails each time.

use std::error::Error;
use std::fmt::Write as _;
use std::io::{IsTerminal, Write as _};
use std::time::Duration;

use examples::jobs::{ATTEMPTS, Job, Jobs, Outcome, Queue, Workers};
use registry_runtime::prelude::*;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, sleep};

const PAGES: usize = 24;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // What a failed worker says on standard error would tear the bar apart; the summary says it too.
    registry_runtime::set_reporter(|_| ());
    let app = Jobs::start().await?;
    let mut running = JoinSet::new();
    for page in 1..=PAGES {
        let job = Job::new(move |attempt| fetch(page, attempt));
        running.spawn(async move { (page, Queue::via().run(job).await) });
    }

    let mut results = Vec::new();
    let mut redraw = interval(Duration::from_millis(100));
    redraw.set_missed_tick_behavior(MissedTickBehavior::Skip);
    while results.len() < PAGES {
        tokio::select! {
            Some(result) = running.join_next() => {
                let (page, outcome) = result?;
                results.push((page, outcome?));
                draw(results.len());
            }
            _ = redraw.tick(), if std::io::stdout().is_terminal() => draw(results.len()),
        }
    }
    println!();

    results.sort_by_key(|(page, _)| *page);
    for (page, Outcome { result, attempts }) in results {
        match result {
            Ok(_) if attempts == 1 => {}
            Ok(value) => println!("page {page:2}: {value}, at attempt {attempts}"),
            Err(reason) => println!("page {page:2}: given up after {attempts} attempts: {reason}"),
        }
    }
    app.shutdown().await;
    Ok(())
}

/// Stands for some work: it takes a while, every fifth page comes at the third attempt, and page 13 never.
async fn fetch(page: usize, attempt: u32) -> Result<String, String> {
    sleep(Duration::from_millis(150 + 37 * (page as u64 % 5))).await;
    match page {
        13 => Err(format!(
            "page {page} is not to be had, nor at attempt {attempt} of {ATTEMPTS}"
        )),
        _ if page.is_multiple_of(5) && attempt < 3 => Err("connection reset".to_owned()),
        _ => Ok(format!("{} bytes", page * 1_234)),
    }
}

/// Draws over the bar on a terminal; elsewhere each state is a line.
fn draw(done: usize) {
    let workers = Workers::count_children();
    let mut line = format!("[{:<PAGES$}] {done:2}/{PAGES}", "#".repeat(done));
    let _ = write!(
        line,
        "  {} at work, {} to try again",
        workers.active,
        workers.specs - workers.active
    );
    let mut out = std::io::stdout();
    let end = if out.is_terminal() {
        "\u{1b}[K\r"
    } else {
        "\n"
    };
    let _ = write!(out, "{line}{end}").and_then(|()| out.flush());
}
