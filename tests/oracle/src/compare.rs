//! What is compared: what is promised. A rule takes out what differs on purpose, and names the row of
//! `docs/from-elixir.md`, "What differs, and why", that says so.

use std::collections::{BTreeMap, HashSet};

use crate::here::Outcome;
use crate::rules;
use crate::scenario::{Line, Scenario, about};

/// The first thing in which two runs differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The number of the step, from 0.
    pub at: usize,
    /// The step.
    pub step: Line,
    /// What is compared.
    pub section: String,
    /// What it is here.
    pub here: Vec<String>,
    /// What it is in Elixir.
    pub there: Vec<String>,
}

/// What a step came to, in sections: within each, order counts.
type Sections = BTreeMap<String, Vec<String>>;

/// Compares two runs, and counts which rules were needed.
pub fn compare(
    scenario: &Scenario,
    here: &[Outcome],
    there: &[Outcome],
    used: &mut BTreeMap<&'static str, usize>,
) -> Option<Difference> {
    for (at, step) in scenario.steps.iter().enumerate() {
        let (mut ours, mut theirs) = (outcome(here, at), outcome(there, at));
        rules::apply(scenario, step, &mut ours, &mut theirs, used);
        if leave_out_races(&mut ours, &mut theirs) {
            *used.entry(RACE).or_default() += 1;
        }
        let (ours, theirs) = (sections(scenario, &ours), sections(scenario, &theirs));
        let names: HashSet<&String> = ours.keys().chain(theirs.keys()).collect();
        let mut names: Vec<&String> = names.into_iter().collect();
        names.sort();
        let found = names
            .into_iter()
            .find(|name| ours.get(*name) != theirs.get(*name));
        if let Some(section) = found {
            let of = |sections: &Sections| sections.get(section).cloned().unwrap_or_default();
            return Some(Difference {
                at,
                step: step.clone(),
                section: section.clone(),
                here: of(&ours),
                there: of(&theirs),
            });
        }
    }
    None
}

/// What [`leave_out_races`] is counted as.
const RACE: &str = "(no order is promised between two senders)";

/// A process that somebody ends may have learned of another's death before, or not: it hears of the two from
/// different senders. Takes what it learned out if one side alone has it.
fn leave_out_races(ours: &mut Outcome, theirs: &mut Outcome) -> bool {
    let deaths: Vec<String> = {
        let dead = ours
            .events
            .iter()
            .filter(|event| theirs.events.contains(event));
        dead.filter_map(|event| event.strip_prefix("dead "))
            .map(str::to_owned)
            .collect()
    };
    let ended = |process: &str| {
        let by_signal = |reason: &&str| deaths.contains(&format!("{process} {reason}"));
        ["killed", "shutdown"].iter().any(by_signal)
    };
    // The third has told it of the death of the one that it called.
    let third = |process: &str| {
        deaths.len() > 2
            && deaths
                .iter()
                .any(|death| death.starts_with(&format!("{process} ")))
    };
    let of = |outcome: &Outcome, other: &Outcome| -> Vec<String> {
        let alone = outcome.events.iter().filter(|event| {
            let words: Vec<&str> = event.split(' ').collect();
            let races = match *words {
                ["msg", process, _, "exit" | "down", _] => ended(process),
                ["res", process, "call", ..] => ended(process) || third(process),
                _ => false,
            };
            races && !other.events.contains(event)
        });
        alone.cloned().collect()
    };
    let (here, there) = (of(ours, theirs), of(theirs, ours));
    ours.events.retain(|event| !here.contains(event));
    theirs.events.retain(|event| !there.contains(event));
    // The same of a call in a call, whose answer then comes or does not.
    let caller = here
        .iter()
        .chain(&there)
        .any(|event| event.starts_with("res "));
    let answer = caller && ours.result != theirs.result;
    if answer {
        ours.result.clone_from(&theirs.result);
    }
    answer || !here.is_empty() || !there.is_empty()
}

fn outcome(outcomes: &[Outcome], at: usize) -> Outcome {
    outcomes.get(at).cloned().unwrap_or_else(|| Outcome {
        result: "(it did not come to this)".to_owned(),
        events: Vec::new(),
    })
}

/// The id of a process `id#n`.
fn id(name: &str) -> &str {
    name.split('#').next().unwrap_or(name)
}

/// What is ordered is in one section: the starts and ends of the children of one supervisor, and of
/// each other process; the messages from one process to another; what a process does; what happens to
/// a key. Deaths and late answers are sets.
fn sections(scenario: &Scenario, outcome: &Outcome) -> Sections {
    let mut sections = Sections::new();
    sections.insert("result".to_owned(), vec![outcome.result.clone()]);
    for event in &outcome.events {
        let words: Vec<&str> = event.split(' ').collect();
        let section = match *words {
            ["life", process, ..] => format!("life of {}", group(scenario, process)),
            ["msg", process, from, ..] => format!("messages to {process} from {from}"),
            ["res", process, ..] => format!("done by {process}"),
            ["event", registry, key, ..] => format!("heard of {key} in {registry}"),
            ["dead", ..] => "deaths".to_owned(),
            _ => "answers".to_owned(),
        };
        // A link and a monitor tell of one death in no order, but each after all messages of the dead.
        if matches!(*words, ["msg", _, _, "exit" | "down", _]) {
            sections
                .entry(format!("{section}: {}", words[3]))
                .or_default()
                .push(event.clone());
            continue;
        }
        if let ["msg", process, from, "note", _] = *words {
            for last in ["exit", "down"] {
                let section = format!("messages to {process} from {from}: {last}");
                sections.entry(section).or_default().push(event.clone());
            }
            continue;
        }
        sections.entry(section).or_default().push(event.clone());
    }
    for name in ["deaths", "answers"] {
        if let Some(set) = sections.get_mut(name) {
            set.sort();
        }
    }
    sections
}

fn group(scenario: &Scenario, process: &str) -> String {
    let of = scenario.declared.iter().find(|line| line[1] == id(process));
    let sup = of.and_then(|line| about(&line[2..]).remove("sup"));
    let Some(sup) = sup.filter(|sup| sup != "-") else {
        return process.to_owned();
    };
    let kind = scenario.declared.iter().find(|line| line[1] == sup);
    match kind
        .and_then(|line| about(&line[2..]).remove("kind"))
        .as_deref()
    {
        // Its children are independent of each other.
        None | Some("dynamic" | "partition") => process.to_owned(),
        Some(_) => format!("the children of {sup}"),
    }
}
