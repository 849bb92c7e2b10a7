//! `Agent`: a state that others read and change, with no server to write.

mod agent;
mod server;
mod start;

pub use agent::Agent;
pub use server::{AgentName, AgentServer, AgentStart};
