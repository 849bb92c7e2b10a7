//! The server of one client.

use std::sync::Arc;

use registry_runtime::prelude::*;

use super::ledger::Ledger;
use super::request::Slip;
use super::tree::{Event, Events, Topic, Visitors};

/// Counts the requests of one client, as `visitor:<client>`.
#[gen_server(registry = Visitors, key = "visitor:<client>")]
#[derive(Debug)]
pub struct Visitor {
    client: String,
    ledger: Arc<Ledger>,
    /// What the ledger is owed an account of.
    #[default]
    requests: u64,
}

#[gen_server]
impl Visitor {
    fn init(&mut self, ctx: &mut Ctx<Self>) {
        let client = Arc::from(self.client.as_str());
        let event = if self.ledger.start(&self.client) {
            Event::Came(client)
        } else {
            Event::CameBack(client, ctx.pid())
        };
        Events::publish(&Topic::Visits, event);
    }

    /// The client has sent a request.
    #[cast]
    pub fn visit(&mut self, slip: Slip) {
        let Some(request) = slip.counted() else {
            return;
        };
        self.requests += 1;
        if request.is_error() {
            Events::publish(&Topic::Errors, Event::Failed(request));
        }
    }

    /// How many requests the client has sent. They are the caller's to account for from now on.
    #[call]
    pub fn take_count(&mut self) -> u64 {
        std::mem::take(&mut self.requests)
    }

    fn terminate(&mut self, _reason: &ExitReason) {
        self.ledger
            .hand_over(&self.client, std::mem::take(&mut self.requests));
    }
}

impl Drop for Visitor {
    /// Runs however the process ends; after a kill it is all that does.
    fn drop(&mut self) {
        if self.requests > 0 {
            self.ledger.lose_state(&self.client, self.requests);
        }
    }
}
