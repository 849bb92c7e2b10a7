//! The functions of a declared registry: each is the one of [`Registry`](super::Registry), on the
//! current node's instance.
//!
//! The macros write them for a type. What a kind of registry does not have is there all the same,
//! with a bound that fails where it is called and says which kind has it.

pub use core::clone::Clone;
pub use core::hash::Hash;
pub use core::marker::{Send, Sized, Sync};
pub use core::ops::{AsyncFnOnce, Fn, FnMut, FnOnce};
pub use core::option::Option;
pub use core::primitive::{bool, str, usize};
pub use core::result::Result;
pub use std::borrow::ToOwned;
pub use std::vec::Vec;

pub use super::api_calls as calls;
pub use super::declared::Handle;
pub use super::{
    DeclaredRegistry, Duplicate, DuplicateKeys, Entries, Equivalent, IsMatch, KeepsOne,
    KeepsSeveral, Matched, NotRunning, RegisterError, RegistryEvent, Sends, Unique,
};
pub use crate::process::{Actor, Ctx, Info, Pid, SendError};

pub use super::declared_child_spec;
pub use crate::gen_server::StartError;
pub use crate::supervisor::AnyChildSpec;

use crate::node::SlotRef;

/// A declared registry's keys.
pub type Key<R> = <R as DeclaredRegistry>::Key;
/// A declared registry's values.
pub type Value<R> = <R as DeclaredRegistry>::Value;
/// A declared registry's kind.
pub type Kind<R> = <R as DeclaredRegistry>::Keys;
/// A declared registry's messages.
pub type Message<R> = <R as DeclaredRegistry>::Message;

/// The instance on the current node.
#[inline]
#[must_use]
pub fn here<R: DeclaredRegistry>() -> SlotRef<Handle<R>> {
    R::registry()
}

/// The handle that was asked for.
#[must_use]
pub fn handle<R: DeclaredRegistry>() -> Handle<R> {
    Clone::clone(&*R::registry())
}

/// `Clone`, asked for where a function is called instead of where it is declared.
#[diagnostic::on_unimplemented(
    message = "`{Self}`, the registry's value, is not `Clone`",
    label = "this clones the values",
    note = "use `with`, which lends them, or derive `Clone`"
)]
pub trait CloneFor<Q: ?Sized> {
    #[must_use]
    fn clone_for(&self) -> Self;
}

impl<T: Clone, Q: ?Sized> CloneFor<Q> for T {
    #[inline]
    fn clone_for(&self) -> Self {
        self.clone()
    }
}

/// The body of what a kind of registry does not have; its bounds keep it from being called.
#[must_use]
pub fn not_here<Q: ?Sized, T, R>(_: &Q, _: T) -> R {
    unreachable!("bounds keep this from being called")
}
