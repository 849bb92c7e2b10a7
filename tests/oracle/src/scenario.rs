//! A scenario is data: lines that declare, and lines that are done one after the other. Both runners
//! read the same text.

use std::collections::BTreeMap;
use std::fmt;

/// A line: words with one space between them.
pub type Line = Vec<String>;

/// What a declaration says of a thing: `name=value`, each.
pub type About = BTreeMap<String, String>;

/// What is declared, and the steps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scenario {
    /// Its number.
    pub seed: u64,
    /// The unit of time in milliseconds, for Elixir's clock.
    pub unit: u32,
    /// How many units each step waits after all is quiet: what takes time is then over.
    pub slow: String,
    /// Registries, workers, supervisors.
    pub declared: Vec<Line>,
    /// What the driver does.
    pub steps: Vec<Line>,
}

/// The attributes in a line, from the word at `from` on.
#[must_use]
pub fn about(line: &[String]) -> About {
    let pairs = line.iter().filter_map(|word| word.split_once('='));
    pairs
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// Cuts a text into words.
#[must_use]
pub fn words(text: &str) -> Line {
    text.split_whitespace().map(str::to_owned).collect()
}

/// The parts of `a,b,c`, or none of `-`.
pub fn listed(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').filter(|part| *part != "-")
}

/// The commands of `a+1;b+2`, or none of `-`.
pub fn commands(text: &str) -> impl Iterator<Item = String> + '_ {
    let parts = text.split(';').filter(|part| *part != "-");
    parts.map(|part| part.replace('+', " "))
}

impl Scenario {
    /// Reads what `Display` writes.
    ///
    /// # Errors
    ///
    /// The line that is none.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut scenario = Self {
            seed: 0,
            unit: 20,
            slow: "0.0".to_owned(),
            declared: Vec::new(),
            steps: Vec::new(),
        };
        for line in text.lines().map(words).filter(|line| !line.is_empty()) {
            match line[0].as_str() {
                "scenario" => {
                    let about = about(&line);
                    let number = |name: &str| about.get(name).and_then(|text| text.parse().ok());
                    scenario.seed = number("seed").unwrap_or_default();
                    scenario.unit = about["unit"].parse().unwrap_or(20);
                    scenario.slow.clone_from(&about["slow"]);
                }
                "registry" | "worker" | "sup" => scenario.declared.push(line),
                "step" => scenario.steps.push(line[1..].to_vec()),
                "end" => {}
                _ => return Err(line.join(" ")),
            }
        }
        Ok(scenario)
    }
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            seed, unit, slow, ..
        } = self;
        writeln!(f, "scenario seed={seed} unit={unit} slow={slow}")?;
        for line in &self.declared {
            writeln!(f, "{}", line.join(" "))?;
        }
        for step in &self.steps {
            writeln!(f, "step {}", step.join(" "))?;
        }
        writeln!(f, "end")
    }
}
