//! What users write, as syntax: no rules beyond grammar.

pub(crate) mod argument;
pub(crate) mod item;
pub(crate) mod key;
pub(crate) mod match_spec;
pub(crate) mod partition;
pub(crate) mod place;
pub(crate) mod registry;
pub(crate) mod time;
pub(crate) mod tree;
