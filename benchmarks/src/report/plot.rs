//! Axes, lines and colours.

use std::fmt::Write as _;

use super::cell::number;

/// A logarithmic axis.
#[derive(Clone, Copy, Debug)]
pub(super) struct Axis {
    from: f64,
    to: f64,
}

impl Axis {
    pub(super) fn log(from: f64, to: f64) -> Self {
        Self {
            from: from.ln(),
            to: to.ln(),
        }
    }

    /// One that holds all of these, with some room.
    fn around(values: impl Iterator<Item = f64> + Clone) -> Self {
        let least = values.clone().fold(f64::INFINITY, f64::min).max(1e-3);
        let most = values.fold(0.0, f64::max).max(least * 1.01);
        Self::log(least / 1.3, most * 1.3)
    }

    fn place(self, value: f64) -> f64 {
        ((value.max(1e-9).ln() - self.from) / (self.to - self.from)).clamp(0.0, 1.0)
    }
}

/// A rectangle with two axes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plot {
    from: (f64, f64),
    to: (f64, f64),
    across: Axis,
    up: Axis,
}

impl Plot {
    pub(super) fn new(from: (f64, f64), to: (f64, f64), across: Axis, up: Axis) -> Self {
        Self {
            from,
            to,
            across,
            up,
        }
    }

    pub(super) fn x(&self, value: f64) -> f64 {
        self.from.0 + self.across.place(value) * (self.to.0 - self.from.0)
    }

    fn y(&self, value: f64) -> f64 {
        self.to.1 - self.up.place(value) * (self.to.1 - self.from.1)
    }
}

/// A panel with a line a contender.
pub(super) fn panel(
    body: &mut String,
    title: &str,
    (left, top): (f64, f64),
    series: &[(&str, Vec<(f64, f64)>)],
) {
    let _ = writeln!(
        body,
        "<text x=\"{left}\" y=\"{}\" font-size=\"15\">{}</text>",
        top + 16.0,
        escape(title)
    );
    if series.is_empty() {
        let _ = writeln!(
            body,
            "<text x=\"{left}\" y=\"{}\" fill=\"#555\">not measured in this run</text>",
            top + 40.0
        );
        return;
    }
    let points = series.iter().flat_map(|(_, points)| points.iter().copied());
    let (across, up) = (
        points.clone().map(|point| point.0),
        points.map(|point| point.1),
    );
    let plot = Plot::new(
        (left + 50.0, top + 28.0),
        (left + 500.0, top + 200.0),
        Axis::around(across.clone()),
        Axis::around(up.clone()),
    );
    let _ = writeln!(
        body,
        "<rect x=\"{}\" y=\"{}\" width=\"450\" height=\"172\" fill=\"none\" stroke=\"#bbb\"/>",
        left + 50.0,
        top + 28.0
    );
    let mut marks: Vec<f64> = across.collect();
    marks.sort_unstable_by(f64::total_cmp);
    marks.dedup();
    for mark in marks {
        let _ = writeln!(
            body,
            "<text x=\"{:.1}\" y=\"{}\" text-anchor=\"middle\" fill=\"#555\">{}</text>",
            plot.x(mark),
            top + 216.0,
            short(mark)
        );
    }
    let (least, most) = (
        up.clone().fold(f64::INFINITY, f64::min),
        up.fold(0.0, f64::max),
    );
    for mark in [least, (least * most).sqrt(), most] {
        let y = plot.y(mark);
        let _ = writeln!(
            body,
            "<line x1=\"{}\" y1=\"{y:.1}\" x2=\"{}\" y2=\"{y:.1}\" stroke=\"#eee\"/><text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\" fill=\"#555\">{}</text>",
            left + 50.0,
            left + 500.0,
            left + 46.0,
            y + 4.0,
            number(mark)
        );
    }
    for (name, points) in series {
        let path: Vec<_> = points
            .iter()
            .map(|(x, y)| format!("{:.1},{:.1}", plot.x(*x), plot.y(*y)))
            .collect();
        let _ = writeln!(
            body,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"2\"/>",
            path.join(" "),
            colour(name)
        );
        for (x, y) in points {
            let _ = writeln!(
                body,
                "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"3.5\" fill=\"{}\"><title>{name} {}</title></circle>",
                plot.x(*x),
                plot.y(*y),
                colour(name),
                number(*y)
            );
        }
    }
}

/// `10⁵` for 100,000.
fn short(value: f64) -> String {
    let power = value.log10().round();
    if value >= 1000.0 && (10_f64.powf(power) - value).abs() < 0.5 {
        let digits = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
        return format!("10{}", digits[(power as usize).min(9)]);
    }
    format!("{value}")
}

/// A colour a line.
pub(super) fn colour(name: &str) -> &'static str {
    match name {
        "ours" | "most" | "a server" => "#d62728",
        "raw" | "p50" | "an entry" => "#222222",
        "raw+timeout" => "#888888",
        "map" => "#555555",
        "hand" => "#bbbbbb",
        "ractor" | "p99" | "a subscriber" => "#1f77b4",
        "kameo" | "p99.9" | "a key" => "#ff7f0e",
        "actix" => "#2ca02c",
        "xtra" => "#9467bd",
        "hydra" => "#8c564b",
        "spawned" => "#17becf",
        _ => "#bcbd22",
    }
}

/// Text for XML.
pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
