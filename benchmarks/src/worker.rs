//! A worker: one measurement, in a process of its own.

use std::process::ExitCode;
use std::time::Duration;

use crate::case;
use crate::contenders;
use crate::run::Run;

/// The first argument of a worker.
pub const FLAG: &str = "--worker";

/// Measures what `case contender milliseconds n` says, and prints a line `figure value` each.
#[must_use]
pub fn main(arguments: &[String]) -> ExitCode {
    let [id, contender, millis, n] = arguments else {
        return ExitCode::from(2);
    };
    let all = case::all();
    let case = all.iter().find(|case| case.id == *id);
    let (Some(case), Some(contender)) = (case, contenders::find(contender)) else {
        return ExitCode::from(2);
    };
    let (Ok(millis), Ok(n)) = (millis.parse(), n.parse()) else {
        return ExitCode::from(2);
    };
    // Some cases are about panics, and writing of them is not what is measured.
    if matches!(case.kind, case::Kind::Panic | case::Kind::Kill) {
        std::panic::set_hook(Box::new(|_| ()));
    }
    let run = Run {
        n,
        time: Duration::from_millis(millis),
    };
    let Some(samples) = (contender.measure)(case.kind, case.flavor, run) else {
        return ExitCode::from(2);
    };
    for (figure, value) in samples {
        println!("{figure}\t{value}");
    }
    // Ending what has been started in order is not what is measured.
    std::process::exit(0)
}
