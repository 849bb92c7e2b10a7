//! A tree as text, as a Mermaid flowchart, and in Graphviz's DOT.

use std::fmt::{self, Display, Formatter, Write as _};

use super::tree::{State, Tree};
use crate::supervisor::Strategy;

impl Tree {
    /// The tree as a Mermaid flowchart.
    ///
    /// Shown in the [example](Self#examples).
    #[must_use]
    pub fn mermaid(&self) -> String {
        let mut text = String::from("flowchart TD\n");
        self.draw(
            &mut text,
            &mut 0,
            &mut |text, id, tree| {
                let label = escaped(
                    &tree.line(),
                    &[('"', "#quot;"), ('<', "&lt;"), ('>', "&gt;")],
                );
                let (open, close) = if tree.is_supervisor() {
                    ("[[", "]]")
                } else {
                    ("(", ")")
                };
                let _ = writeln!(text, "    n{id}{open}\"{label}\"{close}");
            },
            &|text, from, to| {
                let _ = writeln!(text, "    n{from} --> n{to}");
            },
        );
        text
    }

    /// The tree in Graphviz's DOT.
    ///
    /// Shown in the [example](Self#examples).
    #[must_use]
    pub fn dot(&self) -> String {
        let mut text = String::from("digraph tree {\n    node [fontname=\"monospace\"];\n");
        self.draw(
            &mut text,
            &mut 0,
            &mut |text, id, tree| {
                let label = escaped(&tree.line(), &[('\\', "\\\\"), ('"', "\\\"")]);
                let shape = if tree.is_supervisor() {
                    "box"
                } else {
                    "ellipse"
                };
                let _ = writeln!(text, "    n{id} [shape={shape}, label=\"{label}\"];");
            },
            &|text, from, to| {
                let _ = writeln!(text, "    n{from} -> n{to};");
            },
        );
        text.push_str("}\n");
        text
    }

    /// Writes the nodes, each before its children, and the edges; numbers count the nodes.
    fn draw(
        &self,
        text: &mut String,
        next: &mut usize,
        node: &mut impl FnMut(&mut String, usize, &Tree),
        edge: &impl Fn(&mut String, usize, usize),
    ) {
        let id = *next;
        *next += 1;
        node(text, id, self);
        for child in &self.children {
            let below = *next;
            child.draw(text, next, node, edge);
            edge(text, id, below);
        }
    }

    fn is_supervisor(&self) -> bool {
        matches!(self.state, State::Supervisor { .. })
    }

    fn write(&self, f: &mut Formatter<'_>, indent: &str) -> fmt::Result {
        let last = self.children.len() + usize::from(self.hidden > 0);
        for (index, child) in self.children.iter().enumerate() {
            let (branch, below) = branches(index + 1 == last);
            write!(f, "\n{indent}{branch}{}", child.line())?;
            child.write(f, &format!("{indent}{below}"))?;
        }
        if self.hidden > 0 {
            write!(f, "\n{indent}└── … {} more", self.hidden)?;
        }
        Ok(())
    }

    /// What stands in one place, on one line.
    fn line(&self) -> String {
        let name = &self.name;
        let mut line = match &self.state {
            State::Supervisor {
                pid,
                strategy,
                dynamic,
                recent,
            } => {
                let kind = if *dynamic {
                    "dynamic"
                } else {
                    strategy_name(*strategy)
                };
                let children = counted(self.children.len() + self.hidden, "child", "children");
                let recent = match recent {
                    0 => String::new(),
                    some => format!(", {} lately", counted(*some, "restart", "restarts")),
                };
                format!("{name} {pid} [{kind}, {children}{recent}]")
            }
            State::Process {
                pid,
                type_name,
                label,
            } => {
                let kind = if name == type_name {
                    String::new()
                } else {
                    format!(" ({type_name})")
                };
                let label = label.as_ref().filter(|label| *label != name);
                let label = label
                    .map(|label| format!(" \"{label}\""))
                    .unwrap_or_default();
                format!("{name}{kind} {pid}{label}")
            }
            State::Restarting => format!("{name} (restarting)"),
            State::Stopped => format!("{name} (stopped)"),
            State::NotRunning => format!("{name} (not running)"),
        };
        if self.restarts > 0 {
            let times = counted(self.restarts as usize, "time", "times");
            let _ = write!(line, " (restarted {times}");
            if let Some(reason) = &self.last_exit {
                let _ = write!(line, ", last after: {reason}");
            }
            line.push(')');
        }
        line
    }
}

fn counted(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

fn branches(last: bool) -> (&'static str, &'static str) {
    if last {
        ("└── ", "    ")
    } else {
        ("├── ", "│   ")
    }
}

fn strategy_name(strategy: Strategy) -> &'static str {
    match strategy {
        Strategy::OneForOne => "one_for_one",
        Strategy::OneForAll => "one_for_all",
        Strategy::RestForOne => "rest_for_one",
    }
}

fn escaped(text: &str, rules: &[(char, &str)]) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match rules.iter().find(|(from, _)| *from == letter) {
            Some((_, to)) => out.push_str(to),
            None => out.push(letter),
        }
    }
    out
}

impl Display for Tree {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.line())?;
        self.write(f, "")
    }
}
