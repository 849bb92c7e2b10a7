//! Lines that come in groups.

use super::{Baseline, Row, Target, Unit};

const RAW: Baseline = Baseline::Contender("raw");

pub(super) fn crowd(title: &str, baseline: Baseline, target: Option<Target>) -> Vec<Row> {
    let row = |metric, title, target| Row {
        metric,
        title,
        unit: Unit::Ns,
        baseline,
        target,
    };
    vec![
        row("ns", title.to_owned(), target),
        row("user", format!("{title}: user time"), None),
    ]
}

pub(super) fn latency() -> Vec<Row> {
    let figures = [
        "p50 at 10 %",
        "p99 at 10 %",
        "p99.9 at 10 %",
        "p50 at 50 %",
        "p99 at 50 %",
        "p99.9 at 50 %",
        "p50 at 80 %",
        "p99 at 80 %",
        "p99.9 at 80 %",
    ];
    let row = |metric, title, unit| Row {
        metric,
        title,
        unit,
        baseline: RAW,
        target: None,
    };
    let first = row("rate", "open loop: capacity".to_owned(), Unit::Rate);
    let rest = figures.map(|figure| row(figure, format!("open loop: {figure}"), Unit::Us));
    std::iter::once(first).chain(rest).collect()
}

/// Two lines a figure: without and with.
pub(super) fn options(what: &str, figures: &[(&'static str, &str)]) -> Vec<Row> {
    let mut rows = Vec::new();
    for (figure, title) in figures {
        let (off, on) = OPTION_METRICS
            .iter()
            .find(|(key, ..)| key == figure)
            .map_or(("", ""), |m| (m.1, m.2));
        let unit = if *figure == "bytes" {
            Unit::Bytes
        } else {
            Unit::Ns
        };
        let row = |metric, title, baseline| Row {
            metric,
            title,
            unit,
            baseline,
            target: None,
        };
        rows.push(row(off, format!("{title} without {what}"), Baseline::None));
        rows.push(row(
            on,
            format!("{title} with {what}"),
            Baseline::Metric(off),
        ));
    }
    rows
}

/// The figures that are measured without and with an option.
const OPTION_METRICS: [(&str, &str, &str); 6] = [
    ("lookup", "lookup off", "lookup on"),
    ("cast", "cast off", "cast on"),
    ("call", "call off", "call on"),
    ("register", "register off", "register on"),
    ("start", "start off", "start on"),
    ("bytes", "bytes off", "bytes on"),
];
