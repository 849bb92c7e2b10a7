//! The living tree.

use super::view::View;
use crate::process::{ExitReason, Pid, Proc, resolve};
use crate::supervisor::{ChildInfo, ChildState, Strategy};

/// Dynamic supervisors list this many children each.
const SHOWN: usize = 10;

/// Supervisors below so many others list no children: trees are built, copied, drawn and dropped by recursion.
const LEVELS: usize = 64;

/// A supervisor and all that runs under it, as it was a moment ago.
///
/// Displays as text; [`Tree::mermaid`] and [`Tree::dot`] draw it. Of a dynamic supervisor's children
/// ten are in it; of a supervisor below 64 others none is.
///
/// # Examples
///
/// ```
/// # use registry_runtime::prelude::*;
/// supervision_tree! {
///     pub Office;
///     dynamic_supervisor!<pub Annex>;
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let office = Office::start().await?;
/// let tree = office.tree();
/// println!("{tree}");
/// println!("{}", tree.mermaid());  // or `dot`, for Graphviz
/// let annex = &tree.children()[0];
/// assert_eq!(annex.name(), "Annex");
/// assert!(annex.pid().is_some() && annex.children().is_empty());
/// assert_eq!((annex.restarts(), annex.last_exit()), (0, None));
/// # Ok(())
/// # }
/// ```
///
/// # Elixir
///
/// The applications tab of `:observer`.
#[derive(Clone, Debug)]
pub struct Tree {
    pub(super) name: String,
    pub(super) state: State,
    pub(super) restarts: u32,
    pub(super) last_exit: Option<ExitReason>,
    pub(super) children: Vec<Tree>,
    /// Children that are left out.
    pub(super) hidden: usize,
}

/// What stands in one place of a tree.
#[derive(Clone, Debug)]
pub(super) enum State {
    Supervisor {
        pid: Pid,
        strategy: Strategy,
        dynamic: bool,
        recent: usize,
    },
    Process {
        pid: Pid,
        type_name: &'static str,
        label: Option<String>,
    },
    Restarting,
    Stopped,
    NotRunning,
}

impl Tree {
    /// The tree under a process.
    pub(crate) fn of(name: &str, root: Option<Pid>) -> Self {
        let process = root.and_then(resolve);
        match process {
            Some(process) => Self::of_process(name.to_owned(), &*process, LEVELS),
            None => Self::leaf(name.to_owned(), State::NotRunning),
        }
    }

    fn leaf(name: String, state: State) -> Self {
        Self {
            name,
            state,
            restarts: 0,
            last_exit: None,
            children: Vec::new(),
            hidden: 0,
        }
    }

    /// With so many levels of supervisors below it.
    fn of_process(name: String, process: &dyn Proc, below: usize) -> Self {
        let header = process.header();
        let pid = header.pid;
        let Some(View::Supervisor(view)) = View::of(process) else {
            let label = header
                .control
                .lock()
                .rare
                .as_ref()
                .and_then(|rare| rare.label.clone());
            let state = State::Process {
                pid,
                type_name: process.type_name(),
                label: label.map(|label| label.to_string()),
            };
            return Self::leaf(name, state);
        };
        let all = view.children();
        let (shown, below) = match below.checked_sub(1) {
            None => (0, 0),
            Some(below) if view.is_dynamic() => (SHOWN, below),
            Some(below) => (usize::MAX, below),
        };
        let state = State::Supervisor {
            pid,
            strategy: view.strategy(),
            dynamic: view.is_dynamic(),
            recent: view.recent_restarts(),
        };
        Self {
            hidden: all.len().saturating_sub(shown),
            children: all
                .into_iter()
                .take(shown)
                .map(|child| Self::of_child(child, below))
                .collect(),
            ..Self::leaf(name, state)
        }
    }

    fn of_child(child: ChildInfo, below: usize) -> Self {
        let name = child.id.to_string();
        let tree = match child.state {
            ChildState::Running(pid) => match resolve(pid) {
                Some(process) => Self::of_process(name, &*process, below),
                None => Self::leaf(name, State::Stopped),
            },
            ChildState::Restarting => Self::leaf(name, State::Restarting),
            ChildState::Stopped => Self::leaf(name, State::Stopped),
        };
        Self {
            restarts: child.restarts,
            last_exit: child.last_exit,
            ..tree
        }
    }

    /// The name shown in this place.
    ///
    /// Shown in the [example](Self#examples).
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The process in this place, if one runs.
    ///
    /// Shown in the [example](Self#examples).
    #[must_use]
    pub fn pid(&self) -> Option<Pid> {
        match self.state {
            State::Supervisor { pid, .. } | State::Process { pid, .. } => Some(pid),
            State::Restarting | State::Stopped | State::NotRunning => None,
        }
    }

    /// The strategy, if this is a supervisor that runs.
    ///
    /// Shown in the [example](Self#examples).
    #[must_use]
    pub fn strategy(&self) -> Option<Strategy> {
        match self.state {
            State::Supervisor { strategy, .. } => Some(strategy),
            _ => None,
        }
    }

    /// Restarts of its children within the supervisor's window.
    ///
    /// Shown in the [example](Self#examples).
    #[must_use]
    pub fn recent_restarts(&self) -> usize {
        match self.state {
            State::Supervisor { recent, .. } => recent,
            _ => 0,
        }
    }

    /// How often this child has been started again.
    ///
    /// Shown in the [example](Self#examples).
    #[must_use]
    pub fn restarts(&self) -> u32 {
        self.restarts
    }

    /// Why this child's last process ended, if one has and was noted.
    ///
    /// Shown in the [example](Self#examples).
    #[must_use]
    pub fn last_exit(&self) -> Option<&ExitReason> {
        self.last_exit.as_ref()
    }

    /// What is under it.
    ///
    /// Shown in the [example](Self#examples).
    #[must_use]
    pub fn children(&self) -> &[Tree] {
        &self.children
    }

    /// How many children are left out of [`children`](Self::children): those of a dynamic supervisor after the
    /// first ten, and all of a supervisor below 64 others.
    ///
    /// Shown in the [example](Self#examples).
    #[must_use]
    pub fn hidden_children(&self) -> usize {
        self.hidden
    }
}
