//! The living tree, as text.

use std::fmt;

use crate::process::{Pid, Proc, resolve};
use crate::supervisor::{ChildInfo, ChildState, Strategy, view_of};

/// Dynamic supervisors list this many children each.
const SHOWN: usize = 10;

/// A supervisor and all that runs under it, as it was a moment ago. Displays as text.
#[derive(Clone, Debug)]
pub struct Tree {
    name: String,
    state: State,
    children: Vec<Tree>,
    hidden: usize,
}

#[derive(Clone, Debug)]
enum State {
    Supervisor(Pid, Strategy, usize, bool),
    Process(Pid, &'static str, Option<String>),
    Restarting,
    Stopped,
    NotRunning,
}

impl Tree {
    /// The tree under a process.
    pub(crate) fn of(name: &str, root: Option<Pid>) -> Self {
        let process = root.and_then(resolve);
        match process {
            Some(process) => Self::of_process(name.to_owned(), &*process),
            None => Self::leaf(name.to_owned(), State::NotRunning),
        }
    }

    fn leaf(name: String, state: State) -> Self {
        Self {
            name,
            state,
            children: Vec::new(),
            hidden: 0,
        }
    }

    fn of_process(name: String, process: &dyn Proc) -> Self {
        let header = process.header();
        let Some(view) = view_of(process) else {
            let label = header.control.lock().rare.as_ref().and_then(|rare| rare.label.clone());
            let label = label.map(|label| label.to_string());
            return Self::leaf(name, State::Process(header.pid, process.type_name(), label));
        };
        let all = view.children();
        let shown = if view.is_dynamic() { SHOWN } else { usize::MAX };
        let state =
            State::Supervisor(header.pid, view.strategy(), view.recent_restarts(), view.is_dynamic());
        Self {
            name: if name == "App" { view.name() } else { name },
            state,
            hidden: all.len().saturating_sub(shown),
            children: all.iter().take(shown).map(Self::of_child).collect(),
        }
    }

    fn of_child(child: &ChildInfo) -> Self {
        let name = child.id.to_string();
        match child.state {
            ChildState::Running(pid) => match resolve(pid) {
                Some(process) => Self::of_process(name, &*process),
                None => Self::leaf(name, State::Stopped),
            },
            ChildState::Restarting => Self::leaf(name, State::Restarting),
            ChildState::Stopped => Self::leaf(name, State::Stopped),
        }
    }

    fn write(&self, f: &mut fmt::Formatter<'_>, indent: &str) -> fmt::Result {
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

    fn line(&self) -> String {
        let name = &self.name;
        match &self.state {
            State::Supervisor(pid, strategy, restarts, dynamic) => {
                let children = self.children.len() + self.hidden;
                let kind = if *dynamic { "dynamic" } else { strategy_name(*strategy) };
                let restarts = match restarts {
                    0 => String::new(),
                    1 => ", 1 restart lately".to_owned(),
                    more => format!(", {more} restarts lately"),
                };
                format!("{name} {pid} [{kind}, {children} children{restarts}]")
            }
            State::Process(pid, type_name, label) => {
                let label = label.as_ref().map(|label| format!(" \"{label}\"")).unwrap_or_default();
                if name == type_name {
                    format!("{name} {pid}{label}")
                } else {
                    format!("{name} ({type_name}) {pid}{label}")
                }
            }
            State::Restarting => format!("{name} (restarting)"),
            State::Stopped => format!("{name} (stopped)"),
            State::NotRunning => format!("{name} (not running)"),
        }
    }
}

fn branches(last: bool) -> (&'static str, &'static str) {
    if last { ("└── ", "    ") } else { ("├── ", "│   ") }
}

fn strategy_name(strategy: Strategy) -> &'static str {
    match strategy {
        Strategy::OneForOne => "one_for_one",
        Strategy::OneForAll => "one_for_all",
        Strategy::RestForOne => "rest_for_one",
    }
}

impl fmt::Display for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.line())?;
        self.write(f, "")
    }
}
