//! What the examples share, and what their tests reach: the programs themselves are in
//! `examples/`, and the larger ones have their logic here.

pub mod chat;
pub mod sessions;
