//! What the examples share, and what their tests reach: the programs themselves are in
//! `examples/`, and the larger ones have their logic here.

pub mod chat;
pub mod jobs;
pub mod pubsub;
pub mod rate_limiter;
pub mod sessions;
pub mod web;
