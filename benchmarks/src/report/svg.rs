//! `report.svg`: the ratios, what grows with size, and latencies, drawn by hand.

use std::fmt::Write as _;

use super::cell::{self, Line};
use super::plot::{Axis, Plot, colour, escape};
use crate::case::{Case, Kind};
use crate::results::Results;
use crate::run::Flavor;

const WIDTH: f64 = 1100.0;
const ROW: f64 = 20.0;

pub(super) fn text(cases: &[Case], results: &Results) -> String {
    let mut body = String::new();
    let lines = cell::lines(cases, "system", results);
    let mut y = legend(&mut body, &lines);
    y = ratios(&mut body, &lines, y);
    y = growth(&mut body, results, y);
    y = latency(&mut body, results, y);
    frame(&body, y)
}

fn frame(body: &str, height: f64) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" viewBox=\"0 0 {WIDTH} {height}\" font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n{body}</svg>\n"
    )
}

/// Panels of their own, each with the names of its lines.
pub(super) fn panels(all: &[super::Panel]) -> String {
    let mut body = String::new();
    for (i, panel) in all.iter().enumerate() {
        let left = 20.0 + (i % 2) as f64 * (WIDTH / 2.0);
        let top = 20.0 + (i / 2) as f64 * 260.0;
        let filled = panel.series.iter().filter(|(_, points)| !points.is_empty());
        let series: Vec<_> = filled
            .map(|(name, points)| (name.as_str(), points.clone()))
            .collect();
        super::plot::panel(&mut body, &panel.title, (left, top), &series);
        for (at, (name, _)) in series.iter().enumerate() {
            let x = left + 60.0 + at as f64 * 110.0;
            let y = top + 234.0;
            let _ = writeln!(
                body,
                "<circle cx=\"{x}\" cy=\"{y}\" r=\"4\" fill=\"{}\"/><text x=\"{}\" y=\"{}\">{name}</text>",
                colour(name),
                x + 8.0,
                y + 4.0
            );
        }
    }
    frame(&body, 20.0 + all.len().div_ceil(2) as f64 * 260.0)
}

fn present<'a>(lines: &'a [Line<'_>]) -> impl Iterator<Item = &'static str> + 'a {
    cell::columns().filter(|name| lines.iter().any(|line| line.figure(name).is_some()))
}

