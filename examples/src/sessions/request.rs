//! One request on its way from the log to its visitor.

use std::fmt;
use std::sync::Arc;

use tokio::sync::OwnedSemaphorePermit;

use super::blocks::{Block, Line};
use super::entry::Entry;
use super::ledger::Ledger;

/// A block that is being replayed.
///
/// It holds one of the places that there are for blocks in flight, and gives it back when the last
/// request that points into it has been dealt with, wherever that was: in a visitor, in a
/// subscriber, in the mailbox of a killed one. This is what keeps the reader from running ahead of
/// the servers, without a word between the two.
pub struct Chunk {
    /// The lines.
    pub block: Block,
    ledger: Arc<Ledger>,
    _place: OwnedSemaphorePermit,
}

impl Chunk {
    /// A block in a place of its own.
    #[must_use]
    pub fn new(block: Block, ledger: Arc<Ledger>, place: OwnedSemaphorePermit) -> Self {
        Self {
            block,
            ledger,
            _place: place,
        }
    }
}

impl fmt::Debug for Chunk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Chunk(from line {})", self.block.first_line)
    }
}

/// What of a line goes to servers; the client is read where it stands, in the chunk.
#[derive(Clone, Debug)]
pub struct Request {
    chunk: Arc<Chunk>,
    start: usize,
    length: usize,
    /// When, in minutes since 1970.
    pub minute: i64,
    /// The answer's status.
    pub status: u16,
}

impl Request {
    /// The request on a line of a chunk.
    #[must_use]
    pub fn new(chunk: &Arc<Chunk>, line: &Line<'_>, entry: &Entry<'_>) -> Self {
        Self {
            chunk: Arc::clone(chunk),
            start: line.start,
            length: entry.client.len(),
            minute: entry.time.div_euclid(60),
            status: entry.status,
        }
    }

    /// Who asked; a line begins with that.
    #[must_use]
    pub fn client(&self) -> &str {
        let client = self
            .chunk
            .block
            .text
            .get(self.start..self.start + self.length);
        client
            .and_then(|client| std::str::from_utf8(client).ok())
            .unwrap_or_default()
    }

    /// Whether the status is a 4xx or 5xx.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.status >= 400
    }
}

/// A request that is to be counted once: if nobody does, it books itself as dropped.
#[derive(Debug)]
pub struct Slip(Option<Request>);

impl Slip {
    /// A slip for a request.
    #[must_use]
    pub fn new(request: Request) -> Self {
        Self(Some(request))
    }

    /// The request, from whoever counts it at this very moment.
    #[must_use]
    pub fn counted(mut self) -> Option<Request> {
        self.0.take()
    }
}

impl Drop for Slip {
    fn drop(&mut self) {
        if let Some(request) = self.0.take() {
            request.chunk.ledger.drop_slip(request.client());
        }
    }
}
