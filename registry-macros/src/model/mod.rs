//! What was validated: complete, consistent, and still made of the user's own tokens.

pub(crate) mod behaviour;
pub(crate) mod borrow;
pub(crate) mod registry;
pub(crate) mod sends;
pub(crate) mod server;
pub(crate) mod tree;
