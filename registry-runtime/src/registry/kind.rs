//! The kinds of registry, as types; what exists only on one of them is a bound on these.

use super::Registry;
use crate::process::{NoMessage, Receiver, SendError};

mod sealed {
    pub trait Sealed {}
}

/// How many processes a key may have: [`Unique`], [`Duplicate`] or [`DuplicateByKey`].
///
/// # Examples
///
/// ```
/// # use registry_runtime::prelude::*;
/// use registry_runtime::registry::Keys;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let kinds = [Unique::NAME, Duplicate::NAME, DuplicateByKey::NAME];
/// assert_eq!(kinds, ["unique", "duplicate(by_pid)", "duplicate(by_key)"]);
///
/// let names: Registry<String, (), Unique> = Registry::builder().build()?;
/// let topics: Registry<String, (), Duplicate> = Registry::builder().build()?;
/// assert_eq!(names.lookup("ann"), None);       // at most one
/// assert_eq!(topics.lookup("news"), Vec::new());
/// # Ok(())
/// # }
/// ```
///
/// # Elixir
///
/// The `:keys` option of `Registry.start_link/1`.
pub trait Keys: sealed::Sealed + Send + Sync + 'static {
    #[doc(hidden)]
    const UNIQUE: bool;
    /// The kind as it is declared, such as `duplicate(by_pid)`.
    const NAME: &'static str;
}

/// A kind under which a key may have several processes.
///
/// Shown in the example of [`Keys`].
#[diagnostic::on_unimplemented(
    message = "this needs a registry that keeps several processes under a key",
    label = "the registry is declared `keys = unique`",
    note = "declare it `keys = duplicate` to have several processes under a key"
)]
pub trait DuplicateKeys: Keys {}

/// The kind under which a key has one process at most: [`Unique`] alone.
///
/// Shown in the example of [`Keys`].
#[diagnostic::on_unimplemented(
    message = "this needs a registry that keeps one process under a key",
    label = "the registry is declared `keys = duplicate`",
    note = "declare it `keys = unique` to have one process under a key"
)]
pub trait UniqueKeys: Keys {
    /// The registry itself, which the compiler then knows to be of the one unique kind.
    #[doc(hidden)]
    fn as_unique<K, V, M: ?Sized>(registry: &Registry<K, V, Self, M>) -> &Registry<K, V, Unique, M>
    where
        Self: Sized;
}

/// One process a key at most.
///
/// Shown in the example of [`Keys`].
///
/// # Elixir
///
/// `keys: :unique`.
#[derive(Debug)]
pub enum Unique {}

/// Any number of processes a key, also one process several times.
///
/// Elixir spreads the entries of a key over the partitions by the pid that holds them; here a
/// topic of any size is kept in blocks of its own, which joining and leaving change one at a time,
/// so that this kind and [`DuplicateByKey`] are laid out alike, and a dispatch reads nothing but
/// its own topic.
///
/// # Examples
///
/// ```
/// # use registry_runtime::prelude::*;
/// registry! { Topics, keys = duplicate, key = String }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// Topics::start().await?;
/// let reader = spawn(async |ctx: Process<()>| {
///     Topics::register(&ctx, "news".into(), ()).expect("it runs");
///     Topics::register(&ctx, "news".into(), ()).expect("as often as one likes");
///     assert_eq!(Topics::lookup("news"), [(ctx.pid(), ()), (ctx.pid(), ())]);
/// });
/// assert!(reader.ended().await.is_normal());
/// # Ok(())
/// # }
/// ```
///
/// # Elixir
///
/// `keys: :duplicate`, which is `{:duplicate, :pid}`.
#[derive(Debug)]
pub enum Duplicate {}

/// As [`Duplicate`]; Elixir's `{:duplicate, :key}`. Kept apart so that a declaration carries over.
///
/// Shown in the example of [`Keys`].
#[derive(Debug)]
pub enum DuplicateByKey {}

impl sealed::Sealed for Unique {}
impl sealed::Sealed for Duplicate {}
impl sealed::Sealed for DuplicateByKey {}

impl Keys for Unique {
    const UNIQUE: bool = true;
    const NAME: &'static str = "unique";
}

impl Keys for Duplicate {
    const UNIQUE: bool = false;
    const NAME: &'static str = "duplicate(by_pid)";
}

impl Keys for DuplicateByKey {
    const UNIQUE: bool = false;
    const NAME: &'static str = "duplicate(by_key)";
}

impl DuplicateKeys for Duplicate {}
impl DuplicateKeys for DuplicateByKey {}

impl UniqueKeys for Unique {
    #[inline]
    fn as_unique<K, V, M: ?Sized>(
        registry: &Registry<K, V, Self, M>,
    ) -> &Registry<K, V, Unique, M> {
        registry
    }
}

/// A registry's message type, asked for by the type of what is sent.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "this registry does not send `{T}`",
    label = "the registry's message type is `{Self}`",
    note = "declare it with `message = {T}`; its processes then need an `#[info]` for `{T}`"
)]
pub trait Sends<T>: 'static {
    fn deliver(to: &dyn Receiver<Self>, message: T) -> Result<(), SendError>;
}

impl<M: 'static> Sends<M> for M {
    #[inline]
    fn deliver(to: &dyn Receiver<M>, message: M) -> Result<(), SendError> {
        to.deliver(message)
    }
}

/// Nothing that could be sent.
#[doc(hidden)]
#[derive(Debug)]
pub enum Nothing {}

// With one implementation alone, the compiler would take what is sent for a `Nothing` and complain
// about that; with two it looks at what is sent, and finds that it cannot be.
impl Sends<Nothing> for NoMessage {
    fn deliver(_: &dyn Receiver<Self>, message: Nothing) -> Result<(), SendError> {
        match message {}
    }
}

impl Sends<[Nothing; 1]> for NoMessage {
    fn deliver(_: &dyn Receiver<Self>, [message]: [Nothing; 1]) -> Result<(), SendError> {
        match message {}
    }
}
