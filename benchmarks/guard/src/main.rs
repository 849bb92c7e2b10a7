//! Instruction counts of the hot paths, held to the committed ones.
//!
//! Started without arguments (by `run`) it runs itself under callgrind, each case with N and with 2N
//! operations: the difference, by N, is what an operation costs, without start and end of the program.
//! Instructions are counted, not time: so it holds on a machine that does other things as well.

mod cases;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::process::{Command, ExitCode};

const COUNTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/counts.txt");

/// How much more than committed is let through, in per cent.
const SLACK: f64 = 5.0;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .as_slice()
    {
        ["--case", case, n] => match n.parse() {
            Ok(n) if cases::run(case, n) => ExitCode::SUCCESS,
            _ => ExitCode::from(2),
        },
        ["--bless"] => guard(true),
        [] => guard(false),
        _ => {
            eprintln!("usage: benchmarks/guard/run [--bless]");
            ExitCode::from(2)
        }
    }
}

fn guard(bless: bool) -> ExitCode {
    if !Command::new("valgrind")
        .arg("--version")
        .output()
        .is_ok_and(|output| output.status.success())
    {
        println!("skipped: valgrind is not installed");
        return ExitCode::SUCCESS;
    }
    let mut counts = BTreeMap::new();
    for (case, n) in cases::ALL {
        match each(case, n) {
            Ok(count) => drop(counts.insert(case, count)),
            Err(why) => {
                eprintln!("{case} cannot be counted: {why}");
                return ExitCode::FAILURE;
            }
        }
    }
    // The servers that die have been started first.
    if let (Some(start), Some(death)) = (counts.get("start").copied(), counts.get_mut("death")) {
        *death -= start;
    }
    if bless {
        return self::bless(&counts);
    }
    compare(&counts)
}

/// Instructions an operation.
fn each(case: &str, n: u64) -> Result<f64, String> {
    #[expect(clippy::cast_precision_loss, reason = "rounded to tenths anyway")]
    let each = (instructions(case, 2 * n)? as f64 - instructions(case, n)? as f64) / n as f64;
    Ok(each)
}

fn instructions(case: &str, n: u64) -> Result<u64, String> {
    let this = std::env::current_exe().map_err(|error| error.to_string())?;
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(this)
        .args(["--case", case, &n.to_string()])
        .output()
        .map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    if !output.status.success() {
        return Err(text);
    }
    let collected = text
        .lines()
        .find_map(|line| line.split_once("Collected :")?.1.trim().parse().ok());
    collected.ok_or(text)
}

fn rustc() -> String {
    let output = Command::new("rustc").arg("--version").output();
    output.map_or_else(
        |_| "rustc".to_owned(),
        |output| String::from_utf8_lossy(&output.stdout).trim().to_owned(),
    )
}

fn bless(counts: &BTreeMap<&str, f64>) -> ExitCode {
    let mut text = format!(
        "# Instructions an operation; `benchmarks/guard/run --bless` writes this. {}\n",
        rustc()
    );
    for (case, count) in counts {
        let _ = writeln!(text, "{case} {count:.1}");
    }
    match fs::write(COUNTS, &text) {
        Ok(()) => {
            print!("{text}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{COUNTS}: {error}");
            ExitCode::FAILURE
        }
    }
}

fn compare(counts: &BTreeMap<&str, f64>) -> ExitCode {
    let Ok(text) = fs::read_to_string(COUNTS) else {
        eprintln!("{COUNTS} is not there; `benchmarks/guard/run --bless` writes it");
        return ExitCode::FAILURE;
    };
    let committed: BTreeMap<&str, f64> = text
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once(' '))
        .filter_map(|(case, count)| Some((case, count.parse().ok()?)))
        .collect();
    let (mut passed, mut failed) = (0, 0);
    for (case, count) in counts {
        let Some(was) = committed.get(case) else {
            println!("{case:<10} {count:>10.1} instructions, and no committed figure");
            failed += 1;
            continue;
        };
        let change = (count / was - 1.0) * 100.0;
        println!("{case:<10} {count:>10.1} instructions, committed {was:.1} ({change:+.1} %)");
        if change > SLACK {
            failed += 1;
        } else {
            passed += 1;
        }
    }
    if failed > 0 {
        let head = text.lines().next().unwrap_or_default();
        println!(
            "more than +{SLACK} %: make it cheaper, or say in the commit why not, and run `benchmarks/guard/run --bless`"
        );
        println!("committed: {head}; here: {}", rustc());
    }
    println!("guard: {passed} passed, {failed} failed");
    // Another compiler makes other code: that is no fault of the change at hand.
    let same_compiler = text
        .lines()
        .next()
        .is_some_and(|head| head.ends_with(&rustc()));
    if failed > 0 && !same_compiler {
        println!("not held against this change: the counts are of another compiler");
    }
    if failed == 0 || !same_compiler {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
