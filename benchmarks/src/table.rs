//! The lines of the table: what each shows, what it is held against, and the target.

use crate::case::Kind;
use crate::run::Flavor;

/// One line.
#[derive(Clone, Debug)]
pub struct Row {
    /// The figure of the worker's that it shows.
    pub metric: &'static str,
    /// What it says on the left.
    pub title: String,
    /// The unit.
    pub unit: Unit,
    /// What the ratio is to.
    pub baseline: Baseline,
    /// The target, if there is one.
    pub target: Option<Target>,
}

/// What figures are counted in; workers report nanoseconds, bytes and operations a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Nanoseconds.
    Ns,
    /// Microseconds.
    Us,
    /// Milliseconds.
    Ms,
    /// Bytes.
    Bytes,
    /// A thousand operations a second; the one that is better when it is more.
    Rate,
}

impl Unit {
    /// What a figure of a worker's is divided by, and what is written behind it.
    #[must_use]
    pub fn scale(self) -> (f64, &'static str) {
        match self {
            Self::Ns => (1.0, "ns"),
            Self::Us => (1e3, "µs"),
            Self::Ms => (1e6, "ms"),
            Self::Bytes => (1.0, "bytes"),
            Self::Rate => (1e3, "k/s"),
        }
    }
}

/// What a ratio is to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Baseline {
    /// Another contender's figure of the same case.
    Contender(&'static str),
    /// Another figure of the same contender's.
    Metric(&'static str),
    /// A contender's figure of another case, by its id, and the same metric.
    Case(&'static str, &'static str),
    /// Nothing.
    None,
}

/// What is to be reached with the system's allocator, and with mimalloc where that differs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Target {
    /// Whether the limits are ratios, or figures in the row's unit.
    pub ratio: bool,
    /// The target and the stretch.
    pub system: (f64, f64),
    /// The same under mimalloc.
    pub mimalloc: (f64, f64),
}

const fn ratio(target: f64, stretch: f64) -> Option<Target> {
    Some(Target { ratio: true, system: (target, stretch), mimalloc: (target, stretch) })
}

const fn most(target: f64, stretch: f64) -> Option<Target> {
    Some(Target { ratio: false, system: (target, stretch), mimalloc: (target, stretch) })
}

const RAW: Baseline = Baseline::Contender("raw");
const MAP: Baseline = Baseline::Contender("map");

