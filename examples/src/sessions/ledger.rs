//! The book of what did not end up with a living server.
//!
//! A line that was cast to a visitor has one of these fates, each of which is *observed*, not
//! reckoned from the others:
//!
//! - a living visitor has counted it, and says so when it is asked at the end;
//! - a visitor had counted it and ended in order: its `terminate` handed the count over;
//! - a visitor had counted it and was killed: the visitor's `Drop`, which runs even then, books the
//!   count as lost;
//! - it was still in the mailbox of a visitor that ended: the [`Slip`](super::request::Slip) that
//!   it travelled in books itself as dropped when the runtime drops the message.
//!
//! A slip is also dropped when the cast is refused because nobody has the name; the writer, which
//! learns of that from the cast, books it as refused, and casts again.
//!
//! The book is opened once a start and once a loss, and never on the way of a line that arrives.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What became of one client's lines and servers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// How often a server was started for the client.
    pub starts: u64,
    /// Lines that its servers had counted when they terminated.
    pub handed_over: u64,
    /// Lines that its servers had counted when they were killed.
    pub lost_with_state: u64,
    /// Slips that nobody counted.
    pub dropped: u64,
    /// Those among them that came back at once, and were cast again.
    pub refused: u64,
}

impl Account {
    /// Lines that were in the mailbox of a server when it ended.
    #[must_use]
    pub fn lost_in_mailbox(&self) -> u64 {
        self.dropped.saturating_sub(self.refused)
    }
}

/// The book: an account for each client.
#[derive(Debug, Default)]
pub struct Ledger(Mutex<HashMap<Box<str>, Account>>);

impl Ledger {
    /// A server for the client begins; `true` for the client's first.
    pub fn start(&self, client: &str) -> bool {
        self.book(client, |account| {
            account.starts += 1;
            account.starts == 1
        })
    }

    /// A server terminates.
    pub fn hand_over(&self, client: &str, requests: u64) {
        self.book(client, |account| account.handed_over += requests);
    }

    /// A server goes without having terminated.
    pub fn lose_state(&self, client: &str, requests: u64) {
        self.book(client, |account| account.lost_with_state += requests);
    }

    /// A slip goes without having been counted.
    pub fn drop_slip(&self, client: &str) {
        self.book(client, |account| account.dropped += 1);
    }

    /// A slip came back at once.
    pub fn refuse_slip(&self, client: &str) {
        self.book(client, |account| account.refused += 1);
    }

    /// All accounts, as they are now.
    #[must_use]
    pub fn accounts(&self) -> HashMap<Box<str>, Account> {
        self.open().clone()
    }

    fn book<R>(&self, client: &str, entry: impl FnOnce(&mut Account) -> R) -> R {
        let mut accounts = self.open();
        match accounts.get_mut(client) {
            Some(account) => entry(account),
            None => entry(accounts.entry(client.into()).or_default()),
        }
    }

    fn open(&self) -> MutexGuard<'_, HashMap<Box<str>, Account>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
