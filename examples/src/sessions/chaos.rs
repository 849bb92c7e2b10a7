//! `--crash-every`: the server that crashes visitors.

use std::collections::HashMap;
use std::sync::Arc;

use registry_runtime::Report;
use registry_runtime::prelude::*;

use super::request::Chunk;
use super::tree::{Desks, Event, Events, Topic};
use super::visitor::Visitor;

/// Why visitors that were not killed end.
const STRUCK: &str = "struck by --crash-every";

/// Random enough to choose visitors by: `SplitMix64`.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// The random numbers that a seed stands for.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        let below = (u128::from(mixed) * limit as u128) >> 64;
        usize::try_from(below).unwrap_or(0)
    }
}

/// Crashes a random visitor whenever it is told to, by turns with a kill and an exit signal.
///
/// It knows the visitors as anybody may, from the events; and from those it learns when they are
/// back.
#[gen_server(registry = Desks, key = "chaos")]
#[derive(Debug)]
pub struct Chaos {
    random: Random,
    #[default]
    visitors: Vec<Arc<str>>,
    /// Those that were crashed, with the process that was, until they are back.
    #[default]
    down: HashMap<Arc<str>, Pid>,
    /// Strikes for which no visitor was up.
    #[default]
    owed: u64,
    #[default]
    crashes: u64,
    #[default]
    waiting: Vec<ReplyTo<u64>>,
}

#[gen_server]
impl Chaos {
    fn init(&mut self, ctx: &mut Ctx<Self>) -> Result<(), ExitReason> {
        Events::register(ctx, Topic::Visits, ())?;
        Ok(())
    }

    /// A visitor came, or came back.
    #[info]
    fn on_event(&mut self, event: Event) {
        match event {
            Event::Came(client) => self.visitors.push(client),
            // It may have been crashed again since: then it is not back, and there is more to hear.
            Event::CameBack(client, pid) => {
                let has_the_name = Visitor::via(&client).whereis() == Some(pid);
                if has_the_name && self.down.get(&client) != Some(&pid) {
                    self.down.remove(&client);
                }
            }
            Event::Failed(_) => return,
        }
        self.strike_as_owed();
        self.answer();
    }

    /// Crashes a visitor; if none is up, the next one that is. As an event does, it takes up its
    /// chunk's place until it is done.
    #[cast]
    pub fn strike(&mut self, _at: Arc<Chunk>) {
        self.owed += 1;
        self.strike_as_owed();
    }

    fn strike_as_owed(&mut self) {
        while self.owed > 0
            && let Some((client, pid)) = self.any_that_is_up()
        {
            self.owed -= 1;
            self.crashes += 1;
            pid.exit(if self.crashes % 2 == 1 {
                ExitReason::Kill
            } else {
                ExitReason::error(STRUCK)
            });
            self.down.insert(client, pid);
        }
    }

    /// A random visitor that is not about to end, or the next one after it.
    fn any_that_is_up(&mut self) -> Option<(Arc<str>, Pid)> {
        let count = self.visitors.len();
        let first = self.random.below(count);
        let mut from_first = self.visitors.iter().cycle().skip(first).take(count);
        from_first.find_map(|client| {
            let pid = Visitor::via(client).whereis()?;
            (self.down.get(client) != Some(&pid)).then(|| (Arc::clone(client), pid))
        })
    }

    /// Answers as soon as all that were crashed are back: how many crashes there were.
    #[call]
    pub fn all_back(&mut self, reply: ReplyTo<u64>) {
        self.waiting.push(reply);
        self.answer();
    }

    fn answer(&mut self) {
        if self.down.is_empty() {
            for reply in self.waiting.drain(..) {
                reply.send(self.crashes);
            }
        }
    }
}

/// Whether a report is of a crash that was asked for, and no news to anyone.
#[must_use]
pub fn was_asked_for(report: &Report) -> bool {
    matches!(report, Report::ChildTerminated { reason, .. } if is_strike(reason))
}

/// Whether a visitor ended because it was struck.
#[must_use]
pub fn is_strike(reason: &ExitReason) -> bool {
    match reason {
        ExitReason::Killed => true,
        ExitReason::Error(error) => error.to_string() == STRUCK,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::Random;

    #[test]
    fn random_numbers_stay_below_the_limit_and_reach_everything_below_it() {
        let mut random = Random(1);
        let mut hits = [0_u32; 10];
        for _ in 0..10_000 {
            hits[random.below(10)] += 1;
        }
        assert!(
            hits.iter().all(|hits| (800..1200).contains(hits)),
            "{hits:?}"
        );
        assert_eq!(random.below(0), 0);
    }

    #[test]
    fn a_seed_decides() {
        let (mut one, mut other) = (Random(7), Random(7));
        assert!((0..100).all(|_| one.below(1000) == other.below(1000)));
    }
}
