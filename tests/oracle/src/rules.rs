//! What differs on purpose: each rule names its row.

use std::collections::{BTreeMap, HashSet};

use crate::here::Outcome;
use crate::scenario::{Line, Scenario};

/// Takes what differs on purpose out of what a step came to, on both sides.
pub fn apply(
    scenario: &Scenario,
    step: &[String],
    here: &mut Outcome,
    there: &mut Outcome,
    used: &mut BTreeMap<&'static str, usize>,
) {
    for (row, rule) in RULES {
        let before = (here.clone(), there.clone());
        rule(scenario, step, here, there);
        if before != (here.clone(), there.clone()) {
            *used.entry(row).or_default() += 1;
        }
    }
}

type Rule = fn(&Scenario, &[String], &mut Outcome, &mut Outcome);

/// Each rule with the beginning of its row in `docs/from-elixir.md`.
pub const RULES: &[(&str, Rule)] = &[
    (
        "`terminate` runs before every end but `Kill`",
        terminate_without_trap,
    ),
    ("Listeners hear of deaths", deaths_are_events),
    (
        "`which_children` is in the order of starting",
        order_of_children,
    ),
    ("Handlers hold a thread", signal_to_oneself),
    (
        "A listener hears of each entry that leaves a duplicate key",
        unregistering_what_is_not_held,
    ),
    (
        "A supervisor that is killed takes its children along",
        children_of_the_killed,
    ),
    (
        "A failed `start_link` gives a caller that traps exits the error alone",
        exits_of_failed_starts,
    ),
    (
        "A failed start returns after the process has ended",
        failed_starts_that_are_ending,
    ),
    (
        "Children of a `DynamicSupervisor` start side by side",
        restarts_that_do_not_begin,
    ),
];

fn dead(outcome: &Outcome) -> HashSet<String> {
    let dead = outcome
        .events
        .iter()
        .filter_map(|event| event.strip_prefix("dead "));
    dead.filter_map(|rest| rest.split(' ').next())
        .map(str::to_owned)
        .collect()
}

/// Elixir calls no `terminate` after an exit signal without `trap_exit`. One that hangs is killed here.
fn terminate_without_trap(
    scenario: &Scenario,
    _: &[String],
    here: &mut Outcome,
    there: &mut Outcome,
) {
    let mut hang = Vec::new();
    here.events.retain(|event| {
        let words: Vec<&str> = event.split(' ').collect();
        let ["life", process, "term", "free", ..] = *words else {
            return true;
        };
        let known = format!("life {process} term");
        let known = there.events.iter().any(|event| event.starts_with(&known));
        let id = process.split('#').next();
        let hangs = |line: &Line| {
            Some(line[1].as_str()) == id && line.iter().any(|word| word == "term=hang")
        };
        if !known && scenario.declared.iter().any(hangs) {
            hang.push(format!("dead {process} "));
        }
        known
    });
    for death in hang {
        let theirs = there.events.iter().find(|event| event.starts_with(&death));
        let ours = here
            .events
            .iter_mut()
            .find(|event| event.starts_with(&death) && event.ends_with(" killed"));
        if let (Some(theirs), Some(ours)) = (theirs, ours) {
            ours.clone_from(theirs);
        }
    }
}

/// Elixir tells listeners nothing of deaths.
fn deaths_are_events(_: &Scenario, _: &[String], here: &mut Outcome, there: &mut Outcome) {
    let dead = dead(here);
    for outcome in [here, there] {
        outcome.events.retain(|event| {
            let words: Vec<&str> = event.split(' ').collect();
            !matches!(*words, ["event", _, _, "unregister", process] if dead.contains(process))
        });
    }
}

/// Elixir's is in reverse.
fn order_of_children(_: &Scenario, step: &[String], _: &mut Outcome, there: &mut Outcome) {
    if step[0] == "which_children" {
        let mut children: Vec<&str> = there.result.split(',').collect();
        children.reverse();
        there.result = children.join(",");
    }
}

/// A handler that sends its own process an exit signal, links to a process that is not there, or has
/// the result of a task whose link ends it, goes on to its next `await`; in Elixir it ends at once.
fn signal_to_oneself(_: &Scenario, _: &[String], here: &mut Outcome, there: &mut Outcome) {
    let dead = dead(here);
    here.events.retain(|event| {
        let words: Vec<&str> = event.split(' ').collect();
        let itself = match *words {
            ["res", process, "exit", id, ..] => process.split('#').next() == Some(id),
            ["res", _, "link", ..] | ["res", _, "task", "crash" | "stream_crash", ..] => true,
            _ => false,
        };
        !itself || !dead.contains(words[1]) || there.events.contains(event)
    });
}

