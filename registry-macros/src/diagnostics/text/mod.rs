//! The text of every message: `what is wrong; how to put it right`, in lower case, code in backticks,
//! no final stop.

mod behaviour;
mod handler;
mod options;
mod other;
mod registry;
mod server;
mod tree;

pub(crate) use behaviour::*;
pub(crate) use handler::*;
pub(crate) use options::*;
pub(crate) use other::*;
pub(crate) use registry::*;
pub(crate) use server::*;
pub(crate) use tree::*;

/// `a`, `b` and `c`.
pub(crate) fn listed<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let words: Vec<String> = words.map(|word| format!("`{word}`")).collect();
    match words.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => String::new(),
    }
}
