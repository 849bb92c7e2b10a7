//! Registries that `registry!` declares: a type with the functions of [`Registry`], on the current
//! node's instance.
//!
//! The functions are provided here once. What exists for one kind of registry alone has a bound on
//! the kind, whose message says what to declare. What differs by kind is in `declared_kinds`.

#![expect(
    clippy::must_use_candidate,
    reason = "what comes back is a future, which is `must_use` by itself"
)]

use std::hash::Hash;
use std::sync::Arc;

use hashbrown::Equivalent;

use super::dispatch::Entries;
use super::error::{NotRunning, RegisterError};
use super::kind::{DuplicateKeys, Keys, Sends, UniqueKeys};
use super::listener::RegistryEvent;
use super::matching::{IsMatch, Matched};
use super::show;
use super::{Registry, RegistryBuilder, RegistryOptions};
use crate::gen_server::StartError;
use crate::introspect::{Declaration, RegistryId};
use crate::node::{Slot, SlotRef};
use crate::process::{Actor, Cell, Ctx, Info, Pid, SendError};

/// A registry that is declared as a type: written by `registry!`.
///
/// Each function acts on the instance of the current [`Node`](crate::node::Node), which
/// [`DeclaredRegistry::registry`] returns. It does what the function of the same name of [`Registry`]
/// does, and is documented there.
///
/// `lookup` and `with` differ by kind: see [`UniqueRegistry`](super::UniqueRegistry) and
/// [`DuplicateRegistry`](super::DuplicateRegistry).
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
/// /// A registry's name, and how many entries it has.
/// fn crowd<R: DeclaredRegistry>() -> (&'static str, usize) {
///     (R::declaration().name, R::count())
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
    /// The type of the keys.
    type Key: Hash + Eq + Clone + Send + Sync + 'static;
    /// What each entry holds beside the pid.
    type Value: Send + Sync + 'static;
    /// How many processes a key may have.
    type Keys: Keys;
    /// What the registry can send to its processes.
    type Message: ?Sized + 'static;

    /// The registry's identity at compile time.
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

    /// A key as text for snapshots; `None` if it has neither `Display` nor `Debug`.
    #[doc(hidden)]
    #[must_use]
    fn show_key(key: &Self::Key) -> Option<String> {
        show::text(key)
    }

    /// Adds what depends on the registry's types: listeners, metadata.
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
        let declared = || {
            let options = Self::options().declared(Self::declaration());
            let mut builder = RegistryBuilder::new(options);
            builder.show = Some(Self::show_key);
            Registry::declared(Self::configure(builder))
        };
        let blank = || Registry::blank(RegistryOptions::default().declared(Self::declaration()));
        Self::slot().get_or_init(declared, blank)
    }

    /// A handle on the current node's instance, for code that takes any registry.
    #[must_use]
    fn handle() -> Handle<Self> {
        Clone::clone(&*Self::registry())
    }

    /// As [`Registry::start_link`].
    ///
    /// # Errors
    ///
    /// As there.
    ///
    /// # Cancel safety
    ///
    /// The future is ready at its first poll.
    fn start_link() -> impl Future<Output = Result<Pid, StartError>> + Send {
        async { Self::registry().start_link() }
    }

    /// As [`Registry::start`].
    ///
    /// # Errors
    ///
    /// As there.
    ///
    /// # Cancel safety
    ///
    /// The future is ready at its first poll.
    fn start() -> impl Future<Output = Result<Pid, StartError>> + Send {
        async { Self::registry().start() }
    }

    /// As [`Registry::is_running`].
    #[must_use]
    fn is_running() -> bool {
        Self::registry().is_running()
    }

    /// As [`Registry::pid`].
    #[must_use]
    fn pid() -> Option<Pid> {
        Self::registry().pid()
    }

    /// As [`Registry::register`].
    ///
    /// # Errors
    ///
    /// As there.
    fn register<A>(ctx: &Ctx<A>, key: Self::Key, value: Self::Value) -> Result<(), RegisterError>
    where
        A: Info<Self::Message>,
    {
        Self::registry().register(ctx, key, value)
    }

    /// As [`Registry::unregister`].
    fn unregister<A, Q>(ctx: &Ctx<A>, key: &Q)
    where
        A: Actor,
        Q: ?Sized + Hash + Equivalent<Self::Key>,
    {
        Self::registry().unregister(ctx, key);
    }

    /// As [`Registry::unregister_match`].
    fn unregister_match<A, Q, F, R>(ctx: &Ctx<A>, key: &Q, matches: F)
    where
        A: Actor,
        Q: ?Sized + Hash + Equivalent<Self::Key>,
        F: FnMut(&Self::Value) -> R,
        R: IsMatch,
    {
        Self::registry().unregister_match(ctx, key, matches);
    }

    /// As [`Registry::keys`].
    #[must_use]
    fn keys(pid: Pid) -> Vec<Self::Key> {
        Self::registry().keys(pid)
    }

    /// As [`Registry::values`].
    #[must_use]
    fn values<Q>(key: &Q, pid: Pid) -> Vec<Self::Value>
    where
        Self::Value: CloneValue,
        Q: ?Sized + Hash + Equivalent<Self::Key>,
    {
        Self::registry().values_by(key, pid, CloneValue::clone_value)
    }

    /// As [`Registry::whereis`].
    #[inline]
    #[must_use]
    fn whereis<Q>(key: &Q) -> Option<Pid>
    where
        Self::Keys: UniqueKeys,
        Q: ?Sized + Hash + Equivalent<Self::Key>,
    {
        Self::Keys::as_unique(&*Self::registry()).whereis(key)
    }

    /// As [`Registry::send`].
    ///
    /// # Errors
    ///
    /// As there.
    #[inline]
    fn send<Q, T>(key: &Q, message: T) -> Result<(), SendError>
    where
        Self::Keys: UniqueKeys,
        Self::Message: Sends<T>,
        Q: ?Sized + Hash + Equivalent<Self::Key>,
    {
        Self::Keys::as_unique(&*Self::registry()).send(key, message)
    }

    /// As [`Registry::update_value`].
    fn update_value<A, Q, F>(ctx: &Ctx<A>, key: &Q, f: F) -> Option<(Self::Value, Self::Value)>
    where
        Self::Keys: UniqueKeys,
        Self::Value: CloneValue,
        A: Actor,
        Q: ?Sized + Hash + Equivalent<Self::Key>,
        F: FnOnce(&Self::Value) -> Self::Value,
    {
        let registry = Self::registry();
        Self::Keys::as_unique(&*registry).update_value_by(ctx, key, f, CloneValue::clone_value)
    }

    /// As [`Registry::dispatch`].
    fn dispatch<Q, F, R>(key: &Q, f: F) -> Option<R>
    where
        Q: ?Sized + Hash + Equivalent<Self::Key>,
        F: FnOnce(Entries<'_, Self::Value, Self::Message>) -> R,
    {
        Self::registry().dispatch(key, f)
    }

    /// As [`Registry::dispatch_parallel`].
    #[expect(
        async_fn_in_trait,
        reason = "the trait is not implemented by hand, so the future is as `Send` as `f` and the key"
    )]
    async fn dispatch_parallel<Q, F>(key: &Q, f: F)
    where
        Q: ?Sized + Hash + Equivalent<Self::Key>,
        F: Fn(Entries<'_, Self::Value, Self::Message>) + Send + Sync + 'static,
    {
        Self::registry().dispatch_parallel(key, f).await;
    }

    /// As [`Registry::publish`].
    #[inline]
    fn publish<Q, T>(key: &Q, message: T) -> usize
    where
        Self::Keys: DuplicateKeys,
        Self::Message: Sends<T>,
        T: Clone,
        Q: ?Sized + Hash + Equivalent<Self::Key>,
    {
        Self::registry().publish(key, message)
    }

    /// As [`Registry::matching`].
    fn matching<Q, F, R>(key: &Q, f: F) -> Vec<R::Output>
    where
        Q: ?Sized + Hash + Equivalent<Self::Key>,
        F: FnMut(Pid, &Self::Value) -> R,
        R: Matched<Self::Value>,
    {
        Self::registry().matching(key, f)
    }

    /// As [`Registry::count_match`].
    fn count_match<Q, F, R>(key: &Q, f: F) -> usize
    where
        Q: ?Sized + Hash + Equivalent<Self::Key>,
        F: FnMut(Pid, &Self::Value) -> R,
        R: IsMatch,
    {
        Self::registry().count_match(key, f)
    }

    /// As [`Registry::select`].
    fn select<F, T>(f: F) -> Vec<T>
    where
        F: FnMut(&Self::Key, Pid, &Self::Value) -> Option<T>,
    {
        Self::registry().select(f)
    }

    /// As [`Registry::count_select`].
    fn count_select<F, R>(f: F) -> usize
    where
        F: FnMut(&Self::Key, Pid, &Self::Value) -> R,
        R: IsMatch,
    {
        Self::registry().count_select(f)
    }

    /// As [`Registry::count`].
    #[must_use]
    fn count() -> usize {
        Self::registry().count()
    }

    /// As [`Registry::meta`].
    #[must_use]
    fn meta<T: Clone + Send + Sync + 'static>(key: &str) -> Option<T> {
        Self::registry().meta(key)
    }

    /// As [`Registry::put_meta`].
    ///
    /// # Errors
    ///
    /// As there.
    fn put_meta<T: Send + Sync + 'static>(key: &str, value: T) -> Result<(), NotRunning> {
        Self::registry().put_meta(key, value)
    }

    /// As [`Registry::delete_meta`].
    fn delete_meta(key: &str) {
        Self::registry().delete_meta(key);
    }

    /// As [`Registry::lock`].
    #[expect(
        async_fn_in_trait,
        reason = "the trait is not implemented by hand, so the future is as `Send` as that of `f`"
    )]
    async fn lock<Q, F, R>(lock_key: &Q, f: F) -> R
    where
        Q: ?Sized + Hash + Equivalent<Self::Key> + ToOwned<Owned = Self::Key>,
        F: AsyncFnOnce() -> R,
    {
        Self::registry().lock(lock_key, f).await
    }

    /// As [`Registry::listen`].
    ///
    /// # Errors
    ///
    /// As there.
    fn listen<A>(ctx: &Ctx<A>) -> Result<(), RegisterError>
    where
        A: Info<RegistryEvent<Self::Key, Self::Value>>,
    {
        Self::registry().listen(ctx)
    }

    /// As [`Registry::unlisten`].
    fn unlisten<A: Actor>(ctx: &Ctx<A>) {
        Self::registry().unlisten(ctx);
    }
}

/// `Clone` for a registry's value, with a message that says what to do without it.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}`, the registry's value, is not `Clone`",
    label = "this clones the values",
    note = "use `with`, which lends them, or derive `Clone`"
)]
pub trait CloneValue {
    #[doc(hidden)]
    #[must_use]
    fn clone_value(&self) -> Self;
}

impl<T: Clone> CloneValue for T {
    #[inline]
    fn clone_value(&self) -> Self {
        self.clone()
    }
}

/// The handle of a declared registry.
pub(crate) type Handle<R> = Registry<
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
