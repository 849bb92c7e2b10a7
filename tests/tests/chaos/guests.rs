//! Guests: those who use what neither servers nor clients do: streams of tasks, plain processes that
//! receive selectively, agents with names, links and monitors between nodes.
//!
//! They came after the rest, and draw from sources of their own: a seed's plan, and what each client
//! chooses, is what it was before. One seed in three has none of them.

use std::sync::Arc;
use std::time::Duration;

use registry_runtime::prelude::*;
use registry_tests::Random;
use tokio::task::JoinHandle;

use crate::book::{Book, Mode};
use crate::run::here;

mod abroad;
mod agents;
mod post;
mod streams;

/// One guest: what all kinds of them have.
struct Guest {
    number: usize,
    book: Arc<Book>,
    random: Random,
}

impl Guest {
    fn new(number: usize, book: &Arc<Book>, kind: u64) -> Self {
        let seed = book.plan.seed.wrapping_mul(41).wrapping_add(number as u64);
        Self {
            number,
            book: Arc::clone(book),
            random: Random::new(seed.wrapping_add(kind)),
        }
    }

    fn note(&self, what: impl FnOnce() -> String) {
        self.book
            .note(|| format!("guest {}: {}", self.number, what()));
    }

    /// How often a guest does what it does.
    fn rounds(&self) -> usize {
        1 + self.book.plan.steps / 8
    }

    async fn pauses(&mut self, most: usize) {
        let millis = self.random.below(most) as u64;
        tokio::time::sleep(Duration::from_millis(millis)).await;
    }
}

/// Starts the guests of the plan; those that are on two nodes have `away` for themselves.
pub fn arrive(book: &Arc<Book>, away: &Node) -> Vec<JoinHandle<()>> {
    let of = book.plan.guests;
    let mut guests = Vec::new();
    for number in 0..of.streams {
        guests.push(here(streams::stream(Guest::new(number, book, 0x57AE))));
    }
    for number in 0..of.post {
        let guest = Guest::new(number, book, 0x9057);
        guests.push(here(post::receive(guest, away.clone())));
    }
    let desk = agents::Desk::default();
    for number in 0..of.agents {
        let guest = Guest::new(number, book, 0xA6E7);
        guests.push(here(agents::use_agents(guest, desk.clone())));
    }
    for number in 0..of.abroad {
        let guest = Guest::new(number, book, 0xAB0A);
        let abroad = abroad::watch(guest, Node::current());
        guests.push(tokio::spawn(away.scope(abroad)));
    }
    guests
}

/// When all guests have gone, nothing is left where only they were.
pub async fn nobody(book: &Book, away: &Node) {
    let gone = soon(book, || away.processes().is_empty()).await;
    book.check(gone, || {
        format!("guests have left {:?}", away.snapshot().processes)
    });
}

/// Waits for what must come to be with nothing more to do; whether it has.
async fn soon(book: &Book, is_so: impl Fn() -> bool) -> bool {
    let most = match book.mode {
        // Longer than any `terminate` takes.
        Mode::Paused => 400,
        Mode::Threads => 20_000,
    };
    for _ in 0..most {
        if is_so() {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    is_so()
}

/// Waits for the end of a process, which must come.
async fn ends(book: &Book, ended: impl Future<Output = ExitReason>, what: &str) -> ExitReason {
    let limit = Duration::from_secs(20);
    match tokio::time::timeout(limit, ended).await {
        Ok(reason) => reason,
        Err(_) => {
            book.violated(format!("{what} does not end"));
            ExitReason::NoProc
        }
    }
}
