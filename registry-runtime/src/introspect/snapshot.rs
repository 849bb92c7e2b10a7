//! Snapshots: what runs on a node, pulled when somebody looks, and free when nobody does.

use std::fmt;
use std::time::Duration;

use super::tree::Tree;
use super::view::View;
use crate::node::Node;
use crate::process::cell::{DEAD, EXITING};
use crate::process::{Pid, Proc};
use crate::sync::Ordering;

/// What ran on a node a moment ago: each part as it was when it was looked at.
///
/// Taking one costs time in proportion to the number of processes and of their names, and holds up
/// none of them.
///
/// # Examples
///
/// ```
/// # use registry_runtime::prelude::*;
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let idle = spawn(async |mut ctx: Process<()>| ctx.recv().await);
/// let snapshot = Node::current().snapshot();
/// assert!(snapshot.processes.iter().any(|process| process.pid == idle.pid()));
/// # Ok(())
/// # }
/// ```
///
/// # Elixir
///
/// What `:observer` shows.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Snapshot {
    /// All processes, by pid.
    pub processes: Vec<ProcessInfo>,
    /// All running registries, by name.
    pub registries: Vec<RegistryInfo>,
    /// All supervisors that no other supervisor holds, with what is under them.
    pub trees: Vec<Tree>,
}

/// A process, as it was a moment ago.
///
/// Shown in the example of [`Pid::info`].
///
/// # Elixir
///
/// `Process.info/1`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ProcessInfo {
    /// The process.
    pub pid: Pid,
    /// The name of its type.
    pub type_name: &'static str,
    /// What it was labelled with.
    pub label: Option<String>,
    /// What it holds in registries, as `Registry: key`, in the order of the texts. Keys that are
    /// neither texts nor numbers read as their `Debug`; where a registry does not know it (see
    /// [`show_keys`](crate::registry::RegistryBuilder::show_keys)), as `_`.
    pub names: Vec<String>,
    /// Whoever started it with a link.
    pub parent: Option<Pid>,
    /// Messages that wait.
    pub mailbox: u64,
    /// The most messages that ever waited.
    pub mailbox_high_water: u32,
    /// Messages that it has taken up.
    pub handled: u64,
    /// How often its supervisor has started it again.
    pub restarts: u32,
    /// How long ago it was started.
    pub uptime: Duration,
    /// What it is doing.
    pub state: ProcessState,
}

/// What a process is doing.
///
/// Shown in the example of [`Pid::info`].
///
/// # Elixir
///
/// `Process.info(pid, :status)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProcessState {
    /// A thread is on it.
    Running,
    /// It waits: for a message, or in a handler.
    Waiting,
    /// It is ending.
    Exiting,
}

/// A running registry, as it was a moment ago.
///
/// Shown in the example of [`Node::snapshot`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RegistryInfo {
    /// The registry's name.
    pub name: String,
    /// Its process.
    pub pid: Pid,
    /// How many entries each partition holds.
    pub entries: Vec<usize>,
}

impl ProcessInfo {
    pub(crate) fn of(process: &dyn Proc) -> Self {
        let header = process.header();
        let figures = process.figures().0;
        let label = header
            .control
            .lock()
            .rare
            .as_ref()
            .and_then(|rare| rare.label.clone());
        Self {
            pid: header.pid,
            type_name: process.type_name(),
            label: label.map(|label| label.to_string()),
            names: crate::registry::shown(process),
            parent: header.parent,
            mailbox: figures.length,
            mailbox_high_water: figures.high_water,
            handled: figures.handled,
            restarts: header.restarts.load(Ordering::Relaxed),
            uptime: header.started.instant().elapsed(),
            state: if header.has(EXITING | DEAD) {
                ProcessState::Exiting
            } else if header.busy.load(Ordering::Relaxed) {
                ProcessState::Running
            } else {
                ProcessState::Waiting
            },
        }
    }
}

impl Pid {
    /// What the process is and does, if it is there.
    ///
    /// # Examples
    ///
    /// ```
    /// # use registry_runtime::prelude::*;
    /// use registry_runtime::introspect::ProcessState;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let idle = spawn(async |mut ctx: Process<u32>| {
    ///     ctx.set_label("idle");
    ///     ctx.recv_info::<()>().await
    /// });
    /// idle.send(1)?;
    /// tokio::task::yield_now().await;
    /// let info = idle.pid().info().expect("it runs");
    /// assert_eq!(info.label.as_deref(), Some("idle"));
    /// assert_eq!(info.state, ProcessState::Waiting);
    /// assert!(info.names.is_empty());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Elixir
    ///
    /// `Process.info/1`.
    #[must_use]
    pub fn info(self) -> Option<ProcessInfo> {
        crate::process::resolve(self).map(|process| ProcessInfo::of(&*process))
    }
}

impl Node {
    /// What runs on this node.
    ///
    /// # Examples
    ///
    /// ```
    /// # use registry_runtime::prelude::*;
    /// supervision_tree! {
    ///     App;
    ///     registry!<pub(self) Users, keys = unique, key = String, partitions = 2>;
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let app = App::start().await?;
    /// let snapshot = Node::current().snapshot();
    /// assert_eq!(snapshot.registries[0].name, "Users");
    /// assert_eq!(snapshot.registries[0].entries, [0, 0]);  // by partition
    /// assert_eq!(snapshot.trees[0].name(), "App");
    /// app.shutdown().await;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        let mut all = self.table().all();
        all.sort_unstable_by_key(|process| process.header().pid);
        let mut registries = Vec::new();
        let mut trees = Vec::new();
        for process in &all {
            let pid = process.header().pid;
            match View::of(&**process) {
                Some(View::Registry(registry)) => registries.push(RegistryInfo {
                    name: registry.name(),
                    pid,
                    entries: registry.entries(),
                }),
                Some(View::Supervisor(supervisor)) if !process.header().supervised => {
                    trees.push(Tree::of(&supervisor.name(), Some(pid)));
                }
                _ => {}
            }
        }
        registries.sort_by(|a, b| a.name.cmp(&b.name));
        Snapshot {
            processes: all
                .iter()
                .map(|process| ProcessInfo::of(&**process))
                .collect(),
            registries,
            trees,
        }
    }

    /// The processes of this node, in no order.
    ///
    /// Shown in the example of [`Node`].
    ///
    /// # Elixir
    ///
    /// `Process.list/0`.
    #[must_use]
    pub fn processes(&self) -> Vec<Pid> {
        self.table()
            .all()
            .iter()
            .map(|process| process.header().pid)
            .collect()
    }
}

impl fmt::Display for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for tree in &self.trees {
            writeln!(f, "{tree}")?;
        }
        for registry in &self.registries {
            let entries: usize = registry.entries.iter().sum();
            writeln!(
                f,
                "{} {}: {entries} entries in {} partitions",
                registry.name,
                registry.pid,
                registry.entries.len()
            )?;
        }
        write!(f, "{} processes", self.processes.len())
    }
}
