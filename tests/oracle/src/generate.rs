//! Scenarios by seed.

use registry_tests::Random;

use crate::scenario::{Line, Scenario, words};

mod profiles;

/// Makes the lines of one scenario.
pub(crate) struct Maker {
    random: Random,
    slow: bool,
    declared: Vec<Line>,
    steps: Vec<Line>,
    /// Calls that are answered later have numbers.
    calls: usize,
}

/// The scenario of a seed.
#[must_use]
pub fn scenario(seed: u64) -> Scenario {
    let mut maker = Maker {
        random: Random::new(seed.wrapping_add(1)),
        slow: false,
        declared: Vec::new(),
        steps: Vec::new(),
        calls: 0,
    };
    // Neighbouring seeds begin alike.
    for _ in 0..16 {
        maker.random.below(2);
    }
    maker.declare("registry names keys=unique partitions=2 listener=0");
    profiles::write(&mut maker, seed);
    Scenario {
        seed,
        unit: 30,
        slow: if maker.slow { "3.0" } else { "0.0" }.to_owned(),
        declared: maker.declared,
        steps: maker.steps,
    }
}

/// What is told of a worker, beside its id.
pub(crate) struct Told<'a> {
    pub(crate) sup: &'a str,
    pub(crate) plan: &'a str,
    pub(crate) term: &'a str,
    pub(crate) name: &'a str,
    pub(crate) init: &'a str,
    pub(crate) restart: &'a str,
    pub(crate) shutdown: &'a str,
    pub(crate) significant: bool,
    /// Whether it traps exits; by chance if it is not said.
    pub(crate) trap: Option<bool>,
}

impl Default for Told<'_> {
    fn default() -> Self {
        Self {
            sup: "-",
            plan: "ok",
            term: "ok",
            name: "-",
            init: "-",
            restart: "permanent",
            shutdown: "1.0",
            significant: false,
            trap: None,
        }
    }
}

impl Maker {
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.random.below(limit)
    }

    /// Whether something comes to pass that does so in `percent` of cases.
    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub(crate) fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.random.below(from.len())]
    }

    pub(crate) fn declare(&mut self, line: &str) {
        self.declared.push(words(line));
    }

    pub(crate) fn step(&mut self, line: &str) {
        self.steps.push(words(line));
    }

    /// Whether all steps wait for what takes time.
    pub(crate) fn takes_time(&self) -> bool {
        self.slow
    }

    /// See [`Maker::takes_time`].
    pub(crate) fn take_time(&mut self) {
        self.slow = true;
    }

    pub(crate) fn worker(&mut self, id: &str, told: &Told<'_>) {
        let by_chance = self.chance(40);
        let trap = usize::from(told.trap.unwrap_or(by_chance));
        let Told {
            sup,
            plan,
            term,
            name,
            init,
            restart,
            shutdown,
            ..
        } = told;
        let significant = usize::from(told.significant);
        self.declare(&format!(
            "worker {id} sup={sup} trap={trap} name={name} term={term} plan={plan} init={init} \
             restart={restart} shutdown={shutdown} significant={significant}"
        ));
    }

    /// A reason to end with.
    pub(crate) fn reason(&mut self) -> &'static str {
        self.pick(&["normal", "shutdown", "shutdown:x", "e:x", "e:y"])
    }

    /// A reason to send.
    pub(crate) fn signal(&mut self) -> &'static str {
        if self.chance(35) {
            "kill"
        } else {
            self.reason()
        }
    }

    /// How starts of a worker go.
    pub(crate) fn plan(&mut self) -> String {
        let nth = self.pick(&["1", "2", "2", "3", "3"]);
        let how = self.pick(&[
            "e:init",
            "shutdown",
            "normal",
            "panic",
            "ignore",
            "shutdown:i",
        ]);
        format!("{nth}~{how}")
    }

    /// Tells a worker something, in one of the ways in which it can be told.
    pub(crate) fn tell(&mut self, id: &str, command: &str) {
        // Where a `terminate` hangs nobody may wait for an end.
        if self.slow {
            return self.step(&format!("cast {id} {command}"));
        }
        match self.below(10) {
            0..4 => self.step(&format!("call {id} {command}")),
            4..8 => self.step(&format!("cast {id} {command}")),
            8 => {
                self.calls += 1;
                self.step(&format!("acall {} {id} {command}", self.calls));
            }
            // What is decided by another process takes its time.
            _ if ["exit", "call", "send", "task"]
                .iter()
                .any(|word| command.starts_with(word)) =>
            {
                self.step(&format!("cast {id} {command}"));
            }
            _ => {
                let next = command.replace(' ', "+");
                self.step(&format!("burst {id} ping;{next};ping"));
            }
        }
    }

    /// A call that is answered later, or never.
    pub(crate) fn ask_later(&mut self, id: &str, command: &str) {
        self.calls += 1;
        self.step(&format!("acall {} {id} {command}", self.calls));
    }

    /// As [`Maker::ask_later`], with a time-out in units.
    pub(crate) fn ask_within(&mut self, id: &str, units: &str, command: &str) {
        self.calls += 1;
        self.step(&format!("tcall {} {id} {units} {command}", self.calls));
    }
}
