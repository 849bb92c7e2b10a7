//! What there is to see of a supervisor, for trees and snapshots.

use std::fmt;

use super::{ChildInfo, Strategy};

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
