//! Supervisors: processes whose children end before they do, and are started again as told.

mod app;
mod child;
mod children;
mod declared;
mod dynamic;
mod dynamic_children;
mod dynamic_options;
mod dynamic_process;
#[cfg(all(test, not(registry_loom)))]
mod dynamic_tests;
mod failures;
mod instance;
mod intensity;
mod missing;
mod nested;
mod options;
mod partition;
mod partition_declared;
mod partition_kind;
mod partition_options;
mod partition_resize;
mod partition_route;
mod process;
mod requests;
mod serve_requests;
mod stop;
#[expect(
    clippy::module_inception,
    reason = "the file is named after the type it holds"
)]
mod supervisor;
#[cfg(feature = "signal")]
mod until_signal;
mod view;

pub use app::App;
#[doc(hidden)]
pub use child::child_spec;
pub use child::{AnyChildSpec, ChildSpec};
pub use dynamic::DynamicSupervisor;
pub use dynamic_options::DynamicSupervisorOptions;
#[doc(hidden)]
pub use instance::{Instance, Running};
pub use missing::SupervisorNotRunning;
pub use options::{AutoShutdown, Backoff, ChildKind, Restart, Shutdown, Strategy};
pub use partition::PartitionSupervisor;
pub use partition_declared::DeclaredPartitionSupervisor;
#[doc(hidden)]
pub mod part {
    //! What declared partition supervisors are made of.
    pub use super::partition_declared::{Types, options, partition_options, via};
}
pub use partition_kind::{Partition, PartitionKey, PartitionSpec};
pub use partition_options::PartitionSupervisorOptions;
pub use partition_resize::ResizeError;
pub use requests::{ChildInfo, ChildState, Children, SupervisorError};
pub use supervisor::{Supervisor, SupervisorSpec};
pub(crate) use view::SupervisorView;

pub(crate) use child::{BeforeRun, ChildOptions};
pub use declared::{DeclaredDynamicSupervisor, DeclaredSupervisor};
#[doc(hidden)]
pub use declared::{dynamic_options, start_tree, supervisor_spec};
pub(crate) use dynamic_children::Kept;
pub(crate) use dynamic_process::end_of;
pub(crate) use instance::{Claim, claim, running};
pub(crate) use stop::stop_child;
