//! The replay of an access log into one named server per client: the logic of
//! `examples/sessions.rs`.
//!
//! - [`options`], [`source`]: what the user asked for, and where the log comes from;
//! - [`blocks`], [`entry`]: the log as lines, and a line as a request;
//! - [`tree`]: the registries, the supervisors, and what goes through them;
//! - [`visitor`], [`audience`], [`chaos`]: the servers;
//! - [`ledger`], [`request`]: where every line ends up, whatever happens to its server;
//! - [`replay`], [`writer`]: the way from the log to the servers;
//! - [`summary`], [`report`], [`json`], [`digits`], [`progress`]: what comes out.

pub mod audience;
pub mod blocks;
pub mod chaos;
pub mod digits;
pub mod entry;
pub mod json;
pub mod ledger;
pub mod options;
pub mod progress;
pub mod replay;
pub mod report;
pub mod request;
pub mod source;
pub mod summary;
pub mod tree;
pub mod visitor;
pub mod writer;

pub use options::Options;
pub use replay::{RunError, run};
pub use source::Source;
pub use summary::Summary;
