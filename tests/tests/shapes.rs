//! Every shape of struct, impl, key and tree that a user may write compiles without a warning, and runs.
#![deny(warnings)]
#![allow(
    clippy::needless_arbitrary_self_type,
    clippy::wrong_self_convention,
    clippy::new_ret_no_self,
    clippy::items_after_statements,
    clippy::let_and_return,
    reason = "shapes that a user may write, whatever clippy says of them"
)]

#[path = "shapes/attributes.rs"]
mod attributes;
#[path = "shapes/generics.rs"]
mod generics;
#[path = "shapes/handlers.rs"]
mod handlers;
#[path = "shapes/keys.rs"]
mod keys;
#[path = "shapes/names.rs"]
mod names;
#[path = "shapes/places.rs"]
mod places;
#[path = "shapes/specs.rs"]
mod specs;
#[path = "shapes/trees.rs"]
mod trees;
