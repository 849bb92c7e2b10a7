//! What is named and supervised, and what goes through the registry of events.

use std::sync::Arc;

use registry_runtime::prelude::*;

use super::audience::{Totals, Watcher};
use super::chaos::{Chaos, Random};
use super::request::Request;
use super::visitor::Visitor;

supervision_tree! {
    /// The whole replay. If a registry went, all that was started after it would be started anew.
    pub Replay(seed: u64), strategy = rest_for_one;

    /// The visitors, each as `visitor:<client>`.
    registry!<pub Visitors, keys = unique, key = String>;
    /// The servers that there is one of.
    registry!<pub Desks, keys = unique, key = String>;
    /// Who hears of what.
    registry!<pub Events, keys = duplicate, key = Topic, message = Event>;
    Totals();
    Watcher();
    Chaos(Random::new(seed));
    /// Starts a visitor for each client. `--crash-every 1` at full speed is some hundred thousand
    /// restarts a second, and no reason to give up: they are asked for.
    dynamic_supervisor!<pub VisitorSup, max_restarts = u32::MAX, within = 100ms, holds = [Visitor]>;
}

/// What one can hear of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Topic {
    /// Requests that came to an error.
    Errors,
    /// Visitors that came, or came back.
    Visits,
}

/// What is heard.
#[derive(Clone, Debug)]
pub enum Event {
    /// A 4xx or 5xx. It belongs to its chunk: until all subscribers have heard of it, the chunk's
    /// place is taken.
    Failed(Request),
    /// A client's first server began.
    Came(Arc<str>),
    /// A client's server began anew, after a crash.
    CameBack(Arc<str>, Pid),
}
