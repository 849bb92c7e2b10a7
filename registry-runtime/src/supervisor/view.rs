//! What there is to see of a supervisor, for trees and snapshots.

use std::fmt;
use std::sync::Arc;

use super::{ChildInfo, Strategy};
use crate::process::Proc;

/// A supervisor, looked at from outside.
pub trait SupervisorView: Send + Sync + fmt::Debug {
    #[doc(hidden)]
    fn name(&self) -> String;
    #[doc(hidden)]
    fn strategy(&self) -> Strategy;
    #[doc(hidden)]
    fn is_dynamic(&self) -> bool;
    #[doc(hidden)]
    fn recent_restarts(&self) -> usize;
    #[doc(hidden)]
    fn children(&self) -> Vec<ChildInfo>;
}

pub(crate) fn set(process: &dyn Proc, view: Arc<dyn SupervisorView>) {
    process.header().control.lock().rare().view = Some(view);
}

/// What there is to see of a process, if it is a supervisor.
pub(crate) fn of(process: &dyn Proc) -> Option<Arc<dyn SupervisorView>> {
    process.header().control.lock().rare.as_ref()?.view.clone()
}
