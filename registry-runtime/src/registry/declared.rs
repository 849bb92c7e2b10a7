//! Registries that `registry!` declares: a type with the functions of [`Registry`].

use std::hash::Hash;
use std::sync::Arc;

use hashbrown::Equivalent;

use super::error::RegisterError;
use super::kind::Keys;
use super::show;
use super::{Registry, RegistryBuilder, RegistryOptions};
use crate::introspect::{Declaration, RegistryId};
use crate::node::{Slot, SlotRef};
use crate::process::{Actor, Cell, Info};

/// A registry that is declared as a type: written by `registry!`.
///
/// The type's functions, such as `lookup`, act on the instance of the current
/// [`Node`](crate::node::Node), which [`DeclaredRegistry::registry`] returns.
///
/// # Examples
///
/// A function over declared registries.
///
/// ```
/// # use registry_runtime::prelude::*;
/// registry! { Users, keys = unique, key = String }
/// registry! { Robots, keys = duplicate, key = String }
///
/// /// How many processes stand in a registry, and in which.
/// fn crowd<R: DeclaredRegistry>() -> (&'static str, usize) {
///     (R::declaration().name, R::registry().count())
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// Users::start().await?;
/// assert_eq!(crowd::<Users>(), ("Users", 0));
/// assert_eq!(crowd::<Robots>(), ("Robots", 0));  // not running: empty
/// # Ok(())
/// # }
/// ```
///
/// # Elixir
///
/// The `:name` that a registry is started under.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a declared registry",
    label = "not declared by `registry!`",
    note = "declare it: `registry! {{ pub {Self}, keys = unique, key = String }}`"
)]
pub trait DeclaredRegistry: Sized + 'static {
    /// The keys.
    type Key: Hash + Eq + Clone + Send + Sync + 'static;
    /// What each entry holds beside the pid.
    type Value: Send + Sync + 'static;
    /// How many processes a key may have.
    type Keys: Keys;
    /// What the registry can send to its processes.
    type Message: ?Sized + 'static;

    /// What the registry is told by at compile time.
    #[doc(hidden)]
    const ID: RegistryId;

    #[doc(hidden)]
    fn slot() -> &'static Slot<Self, Handle<Self>>;

    /// What is declared, and where.
    fn declaration() -> &'static Declaration;

    #[doc(hidden)]
    #[must_use]
    fn options() -> RegistryOptions {
        RegistryOptions::default()
    }

    /// How a key reads in snapshots; `None` if it cannot be read.
    #[doc(hidden)]
    #[must_use]
    fn show_key(key: &Self::Key) -> Option<String> {
        show::text(key)
    }

    /// Adds what depends on the registry's types: listeners, meta.
    #[doc(hidden)]
    #[must_use]
    fn configure(
        builder: RegistryBuilder<Self::Key, Self::Value, Self::Keys, Self::Message>,
    ) -> RegistryBuilder<Self::Key, Self::Value, Self::Keys, Self::Message> {
        builder
    }

    /// The instance on the current node, running or not. Derefs to [`Registry`].
    #[inline]
    #[must_use]
    fn registry() -> SlotRef<Handle<Self>> {
        Self::slot().get_or_init(|| {
            let options = Self::options().declared(Self::declaration());
            let mut builder = RegistryBuilder::new(options);
            builder.show = Some(Self::show_key);
            Registry::declared(Self::configure(builder))
        })
    }
}

/// The handle of a declared registry.
pub type Handle<R> = Registry<
    <R as DeclaredRegistry>::Key,
    <R as DeclaredRegistry>::Value,
    <R as DeclaredRegistry>::Keys,
    <R as DeclaredRegistry>::Message,
>;

/// Registers a process that may not run yet.
pub(crate) fn claim_server<R, S>(
    cell: &Arc<Cell<S>>,
    key: R::Key,
    value: R::Value,
) -> Result<(), RegisterError>
where
    R: DeclaredRegistry,
    S: Info<R::Message>,
{
    R::registry().claim(cell, key, value)
}

/// The server under a key; `None` also when a process of another type has it.
#[inline]
pub(crate) fn find_server<R, S, Q>(key: &Q) -> Option<Arc<Cell<S>>>
where
    R: DeclaredRegistry,
    S: Actor,
    Q: ?Sized + Hash + Equivalent<R::Key>,
{
    let found = R::registry().owner_of(key)?;
    let found: Arc<dyn std::any::Any + Send + Sync> = found;
    found.downcast().ok()
}
