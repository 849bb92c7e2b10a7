//! What a run has found, as text.

use std::fmt::Write;

use crate::compare::Difference;
use crate::run::Found;

/// One difference.
#[must_use]
pub fn difference(difference: &Difference) -> String {
    let Difference {
        at,
        step,
        section,
        here,
        there,
    } = difference;
    let lines = |lines: &[String]| match lines {
        [] => "        (nothing)\n".to_owned(),
        lines => lines
            .iter()
            .fold(String::new(), |text, line| text + "        " + line + "\n"),
    };
    format!(
        "step {at} ({}), {section}:\n    here\n{}    there\n{}",
        step.join(" "),
        lines(here),
        lines(there)
    )
}

/// All of it.
#[must_use]
pub fn text(found: &Found) -> String {
    let mut text = String::new();
    for (scenario, what) in &found.differences {
        let _ = writeln!(text, "{scenario}{}", difference(what));
    }
    let _ = writeln!(text, "function × outcome:");
    for ((function, outcome), count) in &found.coverage.0 {
        let _ = writeln!(text, "{count:>9}  {function} → {outcome}");
    }
    let _ = writeln!(text, "rules, with how many steps needed them:");
    for (row, count) in &found.rules {
        let _ = writeln!(text, "{count:>9}  {row}");
    }
    let _ = writeln!(
        text,
        "{} seeds, {} steps; {} differ; these differed once and not again: {:?}",
        found.seeds,
        found.steps,
        found.differences.len(),
        found.unsteady
    );
    text
}
