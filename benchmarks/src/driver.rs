//! The driver: works through the plan, a process a measurement, and reports.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use crate::case::{self, Case};
use crate::cli::Options;
use crate::contenders::{self, Contender};
use crate::machine::Machine;
use crate::progress::Progress;
use crate::results::Results;
use crate::{beam, child, report, worker};

/// The contender that is another program.
const BEAM: &str = beam::CONTENDER.name;

/// One measurement of the plan.
struct Step<'a> {
    case: &'a Case,
    contender: &'static Contender,
    allocator: &'a str,
}

/// Measures what is asked for; `allocator` is the one that this binary was built with.
#[must_use]
pub fn main(options: &Options, allocator: &str) -> ExitCode {
    let cases: Vec<Case> = case::all()
        .into_iter()
        .filter(|case| options.wants(case))
        .collect();
    if options.list {
        list(&cases);
        return ExitCode::SUCCESS;
    }
    let programs = programs(options, allocator);
    let machine = Machine::here();
    let began = Instant::now();
    let mut results = Results::default();
    run(options, &cases, &machine, &programs, &mut results);
    let took = began.elapsed();
    report::print(options, &cases, &machine, &results, took);
    if !options.dry
        && let Err(error) = report::write(options, &cases, &machine, &results, took)
    {
        eprintln!("benchmarks/report cannot be written: {error}");
        return ExitCode::FAILURE;
    }
    if results.failures.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// The binaries, by allocator. The second one is built here, since `cargo run` builds but one.
fn programs<'a>(options: &'a Options, allocator: &str) -> Vec<(&'a str, PathBuf)> {
    let here = std::env::current_exe().unwrap_or_else(|_| "bench".into());
    let mut programs = Vec::new();
    for wanted in &options.allocators {
        if wanted == allocator {
            programs.push((wanted.as_str(), here.clone()));
            continue;
        }
        let name = if wanted == "system" {
            "bench".to_owned()
        } else {
            format!("bench-{wanted}")
        };
        let other = here.with_file_name(&name);
        if let Some(cargo) = std::env::var_os("CARGO") {
            let mut build = Command::new(cargo);
            build.args(["build", "--quiet", "--release", "--bin", &name]);
            build.args([
                "--manifest-path",
                concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"),
            ]);
            if !build.status().is_ok_and(|status| status.success()) {
                eprintln!("{name} does not build: {wanted} is left out");
                continue;
            }
        }
        if other.exists() {
            programs.push((wanted.as_str(), other));
        } else {
            eprintln!("{} is not there: {wanted} is left out", other.display());
        }
    }
    programs
}

fn run(
    options: &Options,
    cases: &[Case],
    machine: &Machine,
    programs: &[(&str, PathBuf)],
    results: &mut Results,
) {
    let repetitions = options
        .repetitions
        .unwrap_or(if options.quick { 1 } else { 3 });
    let beam = machine.beam.is_some();
    if !beam && options.admits(BEAM) {
        eprintln!("`elixir` is not on the path: the BEAM is left out");
    }
    let mut plan = Vec::new();
    for repetition in 0..repetitions {
        for case in cases {
            if repetition >= most(case) {
                continue;
            }
            for (allocator, _) in programs {
                // Repetition r of every contender before repetition r + 1, in turning order.
                let here = |contender: &&Contender| {
                    contender.name != BEAM || (beam && *allocator == "system")
                };
                let mut turn: Vec<_> = measured(options, case).filter(here).collect();
                let shift = repetition % turn.len().max(1);
                turn.rotate_left(shift);
                plan.extend(turn.into_iter().map(|contender| Step {
                    case,
                    contender,
                    allocator,
                }));
            }
        }
    }
    let mut progress = Progress::new(plan.len());
    for step in &plan {
        progress.step(&format!(
            "{} {} {}",
            step.case.id, step.contender.name, step.allocator
        ));
        let program = programs
            .iter()
            .find(|(allocator, _)| *allocator == step.allocator);
        let measured = program.map_or_else(
            || Err("no binary".to_owned()),
            |(_, path)| child::measure(command(options, step, path)),
        );
        match measured {
            Ok(samples) => {
                for (metric, value) in samples {
                    results.add(
                        step.allocator,
                        &step.case.id,
                        step.contender.name,
                        &metric,
                        value,
                    );
                }
            }
            Err(why) => results.failures.push((
                format!(
                    "{} {} {}",
                    step.case.id, step.contender.name, step.allocator
                ),
                why,
            )),
        }
    }
    progress.done();
}

/// Who is measured in a case.
fn measured<'a>(
    options: &'a Options,
    case: &'a Case,
) -> impl Iterator<Item = &'static Contender> + 'a {
    contenders::ALL.iter().filter(|contender| {
        options.admits(contender.name)
            && (contender.missing)(case.kind, case.flavor).is_none()
            && !contender.skips(case)
    })
}

/// How often a case is measured at most: what fills gigabytes varies little, and takes long.
fn most(case: &Case) -> usize {
    if case.n >= 1_000_000 { 3 } else { usize::MAX }
}

fn time(options: &Options) -> Duration {
    Duration::from_millis(if options.quick { 40 } else { 120 })
}

/// What takes a measurement.
fn command(options: &Options, step: &Step<'_>, program: &Path) -> Command {
    let time = time(options);
    if step.contender.name == BEAM {
        return beam::command(step.case, time);
    }
    let mut command = Command::new(program);
    command.args([worker::FLAG, &step.case.id, step.contender.name]);
    command.args([time.as_millis().to_string(), step.case.n.to_string()]);
    command
}

fn list(cases: &[Case]) {
    println!("cases:");
    for case in cases {
        println!(
            "  {:<20} {}",
            case.id,
            case.rows.first().map_or("", |row| row.title.as_str())
        );
    }
    println!("contenders:");
    for contender in contenders::ALL {
        println!("  {:<12} {}", contender.name, contender.about);
    }
}
