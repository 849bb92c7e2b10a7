//! Tasks: processes that run one future to its end, alone or under a [`TaskSupervisor`].
//!
//! A task is a process like any other: it has a pid, ends with a reason, can be linked, monitored
//! and killed, and what it starts and calls is started and called by it. It has no mailbox to speak
//! of and traps no exits: an exit signal ends it at its next await.

mod declared;
mod error;
mod handle;
mod many;
mod options;
mod process;
mod set;
mod start;
mod stream;
mod stream_next;
mod stream_start;
mod supervisor;
mod wait;

pub use declared::DeclaredTaskSupervisor;
#[doc(hidden)]
pub use declared::task_options;
pub use error::TaskError;
pub use handle::Task;
pub use options::TaskSupervisorOptions;
pub use stream::{AsyncStream, OnTimeout};
pub use supervisor::TaskSupervisor;
pub use wait::TaskAwait;
