//! What a replay came to, and whether it adds up.

use std::collections::HashMap;
use std::time::Duration;

use super::audience::{Burst, Heard};
use super::ledger::Account;
use super::options::Options;
use super::writer::Written;

/// What a visitor said when it was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The client.
    pub client: Box<str>,
    /// The requests it had counted.
    pub requests: u64,
}

/// What there is to know right before the tree is shut down.
#[derive(Clone, Debug)]
pub struct Ending {
    /// What the writers wrote.
    pub written: Written,
    /// What the visitors said.
    pub asked: Vec<Asked>,
    /// How many names there were.
    pub registry_count: usize,
    /// What the totals server heard.
    pub heard: Heard,
    /// What the watcher saw.
    pub bursts: Vec<Burst>,
    /// How long it took to deal with every line.
    pub elapsed: Duration,
    /// Whether the replay was stopped.
    pub interrupted: bool,
    /// The living tree.
    pub tree: String,
}

/// One client's requests, by where they ended up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Client {
    /// The client.
    pub name: Box<str>,
    /// Counted by the server that lived at the end.
    pub living: u64,
    /// Counted by servers that terminated.
    pub handed_over: u64,
    /// Counted by servers that were killed.
    pub lost_with_state: u64,
    /// Waiting in the mailboxes of servers that ended.
    pub lost_in_mailbox: u64,
}

impl Client {
    /// All of them.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.living + self.handed_over + self.lost()
    }

    /// Those that no server can account for any more.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.lost_with_state + self.lost_in_mailbox
    }
}

/// What a replay came to.
#[derive(Clone, Debug)]
pub struct Summary {
    /// What was replayed.
    pub source: String,
    /// By how many writers.
    pub writers: usize,
    /// How many of the clients to list.
    pub top: usize,
    /// What they wrote.
    pub written: Written,
    /// The clients, the busiest first.
    pub clients: Vec<Client>,
    /// How often a visitor came back after a crash.
    pub restarts: u64,
    /// The visitors' names in the registry at the end.
    pub registry_count: usize,
    /// Those left after the shutdown.
    pub registry_count_after: usize,
    /// What the totals server heard.
    pub heard: Heard,
    /// What the watcher saw.
    pub bursts: Vec<Burst>,
    /// How long it took to deal with every line.
    pub elapsed: Duration,
    /// Whether the replay was stopped.
    pub interrupted: bool,
    /// The living tree, as it was at the end.
    pub tree: String,
}

impl Summary {
    /// Puts together what the visitors said, and what the ledger knows of those that went.
    #[must_use]
    pub fn new(
        source: String,
        options: &Options,
        ending: Ending,
        accounts: &HashMap<Box<str>, Account>,
        registry_count_after: usize,
    ) -> Self {
        let mut clients: HashMap<&str, Client> = HashMap::new();
        for (name, account) in accounts {
            let client = clients.entry(name).or_default();
            client.handed_over += account.handed_over;
            client.lost_with_state += account.lost_with_state;
            client.lost_in_mailbox += account.lost_in_mailbox();
        }
        for asked in &ending.asked {
            clients.entry(&asked.client).or_default().living += asked.requests;
        }
        let named = clients.into_iter().map(|(name, client)| Client {
            name: name.into(),
            ..client
        });
        let mut clients: Vec<Client> = named.collect();
        clients.sort_unstable_by(|a, b| {
            b.requests()
                .cmp(&a.requests())
                .then_with(|| a.name.cmp(&b.name))
        });
        Self {
            source,
            writers: options.concurrency,
            top: options.top,
            written: ending.written,
            clients,
            restarts: accounts
                .values()
                .map(|account| account.starts.saturating_sub(1))
                .sum(),
            registry_count: ending.registry_count,
            registry_count_after,
            heard: ending.heard,
            bursts: ending.bursts,
            elapsed: ending.elapsed,
            interrupted: ending.interrupted,
            tree: ending.tree,
        }
    }

    /// All clients' requests together, by where they ended up.
    #[must_use]
    pub fn all(&self) -> Client {
        self.clients
            .iter()
            .fold(Client::default(), |all, client| Client {
                name: all.name,
                living: all.living + client.living,
                handed_over: all.handed_over + client.handed_over,
                lost_with_state: all.lost_with_state + client.lost_with_state,
                lost_in_mailbox: all.lost_in_mailbox + client.lost_in_mailbox,
            })
    }

    /// Whether every line is accounted for: malformed, or replayed; and of what was replayed, each
    /// request with a living server, handed over, or lost.
    #[must_use]
    pub fn adds_up(&self) -> bool {
        self.written.lines == self.written.malformed + self.written.replayed
            && self.written.replayed == self.all().requests()
    }

    /// How many lines a second.
    #[must_use]
    pub fn lines_per_second(&self) -> u64 {
        let nanoseconds = self.elapsed.as_nanos().max(1);
        let rate = u128::from(self.written.lines) * 1_000_000_000 / nanoseconds;
        u64::try_from(rate).unwrap_or(u64::MAX)
    }
}
