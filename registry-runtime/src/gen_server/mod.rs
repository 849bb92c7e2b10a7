//! Servers: state, handlers, and clients that call and cast by reference or by name.

mod address;
mod call;
mod client;
mod error;
mod halves;
mod key;
mod many;
mod serve;
pub(crate) mod start;

use std::sync::Arc;
use std::time::Duration;

pub use address::{Address, Local, Via};
pub use call::Call;
pub use client::{Client, listener};
pub use error::{CallError, CastError, StartError};
pub use halves::{Built, InitArgs, Moves, NoValue, Part, RestartArg, Travels, message};
pub use key::{Borrowed, LookupKey, Owned, StackKey};
pub use many::{abcast, multi_call};
pub use start::Starting;
pub(crate) use start::launch;

use crate::introspect::RegistryId;
use crate::process::launch::Launched;
use crate::process::{Actor, Cell, Ctx, ExitReason, Info};
use crate::registry::DeclaredRegistry;
use crate::supervisor::{ChildSpec, child_spec};

/// How long a call waits unless its server or the caller says otherwise.
pub(crate) const CALL_TIMEOUT: Duration = Duration::from_secs(5);

/// A handle on a running server, with one method per handler.
///
/// Plain and local: a clone is one count, a message through it is one push. It does not keep the
/// server running, and after the server's end every call says so; a client made by `via` finds the
/// successor instead.
pub type ServerRef<S> = <S as GenServer>::Client<Local<S>>;

/// What `#[gen_server]` on the struct says of a server.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a server yet",
    label = "the struct lacks `#[gen_server]`",
    note = "put `#[gen_server]` on `struct {Self}` as well as on its `impl` block"
)]
pub trait Construct: Sized + 'static {
    /// The arguments of `start_link`.
    type Args: Send + 'static;
    /// What `init` begins with: the state itself, or the arguments.
    type Seed: Send + 'static;
    /// How long calls wait.
    const CALL_TIMEOUT: Duration = CALL_TIMEOUT;
    /// The most messages that may wait.
    const MAILBOX: Option<usize> = None;

    /// The registry that the server stands in.
    const REGISTRY: Option<RegistryId> = None;

    /// Builds what `init` begins with.
    fn seed(args: Self::Args) -> Self::Seed;

    /// Claims the server's name for a process that is about to run.
    ///
    /// # Errors
    ///
    /// [`StartError::AlreadyStarted`], [`StartError::RegistryNotRunning`].
    fn claim(args: &Self::Args, cell: &Arc<Cell<Self>>) -> Result<(), StartError>
    where
        Self: GenServer,
    {
        let _ = (args, cell);
        Ok(())
    }

    /// The process that has the name which these arguments lead to.
    #[must_use]
    fn find_running(args: &Self::Args) -> Option<Arc<Cell<Self>>>
    where
        Self: GenServer,
    {
        let _ = args;
        None
    }
}

/// Keys that one process has at a time: a server's name must be of such a registry.
#[diagnostic::on_unimplemented(
    message = "a server's name is unique, and the keys of its registry are not",
    label = "this registry has `keys = duplicate`",
    note = "write `keys = unique` in the registry's `registry!`, or give the server another registry and let its `init` register in this one"
)]
pub trait UniqueKeys: crate::registry::Keys {}

impl UniqueKeys for crate::registry::Unique {}

/// A server that has a name in a registry.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no name",
    label = "this server stands in no registry",
    note = "write `#[gen_server(registry = …, key = …)]` on `struct {Self}`"
)]
pub trait Named: Construct {
    /// The registry, which must be a unique one.
    type Registry: DeclaredRegistry<Keys: UniqueKeys>;
    /// What `via` looks the server up by.
    type Lookup<'key>: LookupKey<<Self::Registry as DeclaredRegistry>::Key>;
}

/// A server: written by `#[gen_server]` on the struct and on the `impl` block.
///
/// # Elixir
///
/// The `GenServer` behaviour.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no handlers yet",
    label = "no `#[gen_server] impl {Self}`",
    note = "write `#[gen_server] impl {Self} {{ … }}`, with the handlers in it (it may be empty)"
)]
pub trait GenServer: Construct + Actor {
    /// The client: one method per handler.
    type Client<A: Address<Self>>: From<Client<Self, A>>;
    /// Whether there is a `terminate` to run.
    #[doc(hidden)]
    const TERMINATES: bool = false;

