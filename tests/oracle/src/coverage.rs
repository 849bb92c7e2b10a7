//! How often each function came to each outcome.

use std::collections::BTreeMap;

use crate::here::Outcome;
use crate::scenario::Line;

/// Functions and outcomes with how often they were seen.
#[derive(Clone, Debug, Default)]
pub struct Coverage(pub BTreeMap<(String, String), usize>);

impl Coverage {
    /// Counts what a step and the events after it show.
    pub fn count(&mut self, step: &Line, outcome: &Outcome) {
        let function = match step[0].as_str() {
            word @ ("call" | "acall" | "cast" | "burst" | "tcall" | "part_call") => word.to_owned(),
            "exit" | "stop" | "stop_sup" => format!("{} {}", step[0], kind(&step[step.len() - 1])),
            word => word.to_owned(),
        };
        self.add(function, kind(&outcome.result));
        for event in &outcome.events {
            let words: Vec<&str> = event.split(' ').collect();
            match *words {
                ["res", _, what, ref rest @ ..] => {
                    let result = rest.iter().skip_while(|word| **word != "=").nth(1);
                    let what = match (what, rest) {
                        ("exit", [_, reason, ..]) => format!("exit {}", kind(reason)),
                        ("task", [how, ..]) => format!("task {how}"),
                        _ => what.to_owned(),
                    };
                    self.add(format!("· {what}"), kind(result.unwrap_or(&"")));
                }
                ["msg", _, from, what, why] => {
                    let from = if from.starts_with("timer") {
                        "timer"
                    } else {
                        "process"
                    };
                    self.add(format!("hears {what} of {from}"), kind(why));
                }
                ["life", _, "term", trap, reason] => {
                    self.add(format!("terminate {trap}"), kind(reason))
                }
                ["dead", _, reason] => self.add("death".to_owned(), kind(reason)),
                ["acall", _, ref result @ ..] => self.add("answer".to_owned(), kind(result[0])),
                ["event", _, _, what, ..] => self.add("listener".to_owned(), what.to_owned()),
                _ => {}
            }
        }
    }

    fn add(&mut self, function: String, outcome: String) {
        *self.0.entry((function, outcome)).or_default() += 1;
    }

    /// Adds another's counts.
    pub fn merge(&mut self, other: &Self) {
        for (key, count) in &other.0 {
            *self.0.entry(key.clone()).or_default() += count;
        }
    }
}

/// The kind of outcome: a text without what it is about.
fn kind(result: &str) -> String {
    let word = result.split(' ').next().unwrap_or_default();
    let word = word.split_once('#').map_or(word, |_| "some");
    match word.split_once(':') {
        Some(("exited", reason)) => {
            format!("exited:{}", reason.split(':').next().unwrap_or_default())
        }
        Some((word, _)) => word.to_owned(),
        None if word.parse::<i64>().is_ok() => "number".to_owned(),
        None => word.to_owned(),
    }
}
