//! The table on standard output; in colour on a terminal.

use std::io::IsTerminal;
use std::time::Duration;

use super::cell::{self, Line, Verdict, number};
use crate::case::Case;
use crate::cli::Options;
use crate::machine::Machine;
use crate::results::Results;

pub(super) fn print(
    options: &Options,
    cases: &[Case],
    machine: &Machine,
    results: &Results,
    took: Duration,
) {
    let colour = std::io::stdout().is_terminal();
    println!(
        "{}, {} cores, {}, {}",
        machine.cpu, machine.cores, machine.kernel, machine.rustc
    );
    for allocator in &options.allocators {
        let lines = cell::lines(cases, allocator, results);
        if lines.is_empty() {
            continue;
        }
        let peers: Vec<_> = cell::peers()
            .filter(|peer| lines.iter().any(|line| line.figure(peer).is_some()))
            .collect();
        println!("\nallocator: {allocator}; medians; in brackets the ratio to the baseline");
        print!(
            "{:<52} {:>5} {:>9} {:>19} {:>7} {:>12} {:>9}",
            "case", "unit", "ours", "min – max", "ratio", "baseline", "target"
        );
        for peer in &peers {
            print!(" {peer:>15}");
        }
        println!();
        for line in &lines {
            print_line(line, &peers, colour);
        }
    }
    println!(
        "\n{} measurements came to nothing; {} s in all",
        results.failures.len(),
        took.as_secs()
    );
    for (what, why) in &results.failures {
        println!("  {what}: {why}");
    }
}

fn print_line(line: &Line<'_>, peers: &[&'static str], colour: bool) {
    let (_, unit) = line.row.unit.scale();
    let ours = line.figure("ours");
    let median = ours.map_or_else(String::new, |figure| number(figure.median));
    let range = ours.map_or_else(String::new, |figure| {
        format!("{} – {}", number(figure.min), number(figure.max))
    });
    let ratio = line
        .ratio("ours")
        .map_or_else(String::new, |ratio| format!("{ratio:.2}"));
    let base = match line.row.baseline {
        crate::table::Baseline::None => String::new(),
        _ => line.baseline("ours").map_or_else(String::new, |base| {
            format!("{} {}", line.baseline_name(), number(base))
        }),
    };
    let (paint, plain) = match (colour, line.verdict()) {
        (true, Some(Verdict::Stretch)) => ("\x1b[1;32m", "\x1b[0m"),
        (true, Some(Verdict::Met)) => ("\x1b[32m", "\x1b[0m"),
        (true, Some(Verdict::Missed)) => ("\x1b[31m", "\x1b[0m"),
        _ => ("", ""),
    };
    let mark = match line.verdict() {
        Some(Verdict::Stretch) => "++",
        Some(Verdict::Met) => "+",
        Some(Verdict::Missed) => "-",
        None => "",
    };
    print!(
        "{:<52} {unit:>5} {paint}{median:>9}{plain} {range:>19} {paint}{ratio:>7}{plain} {base:>12} {:>9} {mark:<2}",
        line.row.title,
        line.target()
    );
    for peer in peers {
        let cell = line.figure(peer).map_or_else(String::new, |figure| {
            let ratio = line
                .ratio(peer)
                .map_or_else(String::new, |ratio| format!(" ({ratio:.2})"));
            format!("{}{ratio}", number(figure.median))
        });
        print!(" {cell:>15}");
    }
    println!();
}
