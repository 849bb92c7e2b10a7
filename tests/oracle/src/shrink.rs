//! The smallest scenario that still differs.

use crate::scenario::Scenario;

/// Takes away what is not needed, for as long as `differs` says that it still does.
pub fn shrink(scenario: &Scenario, mut differs: impl FnMut(&Scenario) -> bool) -> Scenario {
    let mut best = scenario.clone();
    loop {
        let before = best.clone();
        without_steps(&mut best, &mut differs);
        without_declarations(&mut best, &mut differs);
        simpler(&mut best, &mut differs);
        if best == before {
            return best;
        }
    }
}

/// Steps are taken away in parts, which get smaller.
fn without_steps(best: &mut Scenario, differs: &mut impl FnMut(&Scenario) -> bool) {
    let mut size = best.steps.len().div_ceil(2);
    while size > 0 {
        let mut at = 0;
        while at < best.steps.len() {
            let mut less = best.clone();
            let end = (at + size).min(less.steps.len());
            less.steps.drain(at..end);
            if differs(&less) {
                *best = less;
            } else {
                at += size;
            }
        }
        size /= 2;
    }
}

/// Whether a word of a line, or a part of one, is this id.
fn mentions(line: &[String], id: &str) -> bool {
    let mut parts = line
        .iter()
        .flat_map(|word| word.split([',', ';', '+', '=']));
    parts.any(|part| part == id)
}

fn without_declarations(best: &mut Scenario, differs: &mut impl FnMut(&Scenario) -> bool) {
    let ids: Vec<String> = best.declared.iter().map(|line| line[1].clone()).collect();
    for id in ids.iter().filter(|id| *id != "names") {
        let mut less = best.clone();
        less.declared.retain(|line| line[1] != *id);
        for line in &mut less.declared {
            for word in line.iter_mut() {
                let Some(children) = word.strip_prefix("children=") else {
                    continue;
                };
                // Of partitions, the child is all that there is.
                if children == id {
                    continue;
                }
                let rest: Vec<&str> = children.split(',').filter(|child| child != id).collect();
                let rest = if rest.is_empty() {
                    "-".to_owned()
                } else {
                    rest.join(",")
                };
                *word = format!("children={rest}");
            }
        }
        let used = less.steps.iter().any(|step| mentions(step, id))
            || less.declared.iter().any(|line| mentions(&line[2..], id));
        if !used && differs(&less) {
            *best = less;
        }
    }
}

/// The plainest value of each attribute.
const PLAIN: [(&str, &str); 10] = [
    ("trap", "0"),
    ("name", "-"),
    ("term", "ok"),
    ("plan", "ok"),
    ("init", "-"),
    ("restart", "permanent"),
    ("significant", "0"),
    ("partitions", "1"),
    ("listener", "0"),
    ("max_children", "infinity"),
];

fn simpler(best: &mut Scenario, differs: &mut impl FnMut(&Scenario) -> bool) {
    for line in 0..best.declared.len() {
        for word in 0..best.declared[line].len() {
            let Some((name, value)) = best.declared[line][word].split_once('=') else {
                continue;
            };
            let plain = PLAIN.iter().find(|(plain, _)| *plain == name);
            let Some((_, plain)) = plain.filter(|(_, plain)| *plain != value) else {
                continue;
            };
            // A permanent child cannot be a significant one.
            if name == "restart"
                && best.declared[line]
                    .iter()
                    .any(|word| word == "significant=1")
            {
                continue;
            }
            let mut less = best.clone();
            less.declared[line][word] = format!("{name}={plain}");
            if differs(&less) {
                *best = less;
            }
        }
    }
}
