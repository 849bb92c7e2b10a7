//! Figures, ratios and verdicts, as all reports show them.

use crate::case::{self, Case};
use crate::contenders::{self, BASELINES};
use crate::results::{Results, Summary};
use crate::table::{Baseline, Row, Target};

/// Whether a target is met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The stretch as well.
    Stretch,
    /// The target.
    Met,
    /// No.
    Missed,
}

/// A line of the table under one allocator.
pub(super) struct Line<'a> {
    pub(super) case: &'a Case,
    pub(super) row: &'a Row,
    allocator: &'a str,
    results: &'a Results,
}

/// All lines of which something was measured.
pub(super) fn lines<'a>(
    cases: &'a [Case],
    allocator: &'a str,
    results: &'a Results,
) -> Vec<Line<'a>> {
    let all = cases
        .iter()
        .flat_map(|case| case.rows.iter().map(move |row| (case, row)));
    let line = |(case, row)| Line {
        case,
        row,
        allocator,
        results,
    };
    all.map(line)
        .filter(|line| columns().any(|name| line.figure(name).is_some()))
        .collect()
}

/// The contenders that have a column.
pub(super) fn columns() -> impl Iterator<Item = &'static str> {
    contenders::ALL.iter().map(|contender| contender.name)
}

/// Those of them that are neither ours nor something to hold it against.
pub(super) fn peers() -> impl Iterator<Item = &'static str> {
    columns().filter(|name| !BASELINES.contains(name))
}

impl Line<'_> {
    /// A contender's figures, in the row's unit.
    pub(super) fn figure(&self, contender: &str) -> Option<Summary> {
        self.scaled(&self.case.id, contender, self.row.metric)
    }

    fn scaled(&self, case: &str, contender: &str, metric: &str) -> Option<Summary> {
        let raw = self.results.get(self.allocator, case, contender, metric)?;
        let (scale, _) = self.row.unit.scale();
        let Summary {
            median,
            min,
            max,
            samples,
        } = raw;
        Some(Summary {
            median: median / scale,
            min: min / scale,
            max: max / scale,
            samples,
        })
    }

    /// What ratios are to.
    pub(super) fn baseline(&self, contender: &str) -> Option<f64> {
        let found = match self.row.baseline {
            Baseline::Contender(other) => self.figure(other),
            Baseline::Metric(metric) => self.scaled(&self.case.id, contender, metric),
            Baseline::Case(case, other) => self.scaled(case, other, self.row.metric),
            Baseline::None => None,
        };
        found.map(|figure| figure.median)
    }

    /// What the baseline is called.
    pub(super) fn baseline_name(&self) -> &'static str {
        match self.row.baseline {
            Baseline::Contender(name) => name,
            Baseline::Case(case, "ours") => {
                if case.starts_with("unregister") {
                    "holder of 1"
                } else {
                    "ours"
                }
            }
            Baseline::Case(_, name) => {
                if self.case.kind == case::Kind::FanName {
                    "raw by ref"
                } else {
                    name
                }
            }
            Baseline::Metric(_) => "without",
            Baseline::None => "",
        }
    }

    /// A contender's ratio to the baseline.
    pub(super) fn ratio(&self, contender: &str) -> Option<f64> {
        Some(self.figure(contender)?.median / self.baseline(contender)?)
    }

    /// The target under this allocator, and the stretch.
    pub(super) fn limits(&self) -> Option<(Target, (f64, f64))> {
        let target = self.row.target?;
        let limits = if self.allocator == "mimalloc" {
            target.mimalloc
        } else {
            target.system
        };
        Some((target, limits))
    }

    /// Whether this project meets it.
    pub(super) fn verdict(&self) -> Option<Verdict> {
        let (target, (most, stretch)) = self.limits()?;
        let is = if target.ratio {
            self.ratio("ours")?
        } else {
            self.figure("ours")?.median
        };
        // A ratio is shown with two decimals, and judged as it is shown.
        let is = if target.ratio {
            (is * 100.0).round() / 100.0
        } else {
            is
        };
        Some(match is {
            is if is <= stretch => Verdict::Stretch,
            is if is <= most => Verdict::Met,
            _ => Verdict::Missed,
        })
    }

    /// The target in words.
    pub(super) fn target(&self) -> String {
        match self.limits() {
            Some((target, (most, _))) if target.ratio => format!("≤ {most} ×"),
            Some((_, (most, _))) => format!("≤ {} {}", number(most), self.row.unit.scale().1),
            None => String::new(),
        }
    }

    /// The best peer of the line, and how many times this project's figure it needs.
    pub(super) fn best_peer(&self) -> Option<(&'static str, f64)> {
        let ours = self.figure("ours")?.median;
        let more = self.row.unit == crate::table::Unit::Rate;
        let cost = |name| {
            let figure = self.figure(name)?.median;
            Some((name, if more { ours / figure } else { figure / ours }))
        };
        peers().filter_map(cost).min_by(|a, b| a.1.total_cmp(&b.1))
    }
}

/// Three digits that matter.
#[must_use]
pub fn number(value: f64) -> String {
    match value.abs() {
        size if size >= 1000.0 => crate::table::thousands(value.round() as u64),
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}
