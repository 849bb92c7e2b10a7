//! A writer: takes blocks, and casts each line's request to the client's server by name.

use std::num::NonZeroU64;
use std::sync::Arc;

use registry_runtime::prelude::*;

use super::chaos::{Chaos, is_strike};
use super::entry::{Entry, Malformed};
use super::ledger::Ledger;
use super::request::{Chunk, Request, Slip};
use super::tree::VisitorSup;
use super::visitor::Visitor;

/// So many malformed lines are named.
pub const NAMED: usize = 5;

/// What writers have written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Lines seen.
    pub lines: u64,
    /// Lines that could not be read.
    pub malformed: u64,
    /// The first of them, by number.
    pub named: Vec<(u64, Malformed)>,
    /// Lines that end within their last field, the user agent; they are requests all the same.
    pub cut_off: u64,
    /// Requests that a server took.
    pub replayed: u64,
    /// Those among them with a 4xx or 5xx.
    pub errors: u64,
}

impl Written {
    fn malformed(&mut self, line: u64, why: Malformed) {
        self.malformed += 1;
        if self.named.len() < NAMED {
            self.named.push((line, why));
        }
    }

    /// Adds what another writer has written.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.lines += other.lines;
        self.malformed += other.malformed;
        self.cut_off += other.cut_off;
        self.replayed += other.replayed;
        self.errors += other.errors;
        self.named.extend(other.named);
        self.named.sort_unstable_by_key(|(line, _)| *line);
        self.named.truncate(NAMED);
        self
    }
}

/// Writes; there are as many as `--concurrency` says, and they know nothing of each other.
#[derive(Debug)]
pub struct Writer {
    ledger: Arc<Ledger>,
    crash_every: Option<NonZeroU64>,
    written: Written,
}

impl Writer {
    /// A writer that has written nothing.
    #[must_use]
    pub fn new(ledger: Arc<Ledger>, crash_every: Option<NonZeroU64>) -> Self {
        Self {
            ledger,
            crash_every,
            written: Written::default(),
        }
    }

    /// What has been written.
    #[must_use]
    pub fn written(self) -> Written {
        self.written
    }

    /// Writes all lines of a chunk.
    ///
    /// # Errors
    ///
    /// [`StartError`] when a visitor cannot be started.
    ///
    /// # Cancel safety
    ///
    /// When the future is dropped, the lines up to where it was are written, and counted.
    pub async fn write(&mut self, chunk: &Arc<Chunk>) -> Result<(), StartError> {
        for line in chunk.block.lines() {
            match Entry::parse(line.text) {
                Ok(entry) => {
                    self.cast(entry.client, || {
                        Slip::new(Request::new(chunk, &line, &entry))
                    })
                    .await?;
                    self.written.replayed += 1;
                    self.written.cut_off += u64::from(entry.cut_off);
                    self.written.errors += u64::from(entry.is_error());
                }
                Err(why) => self.written.malformed(line.number, why),
            }
            self.written.lines += 1;
            if self
                .crash_every
                .is_some_and(|every| line.number.is_multiple_of(every.get()))
            {
                let _ = Chaos::via().strike(Arc::clone(chunk));
            }
        }
        Ok(())
    }

    /// Casts by name. When nobody has the name, whether the client is new or its server is being
    /// restarted, there is one to be had, whoever else asks for it at the same moment.
    async fn cast(&self, client: &str, slip: impl Fn() -> Slip) -> Result<(), StartError> {
        while Visitor::via(client).visit(slip()).is_err() {
            self.ledger.refuse_slip(client);
            let spec = Visitor::child_spec(client.to_owned(), Arc::clone(&self.ledger));
            match VisitorSup::get_or_start(spec).await {
                Ok(_) => {}
                // Struck while it started: then the supervisor does not bring it back.
                Err(StartError::Init(reason)) if is_strike(&reason) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_malformed_lines_of_all_writers_are_named() {
        let mut one = Written::default();
        let mut other = Written::default();
        for line in 1..=10 {
            let writer = if line % 2 == 0 { &mut one } else { &mut other };
            writer.malformed(line, Malformed::Empty);
        }
        let both = one.and(other);
        assert_eq!(both.malformed, 10);
        assert_eq!(
            both.named.iter().map(|(line, _)| *line).collect::<Vec<_>>(),
            [1, 2, 3, 4, 5]
        );
    }
}
