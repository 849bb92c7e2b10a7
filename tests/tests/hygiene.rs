//! What the macros write compiles in a crate without a prelude, whose own names hide those of the standard
//! library, and which forbids unsafe code.
//!
//! The editions, a renamed dependency and every lint denied are packages of their own: `tests/hygiene/`.
#![no_implicit_prelude]
#![forbid(unsafe_code)]
#![deny(warnings)]

#[path = "hygiene/bare.rs"]
mod bare;
#[path = "hygiene/in_a_macro.rs"]
mod in_a_macro;
#[path = "hygiene/shadowed.rs"]
mod shadowed;
