//! Runs seeds, or one scenario, on both sides: see `README.md`.

use std::process::ExitCode;

use registry_oracle::beam::Beam;
use registry_oracle::compare::compare;
use registry_oracle::here::{self, Clock, Outcome};
use registry_oracle::run::{Failed, Found, both, run, smallest};
use registry_oracle::scenario::Scenario;
use registry_oracle::{generate, quiet, report};

const USAGE: &str =
    "registry-oracle seeds FROM TO | show SEED | replay SEED | shrink SEED | file PATH
    [--paused-clock] [--threads N] [--most N]";

const CLOCKS: [Clock; 2] = [Clock::Paused, Clock::Real];

fn main() -> ExitCode {
    quiet();
    let mut words: Vec<String> = std::env::args().skip(1).collect();
    let clocks: &[Clock] = match words.iter().position(|word| word == "--paused-clock") {
        Some(at) => {
            words.remove(at);
            &[Clock::Paused]
        }
        None => &CLOCKS,
    };
    let threads = option(&mut words, "--threads").unwrap_or(2);
    let most = option(&mut words, "--most").unwrap_or(20);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let number = |text: &str| text.parse::<u64>().ok();
    let done = match *words {
        ["seeds", from, to] => match (number(from), number(to)) {
            (Some(from), Some(to)) => run(from..to, clocks, threads, most).map(|found| {
                print!("{}", report::text(&found));
                found.differences.is_empty()
            }),
            _ => Err(Failed::Elixir(USAGE.to_owned())),
        },
        ["show", seed] => {
            print!("{}", generate::scenario(number(seed).unwrap_or_default()));
            Ok(true)
        }
        ["replay", seed] => match number(seed) {
            Some(seed) => one(&generate::scenario(seed), clocks),
            None => Err(Failed::Elixir(USAGE.to_owned())),
        },
        ["shrink", seed] => match number(seed) {
            Some(seed) => shrunk(&generate::scenario(seed), clocks),
            None => Err(Failed::Elixir(USAGE.to_owned())),
        },
        ["file", path] => {
            let text =
                std::fs::read_to_string(path).map_err(|error| Failed::Elixir(error.to_string()));
            text.and_then(|text| Scenario::parse(&text).map_err(Failed::Elixir))
                .and_then(|scenario| one(&scenario, clocks))
        }
        _ => Err(Failed::Elixir(USAGE.to_owned())),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(Failed::NoElixir) => {
            eprintln!("there is no `elixir` on the path; install it by `apt-get install elixir`");
            ExitCode::FAILURE
        }
        Err(Failed::Elixir(why)) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

fn option(words: &mut Vec<String>, name: &str) -> Option<usize> {
    let at = words.iter().position(|word| word == name)?;
    let value = words.get(at + 1)?.parse().ok();
    words.drain(at..at + 2);
    value
}

/// Shows a scenario with what it comes to on both sides.
fn one(scenario: &Scenario, clocks: &[Clock]) -> Result<bool, Failed> {
    let mut beam = Beam::start().ok_or(Failed::NoElixir)?;
    beam.send(scenario).map_err(Failed::Elixir)?;
    let ours: Vec<_> = clocks
        .iter()
        .map(|clock| here::run(scenario, *clock))
        .collect();
    let theirs = beam.outcomes().map_err(Failed::Elixir)?;
    print!("{scenario}");
    for (at, step) in scenario.steps.iter().enumerate() {
        println!("\n{at}: {}", step.join(" "));
        for (clock, ours) in clocks.iter().zip(&ours) {
            show(&format!("here, {clock:?} clock"), ours.get(at));
        }
        show("there", theirs.get(at));
    }
    let mut rules = Found::default().rules;
    let found = ours
        .iter()
        .find_map(|ours| compare(scenario, ours, &theirs, &mut rules));
    if let Some(difference) = &found {
        println!("\n{}", report::difference(difference));
    }
    Ok(found.is_none())
}

fn show(side: &str, outcome: Option<&Outcome>) {
    let Some(outcome) = outcome else { return };
    println!("  {side} = {}", outcome.result);
    for event in &outcome.events {
        println!("  {side}   {event}");
    }
}

/// Shows the smallest scenario that differs as this one does.
fn shrunk(scenario: &Scenario, clocks: &[Clock]) -> Result<bool, Failed> {
    let mut beam = Beam::start().ok_or(Failed::NoElixir)?;
    if both(&mut beam, scenario, clocks, &mut Found::default())?.is_none() {
        println!("both sides do the same");
        return Ok(true);
    }
    match smallest(&mut beam, scenario, clocks) {
        Some((less, _)) => one(&less, clocks),
        None => {
            println!("it differed once, and not again");
            Ok(true)
        }
    }
}
