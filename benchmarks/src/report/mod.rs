//! What has come of it: a table in the terminal, and files in `benchmarks/report`.

mod cell;
mod json;
mod plot;
mod readme;
mod svg;
mod terminal;

pub use cell::number;

use std::fs;
use std::path::Path;
use std::time::Duration;

use crate::case::Case;
use crate::cli::Options;
use crate::machine::Machine;
use crate::results::Results;

/// Curves over one logarithmic axis.
#[derive(Clone, Debug)]
pub struct Panel {
    /// What they show.
    pub title: String,
    /// A name and its points each.
    pub series: Vec<(String, Vec<(f64, f64)>)>,
}

/// Draws panels, two side by side, with a legend; as SVG.
#[must_use]
pub fn draw(panels: &[Panel]) -> String {
    svg::panels(panels)
}

/// Prints the table.
pub fn print(
    options: &Options,
    cases: &[Case],
    machine: &Machine,
    results: &Results,
    took: Duration,
) {
    terminal::print(options, cases, machine, results, took);
}

/// Writes `results.json`, `report.svg` and `README.md`.
///
/// # Errors
///
/// When the files cannot be written.
pub fn write(
    options: &Options,
    cases: &[Case],
    machine: &Machine,
    results: &Results,
    took: Duration,
) -> std::io::Result<()> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/report"));
    fs::create_dir_all(folder)?;
    fs::write(
        folder.join("results.json"),
        json::text(cases, machine, results, took),
    )?;
    fs::write(folder.join("report.svg"), svg::text(cases, results))?;
    fs::write(
        folder.join("README.md"),
        readme::text(options, cases, machine, results, took),
    )
}
