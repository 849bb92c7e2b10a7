//! The registry, by behaviour: Elixir's tests of it over all kinds, with 1 partition and with 8, as
//! declared registries and as values; and what else it promises.
//!
//! `tests/parity/README.md` says which test stands for which of Elixir's.

#[macro_use]
#[path = "registry/support.rs"]
mod support;

mod registry {
    mod common;
    mod dispatch;
    mod duplicate;
    mod keys;
    mod lifecycle;
    mod listeners;
    mod locks;
    mod messages;
    mod meta;
    mod options;
    mod reentry;
    mod restarts;
    mod select;
    mod storm;
    mod unique;
    mod via;
}
