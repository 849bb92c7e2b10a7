//! What processes of the crate's own kinds show of themselves.

use std::fmt;
use std::sync::Arc;

use crate::process::Proc;
use crate::process::signal::ChildExit;
use crate::supervisor::SupervisorView;

/// A supervisor or registry, looked at from outside; kept with its process.
#[derive(Clone, Debug)]
pub(crate) enum View {
    Supervisor(Arc<dyn SupervisorView>),
    Registry(Arc<dyn RegistryView>),
}

/// A registry, looked at from outside.
pub(crate) trait RegistryView: Send + Sync + fmt::Debug {
    fn name(&self) -> String;
    /// How many entries each partition holds.
    fn entries(&self) -> Vec<usize>;
}

impl View {
    /// Makes this what there is to see of a process.
    pub(crate) fn show(self, process: &dyn Proc) {
        process.header().control.lock().rare().view = Some(self);
    }

    /// Has a parent's books note a child's end; whether its process is to hear of it as well.
    pub(crate) fn heeds_end(parent: &dyn Proc, ended: &ChildExit) -> bool {
        match Self::of(parent) {
            Some(Self::Supervisor(supervisor)) => supervisor.child_ended(ended),
            _ => true,
        }
    }

    pub(crate) fn of(process: &dyn Proc) -> Option<Self> {
        process.header().control.lock().rare.as_ref()?.view.clone()
    }
}
