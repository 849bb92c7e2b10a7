//! The subscribers: one that counts, one that watches out.

use std::collections::{BTreeMap, HashMap};

use registry_runtime::prelude::*;

use super::tree::{Desks, Event, Events, Topic};

/// This many errors of one client within a minute of the log are a burst.
pub const BURST: u64 = 5;

/// So many minutes are remembered of each client, since writers are not quite in step.
const MINUTES: usize = 8;

/// What [`Totals`] has heard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Heard {
    /// Clients that came for the first time.
    pub first_visits: u64,
    /// Visitors that came back after a crash.
    pub returns: u64,
    /// Answers of 4xx.
    pub client_errors: u64,
    /// Answers of 5xx.
    pub server_errors: u64,
}

/// Counts all events.
#[gen_server(registry = Desks, key = "totals")]
#[derive(Debug)]
pub struct Totals {
    #[default]
    heard: Heard,
}

#[gen_server]
impl Totals {
    fn init(&mut self, ctx: &mut Ctx<Self>) -> Result<(), ExitReason> {
        Events::register(ctx, Topic::Errors, ())?;
        Events::register(ctx, Topic::Visits, ())?;
        Ok(())
    }

    /// An event of either topic.
    #[info]
    fn on_event(&mut self, event: Event) {
        match event {
            Event::Failed(request) if request.status >= 500 => self.heard.server_errors += 1,
            Event::Failed(_) => self.heard.client_errors += 1,
            Event::Came(_) => self.heard.first_visits += 1,
            Event::CameBack(..) => self.heard.returns += 1,
        }
    }

    /// What there was to hear so far.
    #[call]
    pub fn heard(&self) -> Heard {
        self.heard
    }
}

/// A client's worst minute, if it was bad enough.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Burst {
    /// The client.
    pub client: Box<str>,
    /// How many errors it had in that minute.
    pub errors: u64,
}

#[derive(Debug, Default)]
struct Record {
    minutes: BTreeMap<i64, u64>,
    worst: u64,
}

/// Watches out for clients with many errors in a short time.
#[gen_server(registry = Desks, key = "watcher")]
#[derive(Debug)]
pub struct Watcher {
    #[default]
    clients: HashMap<Box<str>, Record>,
}

#[gen_server]
impl Watcher {
    fn init(&mut self, ctx: &mut Ctx<Self>) -> Result<(), ExitReason> {
        Events::register(ctx, Topic::Errors, ())?;
        Ok(())
    }

    /// An error.
    #[info]
    fn on_event(&mut self, event: Event) {
        let Event::Failed(request) = event else {
            return;
        };
        self.note(request.client(), request.minute);
    }

    /// The clients with a burst of errors, the worst first.
    #[call]
    pub fn bursts(&self) -> Vec<Burst> {
        let bursts = self
            .clients
            .iter()
            .filter(|(_, record)| record.worst >= BURST);
        let mut bursts: Vec<Burst> = bursts
            .map(|(client, record)| Burst {
                client: client.clone(),
                errors: record.worst,
            })
            .collect();
        bursts.sort_by(|a, b| {
            b.errors
                .cmp(&a.errors)
                .then_with(|| a.client.cmp(&b.client))
        });
        bursts
    }

    fn note(&mut self, client: &str, minute: i64) {
        if !self.clients.contains_key(client) {
            self.clients.insert(client.into(), Record::default());
        }
        let Some(record) = self.clients.get_mut(client) else {
            return;
        };
        let errors = record.minutes.entry(minute).or_default();
        *errors += 1;
        record.worst = record.worst.max(*errors);
        if record.minutes.len() > MINUTES {
            record.minutes.pop_first();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_many_errors_of_one_client_in_one_minute() {
        let mut watcher = Watcher {
            clients: HashMap::new(),
        };
        for _ in 1..BURST {
            watcher.note("192.0.2.1", 100);
            watcher.note("192.0.2.2", 100);
        }
        watcher.note("192.0.2.1", 101);
        assert_eq!(watcher.bursts(), []);
        watcher.note("192.0.2.1", 100);
        assert_eq!(
            watcher.bursts(),
            [Burst {
                client: "192.0.2.1".into(),
                errors: BURST
            }]
        );
    }

    #[test]
    fn few_minutes_are_remembered() {
        let mut watcher = Watcher {
            clients: HashMap::new(),
        };
        for minute in 0..1000 {
            watcher.note("192.0.2.1", minute);
        }
        assert_eq!(watcher.clients["192.0.2.1"].minutes.len(), MINUTES);
    }
}
