//! `results.json`: every sample, with what is needed to read it.

use std::fmt::Write as _;
use std::time::Duration;

use super::cell::{self, Verdict};
use crate::case::Case;
use crate::contenders;
use crate::machine::{self, Machine};
use crate::results::Results;

pub(super) fn text(cases: &[Case], machine: &Machine, results: &Results, took: Duration) -> String {
    let mut out = String::from("{\n");
    let _ = write!(
        out,
        "  \"machine\": {{\"cpu\": {}, \"cores\": {}, \"memory_gib\": {:.1}, \"kernel\": {}, \"rustc\": {}, \"libc\": {}, \"beam\": {}, \"date\": {}, \"load_before\": {}}},\n  \"took_seconds\": {},\n",
        quote(&machine.cpu),
        machine.cores,
        machine.memory,
        quote(&machine.kernel),
        quote(&machine.rustc),
        quote(&machine.libc),
        machine.beam.as_deref().map_or("null".to_owned(), quote),
        quote(&machine.date),
        quote(&machine.load),
        took.as_secs(),
    );
    let versions = contenders::ALL
        .iter()
        .filter(|contender| !contender.package.is_empty());
    let versions: Vec<_> = versions
        .map(|contender| {
            format!(
                "    {}: {}",
                quote(contender.name),
                quote(machine::version(contender.package))
            )
        })
        .collect();
    let _ = write!(out, "  \"versions\": {{\n{}\n  }},\n", versions.join(",\n"));
    let _ = write!(
        out,
        "  \"targets\": [\n{}\n  ],\n",
        targets(cases, results).join(",\n")
    );
    let samples: Vec<_> = results
        .iter()
        .map(|((allocator, case, contender, metric), samples)| {
            let samples: Vec<_> = samples.iter().map(|sample| format!("{sample:.3}")).collect();
            format!(
                "    {{\"allocator\": {}, \"case\": {}, \"contender\": {}, \"figure\": {}, \"samples\": [{}]}}",
                quote(allocator), quote(case), quote(contender), quote(metric), samples.join(", "),
            )
        })
        .collect();
    let _ = write!(out, "  \"samples\": [\n{}\n  ],\n", samples.join(",\n"));
    let failures: Vec<_> = results
        .failures
        .iter()
        .map(|(what, why)| format!("    [{}, {}]", quote(what), quote(why)))
        .collect();
    let _ = write!(
        out,
        "  \"failures\": [\n{}\n  ]\n}}\n",
        failures.join(",\n")
    );
    out
}

fn targets(cases: &[Case], results: &Results) -> Vec<String> {
    let mut all = Vec::new();
    for allocator in ["system", "mimalloc"] {
        for line in cell::lines(cases, allocator, results) {
            let Some(verdict) = line.verdict() else {
                continue;
            };
            let verdict = match verdict {
                Verdict::Stretch => "stretch",
                Verdict::Met => "met",
                Verdict::Missed => "missed",
            };
            all.push(format!(
                "    {{\"allocator\": {}, \"case\": {}, \"figure\": {}, \"target\": {}, \"verdict\": {}}}",
                quote(allocator), quote(&line.case.id), quote(line.row.metric), quote(&line.target()), quote(verdict),
            ));
        }
    }
    all
}

fn quote(text: &str) -> String {
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            letter if u32::from(letter) < 32 => {
                let _ = write!(out, "\\u{:04x}", u32::from(letter));
            }
            letter => out.push(letter),
        }
    }
    out.push('"');
    out
}
