//! Many seeds on both sides.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::beam::Beam;
use crate::compare::{Difference, compare};
use crate::coverage::Coverage;
use crate::generate;
use crate::here::{self, Clock};
use crate::scenario::Scenario;
use crate::shrink::shrink;

/// What a run has found.
#[derive(Default)]
pub struct Found {
    /// The smallest scenario of each seed that differs, and in what.
    pub differences: Vec<(Scenario, Difference)>,
    /// How often each function came to each outcome.
    pub coverage: Coverage,
    /// How often each rule was needed.
    pub rules: BTreeMap<&'static str, usize>,
    /// How many seeds were run.
    pub seeds: usize,
    /// How many steps were compared.
    pub steps: usize,
    /// The seeds that differed once, and not when they were run again with more time.
    pub unsteady: Vec<u64>,
}

/// Why a run came to nothing.
#[derive(Debug)]
pub enum Failed {
    /// There is no Elixir here.
    NoElixir,
    /// It is gone, or hangs.
    Elixir(String),
}

/// One scenario on both sides, and here on each of the clocks.
///
/// # Errors
///
/// When Elixir fails.
pub fn both(
    beam: &mut Beam,
    scenario: &Scenario,
    clocks: &[Clock],
    found: &mut Found,
) -> Result<Option<Difference>, Failed> {
    beam.send(scenario).map_err(Failed::Elixir)?;
    let ours: Vec<_> = clocks
        .iter()
        .map(|clock| here::run(scenario, *clock))
        .collect();
    let theirs = beam.outcomes().map_err(Failed::Elixir)?;
    for (step, outcome) in scenario.steps.iter().zip(&theirs) {
        found.coverage.count(step, outcome);
    }
    found.steps += scenario.steps.len();
    let mut compared = ours
        .iter()
        .map(|ours| compare(scenario, ours, &theirs, &mut found.rules));
    Ok(compared.find_map(|difference| difference))
}

/// How much longer a unit of time is when a scenario is run again.
const LONGER: u32 = 5;

/// A difference is believed if it is there again, with more time for Elixir.
fn again(beam: &mut Beam, scenario: &Scenario, clocks: &[Clock]) -> Option<Difference> {
    let slower = Scenario {
        unit: scenario.unit * LONGER,
        ..scenario.clone()
    };
    let mut found = Found::default();
    both(beam, &slower, clocks, &mut found).ok().flatten()
}

/// The smallest scenario that differs as this one does.
pub fn smallest(
    beam: &mut Beam,
    scenario: &Scenario,
    clocks: &[Clock],
) -> Option<(Scenario, Difference)> {
    let less = shrink(scenario, |less| {
        let mut found = Found::default();
        both(beam, less, clocks, &mut found)
            .ok()
            .flatten()
            .is_some()
    });
    let difference = again(beam, &less, clocks)?;
    Some((less, difference))
}

/// Runs seeds, on as many programs as there are threads.
///
/// # Errors
///
/// When there is no Elixir, or it fails.
pub fn run(
    seeds: Range<u64>,
    clocks: &[Clock],
    threads: usize,
    most: usize,
) -> Result<Found, Failed> {
    let next = AtomicU64::new(seeds.start);
    let parts: Vec<Result<Found, Failed>> = std::thread::scope(|scope| {
        let work = || some(&next, seeds.end, clocks, most);
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().expect("no panic"))
            .collect()
    });
    let mut all = Found::default();
    for part in parts {
        let part = part?;
        all.differences.extend(part.differences);
        all.coverage.merge(&part.coverage);
        for (rule, count) in part.rules {
            *all.rules.entry(rule).or_default() += count;
        }
        all.seeds += part.seeds;
        all.steps += part.steps;
        all.unsteady.extend(part.unsteady);
    }
    Ok(all)
}

fn some(next: &AtomicU64, end: u64, clocks: &[Clock], most: usize) -> Result<Found, Failed> {
    let mut beam = Beam::start().ok_or(Failed::NoElixir)?;
    let mut found = Found::default();
    loop {
        let seed = next.fetch_add(1, Ordering::Relaxed);
        if seed >= end || found.differences.len() >= most {
            return Ok(found);
        }
        let scenario = generate::scenario(seed);
        found.seeds += 1;
        if both(&mut beam, &scenario, clocks, &mut found)
            .inspect_err(|_| eprintln!("in seed {seed}"))?
            .is_none()
        {
            continue;
        }
        let steady = again(&mut beam, &scenario, clocks).is_some();
        match steady
            .then(|| smallest(&mut beam, &scenario, clocks))
            .flatten()
        {
            Some(difference) => found.differences.push(difference),
            None => found.unsteady.push(seed),
        }
    }
}