fn legend(body: &mut String, lines: &[Line<'_>]) -> f64 {
    let mut x = 20.0;
    for name in present(lines) {
        let _ = writeln!(
            body,
            "<circle cx=\"{x}\" cy=\"20\" r=\"5\" fill=\"{}\"/><text x=\"{}\" y=\"24\">{name}</text>",
            colour(name),
            x + 9.0
        );
        x += 30.0 + 7.0 * name.len() as f64;
    }
    40.0
}

/// One line a case, one dot a contender, on a scale of ratios to the case's baseline.
fn ratios(body: &mut String, lines: &[Line<'_>], top: f64) -> f64 {
    let shown: Vec<_> = lines
        .iter()
        .filter(|line| {
            line.baseline("ours").is_some()
                && !matches!(line.case.kind, Kind::Latency | Kind::Unregister)
        })
        .filter(|line| {
            !line.row.metric.ends_with(" on")
                && !line.row.metric.ends_with(" off")
                && line.row.metric != "user"
        })
        .collect();
    let bottom = top + 50.0 + ROW * shown.len() as f64;
    let plot = Plot::new(
        (420.0, top + 40.0),
        (WIDTH - 20.0, bottom - 10.0),
        Axis::log(0.1, 100.0),
        Axis::log(1.0, 10.0),
    );
    let _ = writeln!(
        body,
        "<text x=\"20\" y=\"{}\" font-size=\"15\">Ratio to raw tokio, or to the bare map (less is better)</text>",
        top + 16.0
    );
    for ratio in [0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0] {
        let x = plot.x(ratio);
        let stroke = if (ratio - 1.0_f64).abs() < 1e-9 {
            "#555"
        } else {
            "#ddd"
        };
        let _ = writeln!(
            body,
            "<line x1=\"{x:.1}\" y1=\"{}\" x2=\"{x:.1}\" y2=\"{}\" stroke=\"{stroke}\"/><text x=\"{x:.1}\" y=\"{}\" text-anchor=\"middle\" fill=\"#555\">{ratio}</text>",
            top + 36.0,
            bottom - 10.0,
            top + 32.0
        );
    }
    for (i, line) in shown.iter().enumerate() {
        let y = top + 50.0 + ROW * i as f64;
        let _ = writeln!(
            body,
            "<text x=\"410\" y=\"{}\" text-anchor=\"end\">{}</text>",
            y + 4.0,
            escape(&line.row.title)
        );
        // Ours last, so that it is on top.
        for name in cell::columns().collect::<Vec<_>>().into_iter().rev() {
            if let Some(ratio) = line.ratio(name) {
                let radius = if name == "ours" { 6.0 } else { 4.0 };
                let _ = writeln!(
                    body,
                    "<circle cx=\"{:.1}\" cy=\"{y}\" r=\"{radius}\" fill=\"{}\" fill-opacity=\"0.85\"><title>{name} {ratio:.2}</title></circle>",
                    plot.x(ratio),
                    colour(name)
                );
            }
        }
    }
    bottom + 20.0
}

/// Cost and bytes by the number of entries and servers.
fn growth(body: &mut String, results: &Results, top: f64) -> f64 {
    let panels = [
        ("lookup of cold keys, ns", "lookup-cold", Kind::Cold, "ns"),
        (
            "register + unregister, ns",
            "register",
            Kind::Register,
            "ns",
        ),
        ("bytes an entry", "entries", Kind::Entries, "bytes"),
        ("bytes a server", "memory", Kind::Memory, "bytes"),
    ];
    for (i, (title, id, kind, metric)) in panels.into_iter().enumerate() {
        let left = 20.0 + (i % 2) as f64 * (WIDTH / 2.0);
        let upper = top + (i / 2) as f64 * 240.0;
        let all = crate::case::all();
        let sizes: Vec<_> = all
            .iter()
            .filter(|case| case.kind == kind && case.id.starts_with(id))
            .collect();
        let series = cell::columns().map(|name| {
            let point = |case: &&&Case| {
                Some((
                    case.n as f64,
                    results.get("system", &case.id, name, metric)?.median,
                ))
            };
            (
                name,
                sizes
                    .iter()
                    .filter_map(|case| point(&case))
                    .collect::<Vec<_>>(),
            )
        });
        super::plot::panel(
            body,
            title,
            (left, upper),
            &series
                .filter(|(_, points)| !points.is_empty())
                .collect::<Vec<_>>(),
        );
    }
    top + 500.0
}

/// p50, p99 and p99.9 by load.
fn latency(body: &mut String, results: &Results, top: f64) -> f64 {
    for (i, quantile) in ["p50", "p99", "p99.9"].into_iter().enumerate() {
        let series = cell::columns().map(|name| {
            let point = |load: u32| {
                let metric = format!("{quantile} at {load} %");
                Some((
                    f64::from(load),
                    results.get("system", "latency", name, &metric)?.median / 1000.0,
                ))
            };
            (
                name,
                [10, 50, 80]
                    .into_iter()
                    .filter_map(point)
                    .collect::<Vec<_>>(),
            )
        });
        let series: Vec<_> = series.filter(|(_, points)| !points.is_empty()).collect();
        let left = 20.0 + (i % 2) as f64 * (WIDTH / 2.0);
        let title = format!(
            "open loop, {quantile} in µs, at % of one's own capacity ({})",
            Flavor::Mt.name()
        );
        super::plot::panel(body, &title, (left, top + (i / 2) as f64 * 240.0), &series);
    }
    top + 500.0
}
