//! `Agent`: a state that others read and change, with no server to write.

#[expect(
    clippy::module_inception,
    reason = "the file is named after the type it holds"
)]
mod agent;
mod server;
mod start;

pub use agent::Agent;
#[doc(hidden)]
pub use server::AgentStart;
pub use server::{AgentName, AgentServer};