/// The lines of a case.
#[must_use]
pub fn rows(kind: Kind, flavor: Flavor, n: u64) -> Vec<Row> {
    let on = flavor.name();
    let count = thousands(n);
    let row = |metric, title: String, unit, baseline, target| Row { metric, title, unit, baseline, target };
    let one = |title: String, unit, baseline, target| vec![row("ns", title, unit, baseline, target)];
    let mt = flavor == Flavor::Mt;
    match kind {
        Kind::CallRef => {
            let target = if mt { ratio(1.35, 1.15) } else { ratio(1.15, 1.0) };
            one(format!("call by ref, 5 s timeout, {on}"), Unit::Ns, RAW, target)
        }
        Kind::CallBare => one(format!("call by ref, no timeout, {on}"), Unit::Ns, RAW, None),
        Kind::CallName => {
            let target = if mt { ratio(1.4, 1.1) } else { ratio(1.25, 1.1) };
            let over = if n == 1 { "one name".to_owned() } else { format!("{count} names") };
            one(format!("call by name, {over}, 5 s timeout, {on}"), Unit::Ns, RAW, target)
        }
        Kind::FanRef => one(format!("{count} × {count} calls by ref, 5 s timeout"), Unit::Ns, RAW, None),
        Kind::FanName => {
            let raw = Baseline::Case("fan-ref", "raw");
            one(format!("{count} × {count} calls by name, 5 s timeout"), Unit::Ns, raw, ratio(1.3, 1.1))
        }
        Kind::CastRef => one(format!("cast by ref, {on}"), Unit::Ns, RAW, ratio(0.65, 0.5)),
        Kind::CastName => {
            let raw = Baseline::Case(if mt { "cast-ref-mt" } else { "cast-ref-ct" }, "raw");
            one(format!("cast by name, {on}"), Unit::Ns, raw, ratio(1.3, 1.0))
        }
        Kind::Ring => one(format!("ring of {count}, a hop, {on}"), Unit::Ns, RAW, None),
        Kind::Spawn => crowd("spawn, no name", RAW, None),
        Kind::Start => {
            let target = Target { ratio: true, system: (0.7, 0.5), mimalloc: (1.3, 1.0) };
            crowd("start under a DynamicSupervisor with a name", RAW, Some(target))
        }
        Kind::Memory => {
            let target = if n >= 100_000 { most(1150.0, 950.0) } else { None };
            let title = format!("RSS of an idle named supervised server among {count}");
            vec![row("bytes", title, Unit::Bytes, RAW, target)]
        }
        Kind::Death => {
            let title = format!("death of {count} named supervised servers, each");
            one(title, Unit::Ns, RAW, most(1000.0, 600.0))
        }
        Kind::Publish => {
            let hand = Baseline::Contender("hand");
            let title = |what| format!("publish to {count}: {what}, each");
            vec![
                row("send", title("send"), Unit::Ns, hand, ratio(1.2, 1.05)),
                row("all", title("all received"), Unit::Ns, hand, ratio(1.2, 1.05)),
            ]
        }
        Kind::Kill => one("kill to back under its name".to_owned(), Unit::Us, RAW, most(2.5, 1.5)),
        Kind::Panic => one("panic to back under its name".to_owned(), Unit::Us, RAW, None),
        Kind::Hot => one(format!("lookup of a hot key of {count}"), Unit::Ns, MAP, ratio(1.3, 1.1)),
        Kind::Cold => {
            let target = if n == 100_000 { ratio(1.3, 1.1) } else { None };
            one(format!("lookup of cold keys, {count}"), Unit::Ns, MAP, target)
        }
        Kind::Register => {
            let target = if n == 100_000 { ratio(1.3, 1.1) } else { None };
            one(format!("register + unregister beside {count}"), Unit::Ns, MAP, target)
        }
        Kind::Unregister => {
            let first = Baseline::Case("unregister-1", "ours");
            let title = format!("register + unregister by a holder of {count}");
            one(title, Unit::Ns, first, if n > 1 { ratio(1.5, 1.5) } else { None })
        }
        Kind::Entries => {
            vec![row("bytes", format!("RSS of an entry among {count}"), Unit::Bytes, MAP, None)]
        }
        Kind::Membership => one(format!("leave + join at {count} members"), Unit::Ns, MAP, None),
        Kind::Select => one(format!("select of all of {count}"), Unit::Ms, MAP, most(2.0, 2.0)),
        Kind::Count => one("count".to_owned(), Unit::Ns, MAP, most(50.0, 50.0)),
        Kind::Keys => one(format!("keys of a process with {count}"), Unit::Ns, MAP, most(300.0, 300.0)),
        Kind::Latency => latency(),
        Kind::Bounded => options("a bounded mailbox", &[("cast", "cast"), ("call", "call")]),
        Kind::Snapshots => options("a snapshot a second, 10,000 servers", &[("call", "call by name")]),
        Kind::Listeners => options("a listener", &[("register", "register + unregister")]),
        Kind::Backoff => options("restart backoff", &[("start", "start"), ("bytes", "RSS")]),
    }
}

fn crowd(title: &str, baseline: Baseline, target: Option<Target>) -> Vec<Row> {
    let row = |metric, title, target| Row { metric, title, unit: Unit::Ns, baseline, target };
    vec![
        row("ns", title.to_owned(), target),
        row("user", format!("{title}: user time"), None),
    ]
}

fn latency() -> Vec<Row> {
    let figures = [
        "p50 at 10 %", "p99 at 10 %", "p99.9 at 10 %", "p50 at 50 %", "p99 at 50 %", "p99.9 at 50 %",
        "p50 at 80 %", "p99 at 80 %", "p99.9 at 80 %",
    ];
    let row = |metric, title, unit| Row { metric, title, unit, baseline: RAW, target: None };
    let first = row("rate", "open loop: capacity".to_owned(), Unit::Rate);
    let rest = figures.map(|figure| row(figure, format!("open loop: {figure}"), Unit::Us));
    std::iter::once(first).chain(rest).collect()
}

/// Two lines a figure: without and with.
fn options(what: &str, figures: &[(&'static str, &str)]) -> Vec<Row> {
    let mut rows = Vec::new();
    for (figure, title) in figures {
        let (off, on) = OPTION_METRICS.iter().find(|(key, ..)| key == figure).map_or(("", ""), |m| (m.1, m.2));
        let unit = if *figure == "bytes" { Unit::Bytes } else { Unit::Ns };
        let row = |metric, title, baseline| Row { metric, title, unit, baseline, target: None };
        rows.push(row(off, format!("{title} without {what}"), Baseline::None));
        rows.push(row(on, format!("{title} with {what}"), Baseline::Metric(off)));
    }
    rows
}

/// The figures that are measured without and with an option.
const OPTION_METRICS: [(&str, &str, &str); 5] = [
    ("cast", "cast off", "cast on"),
    ("call", "call off", "call on"),
    ("register", "register off", "register on"),
    ("start", "start off", "start on"),
    ("bytes", "bytes off", "bytes on"),
];

/// `100,000`.
#[must_use]
pub fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