    /// Starts the server, linked to the running process if there is one.
    #[doc(hidden)]
    fn __start_link(
        args: Self::Args,
    ) -> impl Future<Output = Result<ServerRef<Self>, StartError>> + Send {
        start::start_link::<Self>(args)
    }

    /// Starts the server, linked to nobody.
    #[doc(hidden)]
    fn __start(
        args: Self::Args,
    ) -> impl Future<Output = Result<ServerRef<Self>, StartError>> + Send {
        start::start::<Self>(args)
    }

    /// How a supervisor starts the server.
    #[doc(hidden)]
    fn __child_spec(args: Self::Args) -> ChildSpec<Self> {
        child_spec(args)
    }

    /// Runs the server: at once if it has no `init`, after its `init` otherwise.
    #[doc(hidden)]
    fn __run(start: Starting<'_, Self>) -> Launched<Self> {
        start.init()
    }

    #[doc(hidden)]
    fn __init(
        seed: Self::Seed,
        ctx: &mut Ctx<Self>,
    ) -> impl Future<Output = Result<Self, ExitReason>> + Send {
        let _ = ctx;
        drop(seed);
        std::future::ready(Err(ExitReason::Normal))
    }

    #[doc(hidden)]
    fn __handle(
        &mut self,
        message: Self::Msg,
        ctx: &mut Ctx<Self>,
    ) -> impl Future<Output = ()> + Send;

    #[doc(hidden)]
    fn __terminate(
        &mut self,
        reason: &ExitReason,
        ctx: &mut Ctx<Self>,
    ) -> impl Future<Output = ()> + Send {
        let _ = (reason, ctx);
        std::future::ready(())
    }
}

impl<S: GenServer> Ctx<S> {
    /// A client on this very server.
    ///
    /// # Elixir
    ///
    /// `self()`, typed.
    #[must_use]
    pub fn self_ref(&self) -> ServerRef<S> {
        Client::local(Arc::clone(&self.cell)).into()
    }

    /// Ends the server with `reason` when the handler returns; `terminate` runs.
    ///
    /// # Elixir
    ///
    /// `{:stop, reason, state}`.
    pub fn stop(&mut self, reason: ExitReason) {
        self.local().stop.get_or_insert(reason);
    }

    /// Has a message handled right after the running handler or `init`, before any other.
    ///
    /// # Elixir
    ///
    /// `{:continue, term}` and `handle_continue/2`.
    pub fn continue_with<M>(&mut self, message: M)
    where
        S: Info<M>,
    {
        self.add_continue(S::wrap(message));
    }

    /// Has an [`IdleTimeout`](crate::IdleTimeout) handled when no message comes for `after`, once;
    /// the next message puts the time back. `None` ends it.
    ///
    /// # Elixir
    ///
    /// `{:noreply, state, timeout}`; here it stays set until it has fired.
    pub fn idle_timeout(&mut self, after: impl Into<Option<Duration>>) {
        self.set_idle(after.into());
    }
}

/// Claims a server's name; what `Construct::claim` is made of.
///
/// # Errors
///
/// [`StartError::AlreadyStarted`], [`StartError::RegistryNotRunning`].
pub fn claim<S>(
    cell: &Arc<Cell<S>>,
    key: &S::Lookup<'_>,
    value: <S::Registry as DeclaredRegistry>::Value,
) -> Result<(), StartError>
where
    S: Named + Info<<S::Registry as DeclaredRegistry>::Message>,
{
    crate::registry::claim_server::<S::Registry, S>(cell, key.to_key(), value)
        .map_err(StartError::from)
}

/// Finds a server by its name; what `Construct::find_running` is made of.
#[must_use]
pub fn find<S: Named + Actor>(key: &S::Lookup<'_>) -> Option<Arc<Cell<S>>> {
    crate::registry::find_server::<S::Registry, S, _>(&key::Probe(key))
}

/// A client by name; what `via` is made of.
#[must_use]
pub fn via<S: GenServer + Named>(key: S::Lookup<'_>) -> S::Client<Via<'_, S>> {
    Client::new(Via::new(key)).into()
}