/// Elixir sends an event also for what was not registered, and one event when several entries go.
fn unregistering_what_is_not_held(
    _: &Scenario,
    _: &[String],
    here: &mut Outcome,
    there: &mut Outcome,
) {
    let gone = |event: &String| event.starts_with("event ") && event.contains(" unregister ");
    here.events
        .retain(|event| !gone(event) || there.events.contains(event));
    there
        .events
        .retain(|event| !gone(event) || here.events.contains(event));
    for outcome in [here, there] {
        let mut seen = HashSet::new();
        outcome
            .events
            .retain(|event| !gone(event) || seen.insert(event.clone()));
    }
}

/// In Elixir the children of a supervisor that was killed get an exit signal: those that trap exits
/// terminate, and those that are supervisors shut their own children down.
fn children_of_the_killed(
    scenario: &Scenario,
    _: &[String],
    here: &mut Outcome,
    there: &mut Outcome,
) {
    let sups = scenario.declared.iter().filter(|line| line[0] == "sup");
    let mut beginnings = sups.map(|line| format!("dead {}#", line[1]));
    let killed = |event: &String, beginning: &String| {
        event.starts_with(beginning) && event.ends_with(" killed")
    };
    if !beginnings.any(|sup| there.events.iter().any(|event| killed(event, &sup))) {
        return;
    }
    let dead = here
        .events
        .iter()
        .filter_map(|event| event.strip_prefix("dead ")?.strip_suffix(" killed"));
    for process in dead {
        let (death, life) = (format!("dead {process} "), format!("life {process} term "));
        there.events.retain(|event| !event.starts_with(&life));
        for event in &mut there.events {
            if event.starts_with(&death) {
                *event = format!("{death}killed");
            }
        }
    }
}

/// OTP 25 sends a caller that traps exits an exit message as well.
fn exits_of_failed_starts(_: &Scenario, _: &[String], here: &mut Outcome, there: &mut Outcome) {
    let failed = |process: &str, child: &str| {
        let id = child.split('#').next().unwrap_or(child);
        let start = format!("res {process} start_link {id} = ");
        let mut starts = here
            .events
            .iter()
            .filter_map(|event| event.strip_prefix(&start));
        starts.any(|result| !result.starts_with("ok "))
    };
    there.events.retain(|event| {
        let words: Vec<&str> = event.split(' ').collect();
        !matches!(*words, ["msg", process, child, "exit", _] if failed(process, child))
            || here.events.contains(event)
    });
}

/// On OTP 25, a caller may go on with the error before the link ends it, and a child whose `init` failed may get the
/// exit signal of its supervisor, which has heard of the failure and ends.
fn failed_starts_that_are_ending(
    _: &Scenario,
    _: &[String],
    here: &mut Outcome,
    there: &mut Outcome,
) {
    let ended = dead(here);
    there.events.retain(|event| {
        let words: Vec<&str> = event.split(' ').collect();
        let known = here.events.contains(event);
        !matches!(*words, ["res", process, "start_link", ..] if ended.contains(process) && !known)
    });
    for event in &mut there.events {
        let Some(process) = event.strip_suffix(" shutdown:start") else {
            continue;
        };
        let process = format!("{process} ");
        if let Some(ours) = here.events.iter().find(|ours| ours.starts_with(&process)) {
            event.clone_from(ours);
        }
    }
}

/// A dynamic supervisor that gives up may do so here before the restart of a child has begun; in Elixir it has begun and
/// ended.
fn restarts_that_do_not_begin(
    scenario: &Scenario,
    _: &[String],
    here: &mut Outcome,
    there: &mut Outcome,
) {
    let ended = dead(here);
    let dynamic = |line: &&Line| line[0] == "sup" && line.iter().any(|word| word == "kind=dynamic");
    for sup in scenario.declared.iter().filter(dynamic) {
        let (sup, under) = (format!("{}#", sup[1]), format!("sup={}", sup[1]));
        if !ended.iter().any(|process| process.starts_with(&sup)) {
            continue;
        }
        let child = |process: &str| {
            let id = process.split('#').next();
            let of = |line: &Line| Some(line[1].as_str()) == id && line.contains(&under);
            scenario.declared.iter().any(of)
        };
        there.events.retain(|event| {
            let words: Vec<&str> = event.split(' ').collect();
            let ["life" | "dead", process, ..] = *words else {
                return true;
            };
            tells_of(here, process) || !child(process)
        });
    }
}

/// Whether a step tells of the life or death of a process.
fn tells_of(outcome: &Outcome, process: &str) -> bool {
    let about = [format!("life {process} "), format!("dead {process} ")];
    let mut events = outcome.events.iter();
    events.any(|event| about.iter().any(|about| event.starts_with(about)))
}
