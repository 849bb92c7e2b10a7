//! Servers: state, handlers, and clients that call and cast by reference or by name.

mod address;
mod call;
mod client;
mod error;
mod halves;
mod key;
mod many;
mod run;
mod serve;
pub(crate) mod start;

use std::sync::Arc;
use std::time::Duration;

pub use address::{Address, Local, Via};
pub use call::Call;
pub use client::{Client, listener};
pub use error::{CallError, CastError, StartError};
#[doc(hidden)]
pub use halves::{
    AllHandlersBelongInOneGenServerImpl, Built, InitArgs, Message, Moves, NoValue, Part, Reason,
    RestartArg, Shared, Shares, Travels, reasoned,
};
#[doc(hidden)]
pub use key::{Borrowed, LookupKey, Owned, StackKey};
pub use many::{abcast, multi_call};
#[doc(hidden)]
pub use run::{Run, Site};
#[doc(hidden)]
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
///
/// # Examples
///
/// ```
/// # use registry_runtime::prelude::*;
/// #[gen_server]
/// struct Greeter { word: String }
///
/// #[gen_server]
/// impl Greeter {
///     #[call] fn greet(&self, name: String) -> String { format!("{}, {name}", self.word) }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let greeter: ServerRef<Greeter> = Greeter::start("hello".into()).await?;
/// let same = greeter.clone();
/// assert_eq!(same.greet("ann".into()).await?, "hello, ann");
/// same.stop(ExitReason::Normal).await?;
/// assert_eq!(greeter.greet("bob".into()).await, Err(CallError::NotRunning));
/// # Ok(())
/// # }
/// ```
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
    type Seed: 'static;
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

/// The kind of registry that can name servers: [`UniqueKeys`](crate::registry::UniqueKeys), with a message about servers.
#[diagnostic::on_unimplemented(
    message = "a server's name is unique, and the keys of its registry are not",
    label = "this registry has `keys = duplicate`",
    note = "write `keys = unique` in the registry's `registry!`, or give the server another registry and let its `init` register in this one"
)]
#[doc(hidden)]
pub trait NameKeys: crate::registry::UniqueKeys {}

impl NameKeys for crate::registry::Unique {}

/// A server that has a name in a registry.
///
/// # Examples
///
/// ```
/// # use registry_runtime::prelude::*;
/// use registry_runtime::Named;
///
/// registry! { Names, keys = unique, key = String }
///
/// #[gen_server(registry = Names, key = "cache")]
/// struct Cache {}
///
/// #[gen_server]
/// impl Cache {}
///
/// fn stands_in<S: Named>() -> &'static str {
///     <S::Registry as DeclaredRegistry>::declaration().name
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// assert_eq!(stands_in::<Cache>(), "Names");
/// # Ok(())
/// # }
/// ```
///
/// # Elixir
///
/// The `:name` of `GenServer.start_link/3`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no name",
    label = "this server stands in no registry",
    note = "write `#[gen_server(registry = …, key = …)]` on `struct {Self}`"
)]
pub trait Named: Construct {
    /// The registry, which must be a unique one.
    type Registry: DeclaredRegistry<Keys: NameKeys>;
    /// What `via` looks the server up by.
    type Lookup<'key>: LookupKey<<Self::Registry as DeclaredRegistry>::Key>;
}

