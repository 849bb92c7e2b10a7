//! A supervisor that is asked for and does not run, and what to do about it.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use super::SupervisorError;
use crate::gen_server::StartError;
use crate::introspect::{Declaration, DeclarationKind, View, holder};
use crate::process::Proc;

/// A supervisor is not running: it was not started, has ended, or is ending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SupervisorNotRunning {
    name: Arc<str>,
    declaration: Option<&'static Declaration>,
}

impl SupervisorNotRunning {
    pub(crate) fn new(name: &str, declaration: Option<&'static Declaration>) -> Self {
        Self {
            name: name.into(),
            declaration,
        }
    }

    /// That of a supervisor which macros declare.
    pub(crate) fn declared(declaration: &'static Declaration) -> Self {
        Self::new(declaration.name, Some(declaration))
    }

    /// That of a process that is a supervisor.
    pub(crate) fn of(process: &dyn Proc) -> Self {
        match View::of(process) {
            Some(View::Supervisor(supervisor)) => supervisor.not_running(),
            _ => Self::new("Supervisor", None),
        }
    }

    /// The supervisor's name.
    #[must_use]
    pub fn supervisor(&self) -> &str {
        &self.name
    }
}

impl fmt::Display for SupervisorNotRunning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.name;
        let Some(declaration) = self.declaration else {
            return write!(
                f,
                "supervisor `{name}` has ended, or is ending; start it anew, and use its new handle"
            );
        };
        let Declaration { file, line, .. } = declaration;
        let (what, kind) = match declaration.kind {
            DeclarationKind::Tree => ("tree", None),
            DeclarationKind::DynamicSupervisor => ("supervisor", Some("dynamic_supervisor")),
            DeclarationKind::TaskSupervisor => ("supervisor", Some("task_supervisor")),
            DeclarationKind::PartitionSupervisor => ("supervisor", Some("partition_supervisor")),
            _ => ("supervisor", Some("supervisor")),
        };
        write!(
            f,
            "{what} `{name}` (declared at {file}:{line}) is not running; "
        )?;
        match (holder(declaration), kind) {
            (Some(tree), _) => write!(
                f,
                "start `{}` (declared at {}:{}), which holds it, first",
                tree.name, tree.file, tree.line
            ),
            (None, None) => write!(f, "start it by `{name}::start`"),
            (None, Some(kind)) => write!(f, "add `{kind}!<{name}>;` to your supervision tree"),
        }
    }
}

impl Error for SupervisorNotRunning {}

impl From<SupervisorNotRunning> for StartError {
    fn from(supervisor: SupervisorNotRunning) -> Self {
        Self::SupervisorNotRunning(supervisor)
    }
}

impl From<SupervisorNotRunning> for SupervisorError {
    fn from(supervisor: SupervisorNotRunning) -> Self {
        Self::NotRunning(supervisor)
    }
}
