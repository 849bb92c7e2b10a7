//! What is in the table, case by case.

use super::helpers::{crowd, latency, options};
use super::{Baseline, Row, Target, Unit, thousands};
use crate::case::Kind;
use crate::run::Flavor;

const fn ratio(target: f64, stretch: f64) -> Target {
    Target {
        ratio: true,
        system: (target, stretch),
        mimalloc: (target, stretch),
    }
}

const fn most(target: f64, stretch: f64) -> Target {
    Target {
        ratio: false,
        system: (target, stretch),
        mimalloc: (target, stretch),
    }
}

const RAW: Baseline = Baseline::Contender("raw");
const MAP: Baseline = Baseline::Contender("map");

/// The lines of a case.
#[must_use]
#[expect(clippy::too_many_lines, reason = "a table: one arm a case")]
pub fn rows(kind: Kind, flavor: Flavor, n: u64) -> Vec<Row> {
    let on = flavor.name();
    let count = thousands(n);
    let row = |metric, title: String, unit, baseline, target| Row {
        metric,
        title,
        unit,
        baseline,
        target,
    };
    let one =
        |title: String, unit, baseline, target| vec![row("ns", title, unit, baseline, target)];
    let mt = flavor == Flavor::Mt;
    match kind {
        Kind::CallRef => {
            let target = if mt {
                Some(ratio(1.35, 1.15))
            } else {
                Some(ratio(1.15, 1.0))
            };
            one(
                format!("call by ref, 5 s timeout, {on}"),
                Unit::Ns,
                RAW,
                target,
            )
        }
        Kind::CallBare => one(
            format!("call by ref, no timeout, {on}"),
            Unit::Ns,
            RAW,
            None,
        ),
        Kind::CallName => {
            let target = if mt {
                Some(ratio(1.4, 1.1))
            } else {
                Some(ratio(1.25, 1.1))
            };
            let over = if n == 1 {
                "one name".to_owned()
            } else {
                format!("{count} names")
            };
            one(
                format!("call by name, {over}, 5 s timeout, {on}"),
                Unit::Ns,
                RAW,
                target,
            )
        }
        Kind::FanRef => one(
            format!("{count} × {count} calls by ref, 5 s timeout"),
            Unit::Ns,
            RAW,
            None,
        ),
        Kind::FanName => {
            let raw = Baseline::Case("fan-ref", "raw");
            one(
                format!("{count} × {count} calls by name, 5 s timeout"),
                Unit::Ns,
                raw,
                Some(ratio(1.3, 1.1)),
            )
        }
        Kind::CastRef => one(
            format!("cast by ref, {on}"),
            Unit::Ns,
            RAW,
            Some(ratio(0.65, 0.5)),
        ),
        Kind::CastName => {
            let raw = Baseline::Case(if mt { "cast-ref-mt" } else { "cast-ref-ct" }, "raw");
            one(
                format!("cast by name, {on}"),
                Unit::Ns,
                raw,
                Some(ratio(1.3, 1.0)),
            )
        }
        Kind::Ring => one(format!("ring of {count}, a hop, {on}"), Unit::Ns, RAW, None),
        Kind::Spawn => crowd("spawn, no name", RAW, None),
        Kind::Start => {
            let target = Target {
                ratio: true,
                system: (0.7, 0.5),
                mimalloc: (1.3, 1.0),
            };
            crowd(
                "start under a DynamicSupervisor with a name",
                RAW,
                Some(target),
            )
        }
        Kind::Memory => {
            let target = if n >= 100_000 {
                Some(most(1150.0, 950.0))
            } else {
                None
            };
            let title = format!("RSS of an idle named supervised server among {count}");
            vec![row("bytes", title, Unit::Bytes, RAW, target)]
        }
        Kind::Death => {
            let title = format!("death of {count} named supervised servers, each");
            one(title, Unit::Ns, RAW, Some(most(1000.0, 600.0)))
        }
        Kind::Publish => {
            let hand = Baseline::Contender("hand");
            let title = |what| format!("publish to {count}: {what}, each");
            vec![
                row(
                    "send",
                    title("send"),
                    Unit::Ns,
                    hand,
                    Some(ratio(1.2, 1.05)),
                ),
                row(
                    "all",
                    title("all received"),
                    Unit::Ns,
                    hand,
                    Some(ratio(1.2, 1.05)),
                ),
            ]
        }
        Kind::Kill => one(
            "kill to back under its name".to_owned(),
            Unit::Us,
            RAW,
            Some(most(2.5, 1.5)),
        ),
        Kind::Panic => one(
            "panic to back under its name".to_owned(),
            Unit::Us,
            RAW,
            None,
        ),
        Kind::Hot => one(
            format!("lookup of a hot key of {count}"),
            Unit::Ns,
            MAP,
            Some(ratio(1.3, 1.1)),
        ),
        Kind::Cold => {
            let target = if n == 100_000 {
                Some(ratio(1.3, 1.1))
            } else {
                None
            };
            one(
                format!("lookup of cold keys, {count}"),
                Unit::Ns,
                MAP,
                target,
            )
        }
        Kind::Register => {
            let target = if n == 100_000 {
                Some(ratio(1.3, 1.1))
            } else {
                None
            };
            one(
                format!("register + unregister beside {count}"),
                Unit::Ns,
                MAP,
                target,
            )
        }
        Kind::Unregister => {
            let first = Baseline::Case("unregister-1", "ours");
            let title = format!("register + unregister by a holder of {count}");
            one(
                title,
                Unit::Ns,
                first,
                if n > 1 { Some(ratio(1.5, 1.5)) } else { None },
            )
        }
        Kind::Entries => {
            vec![row(
                "bytes",
                format!("RSS of an entry among {count}"),
                Unit::Bytes,
                MAP,
                None,
            )]
        }
        Kind::Membership => one(
            format!("leave + join at {count} members"),
            Unit::Ns,
            MAP,
            None,
        ),
        Kind::Select => one(
            format!("select of all of {count}"),
            Unit::Ms,
            MAP,
            Some(most(2.0, 2.0)),
        ),
        Kind::Count => one("count".to_owned(), Unit::Ns, MAP, Some(most(50.0, 50.0))),
        Kind::Keys => one(
            format!("keys of a process with {count}"),
            Unit::Ns,
            MAP,
            Some(most(300.0, 300.0)),
        ),
        Kind::Latency => latency(),
        Kind::Bounded => options("a bounded mailbox", &[("cast", "cast"), ("call", "call")]),
        Kind::Snapshots => options(
            "a snapshot a second, 10,000 servers",
            &[("call", "call by name")],
        ),
        Kind::Listeners => options("a listener", &[("register", "register + unregister")]),
        Kind::Backoff => options("restart backoff", &[("start", "start"), ("bytes", "RSS")]),
        Kind::Nodes => options("a node to choose", &[("lookup", "lookup of a hot key")]),
    }
}