/// A server: written by `#[gen_server]` on the struct and on the `impl` block.
///
/// # Examples
///
/// A function over all servers.
///
/// ```
/// # use registry_runtime::prelude::*;
/// #[gen_server]
/// struct Worker { number: u32 }
///
/// #[gen_server]
/// impl Worker {
///     #[call] fn number(&self) -> u32 { self.number }
/// }
///
/// /// Starts any kind of server, not to be restarted.
/// async fn once<S: GenServer>(
///     workers: &DynamicSupervisor,
///     spec: ChildSpec<S>,
/// ) -> Result<ServerRef<S>, StartError>
/// where
///     S::Args: Clone,  // a supervisor keeps them for restarts
/// {
///     workers.start_child(spec.restart(Restart::Temporary)).await
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let workers = DynamicSupervisor::builder().start()?;
/// let worker = once(&workers, Worker::child_spec(7)).await?;
/// assert_eq!(worker.number().await?, 7);
/// # Ok(())
/// # }
/// ```
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
        start::start::<Self>(args, true, None)
    }

    /// Starts the server, linked to nobody.
    #[doc(hidden)]
    fn __start(
        args: Self::Args,
    ) -> impl Future<Output = Result<ServerRef<Self>, StartError>> + Send {
        start::start::<Self>(args, false, None)
    }

    /// How a supervisor starts the server.
    #[doc(hidden)]
    fn __child_spec(args: Self::Args) -> ChildSpec<Self> {
        child_spec(args)
    }

    /// Runs the server: at once if it has no `init`, after its `init` otherwise.
    #[doc(hidden)]
    fn __run(start: Starting<'_, Self>) -> Launched<Self>;

    /// The `init` of a server that is built when it starts.
    #[doc(hidden)]
    fn __init<'a>(&'a mut self, ctx: &'a mut Ctx<Self>) -> Run<'a>
    where
        Self: Send,
    {
        let _ = ctx;
        Run::DONE
    }

    /// The `init` that builds the server.
    #[doc(hidden)]
    fn __build<'a>(site: &'a mut Site<Self>, ctx: &'a mut Ctx<Self>) -> Run<'a>
    where
        Self: Send,
    {
        let _ = (site, ctx);
        Run::DONE
    }

    #[doc(hidden)]
    fn __handle<'a>(&'a mut self, message: Self::Msg, ctx: &'a mut Ctx<Self>) -> Run<'a>
    where
        Self: Send,
        Self::Msg: Send;

    #[doc(hidden)]
    fn __terminate<'a>(&'a mut self, reason: &'a ExitReason, ctx: &'a mut Ctx<Self>) -> Run<'a>
    where
        Self: Send,
    {
        let _ = (reason, ctx);
        Run::DONE
    }
}

impl<S: GenServer> Ctx<S> {
    /// A client on this very server.
    ///
    /// # Examples
    ///
    /// ```
    /// # use registry_runtime::prelude::*;
    /// #[gen_server]
    /// struct Page { #[default] words: usize }
    ///
    /// #[gen_server]
    /// impl Page {
    ///     #[cast]
    ///     fn load(&mut self, ctx: &mut Ctx<Self>) {
    ///         let page = ctx.self_ref();
    ///         tokio::spawn(async move { page.loaded("one two".to_owned()) });  // elsewhere, meanwhile
    ///     }
    ///
    ///     #[cast] fn loaded(&mut self, text: String) { self.words = text.split(' ').count() }
    ///     #[call] fn words(&self) -> usize { self.words }
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let page = Page::start().await?;
    /// page.load()?;
    /// while page.words().await? == 0 { tokio::task::yield_now().await }
    /// assert_eq!(page.words().await?, 2);
    /// # Ok(())
    /// # }
    /// ```
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
    /// Shown in the [example](Ctx#examples).
    ///
    /// # Elixir
    ///
    /// `{:stop, reason, state}`.
    pub fn stop(&mut self, reason: ExitReason) {
        self.local().stop.get_or_insert(reason);
    }

    /// Has a message handled right after the running handler or `init`, before any other.
    ///
    /// Shown in the [example](Ctx#examples).
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
    /// # Examples
    ///
    /// ```
    /// # use registry_runtime::prelude::*;
    /// use std::time::Duration;
    ///
    /// #[gen_server]
    /// struct Session {}
    ///
    /// #[gen_server]
    /// impl Session {
    ///     fn init(&mut self, ctx: &mut Ctx<Self>) { ctx.idle_timeout(Duration::from_millis(5)) }
    ///     #[cast] fn poke(&mut self) {}
    ///     #[info] fn idle(&mut self, _: IdleTimeout, ctx: &mut Ctx<Self>) { ctx.stop(ExitReason::Normal) }
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let session = Session::start().await?;
    /// session.poke()?;  // the time counts from here
    /// assert!(session.ended().await.is_normal());
    /// # Ok(())
    /// # }
    /// ```
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
#[doc(hidden)]
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
#[doc(hidden)]
pub fn find<S: Named + Actor>(key: &S::Lookup<'_>) -> Option<Arc<Cell<S>>> {
    crate::registry::find_server::<S::Registry, S, _>(&key::Probe(key))
}

/// A client by name; what `via` is made of.
#[must_use]
#[doc(hidden)]
pub fn via<S: GenServer + Named>(key: S::Lookup<'_>) -> S::Client<Via<'_, S>> {
    Client::new(Via::new(key)).into()
}
