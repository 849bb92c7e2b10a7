//! The options of the command.

use crate::{case, contenders};

/// What the command is told.
#[derive(Clone, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command"
)]
pub struct Options {
    /// Fewer and shorter samples: a look, not a verdict.
    pub quick: bool,
    /// Also what takes gigabytes: ten million entries, a million servers.
    pub full: bool,
    /// Only list cases and contenders.
    pub list: bool,
    /// Leave `report/` alone.
    pub dry: bool,
    /// Only cases whose id begins with one of these.
    pub cases: Vec<String>,
    /// Only these peers, beside the baselines.
    pub peers: Option<Vec<String>>,
    /// Only these allocators.
    pub allocators: Vec<String>,
    /// How often.
    pub repetitions: Option<usize>,
}

pub(crate) const USAGE: &str = "\
usage: cargo run --release --manifest-path benchmarks/Cargo.toml -- [options]
  --quick            fewer and shorter samples, under two minutes
  --full             also ten million entries and a million servers
  --cases a,b        only cases whose id begins so
  --peers x,y        only these beside ours, raw and the map; `none` for none
  --allocators a,b   of system, mimalloc
  --repetitions n    3 unless said otherwise, under 15 minutes; 1 with --quick
  --dry              print the table, leave benchmarks/report alone
  --list             what there is to be measured";

impl Options {
    /// Reads them.
    ///
    /// # Errors
    ///
    /// What to print instead of running.
    pub fn parse(arguments: &[String]) -> Result<Self, String> {
        let mut options = Self {
            quick: false,
            full: false,
            list: false,
            dry: false,
            cases: Vec::new(),
            peers: None,
            allocators: vec!["system".to_owned(), "mimalloc".to_owned()],
            repetitions: None,
        };
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            let (name, inline) = match argument.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (argument.as_str(), None),
            };
            let mut value = || {
                let value = inline.or_else(|| arguments.next().map(String::as_str));
                value.ok_or_else(|| format!("{name} wants a value\n{USAGE}"))
            };
            match name {
                "--quick" => options.quick = true,
                "--full" => options.full = true,
                "--list" => options.list = true,
                "--dry" => options.dry = true,
                "--cases" => options.cases = list(value()?),
                "--peers" => options.peers = Some(list(value()?)),
                "--allocators" => options.allocators = list(value()?),
                "--repetitions" => {
                    let n = value()?.parse().ok().filter(|n| *n > 0);
                    options.repetitions = Some(n.ok_or("--repetitions wants a number above 0")?);
                }
                _ => return Err(format!("unknown option {name}\n{USAGE}")),
            }
        }
        options.check()?;
        Ok(options)
    }

    fn check(&self) -> Result<(), String> {
        let all = case::all();
        for wanted in &self.cases {
            if !all.iter().any(|case| case.id.starts_with(wanted.as_str())) {
                return Err(format!("no case begins with {wanted}; --list lists them"));
            }
        }
        for peer in self.peers.iter().flatten() {
            if peer != "none" && contenders::find(peer).is_none() {
                return Err(format!("no contender is called {peer}; --list lists them"));
            }
        }
        Ok(())
    }

    /// Whether a case is to be measured.
    #[must_use]
    pub fn wants(&self, case: &case::Case) -> bool {
        let named =
            self.cases.is_empty() || self.cases.iter().any(|id| case.id.starts_with(id.as_str()));
        named && (self.full || !case.full)
    }

    /// Whether a contender is to be measured.
    #[must_use]
    pub fn admits(&self, contender: &str) -> bool {
        match &self.peers {
            None => true,
            Some(peers) => {
                contenders::BASELINES.contains(&contender)
                    || peers.iter().any(|peer| peer == contender)
            }
        }
    }
}

fn list(value: &str) -> Vec<String> {
    value
        .split(',')
        .map(|item| item.trim().to_owned())
        .filter(|item| !item.is_empty())
        .collect()
}
