//! What there is to see of a supervisor, for trees and snapshots.

use std::fmt;

use super::{ChildInfo, Strategy, SupervisorNotRunning};
use crate::process::signal::ChildExit;

/// A supervisor, looked at from outside.
pub(crate) trait SupervisorView: Send + Sync + fmt::Debug {
    #[doc(hidden)]
    fn name(&self) -> String;
    /// What to tell who wants something of it when it has ended, or is ending.
    #[doc(hidden)]
    fn not_running(&self) -> SupervisorNotRunning;
    #[doc(hidden)]
    fn strategy(&self) -> Strategy;
    #[doc(hidden)]
    fn is_dynamic(&self) -> bool;
    #[doc(hidden)]
    fn recent_restarts(&self) -> usize;
    #[doc(hidden)]
    fn children(&self) -> Vec<ChildInfo>;
    /// Notes the end of a child, in that child's own task, before anyone learns of it; whether the
    /// supervisor's process is to hear of it.
    #[doc(hidden)]
    fn child_ended(&self, ended: &ChildExit) -> bool {
        let _ = ended;
        true
    }
}
