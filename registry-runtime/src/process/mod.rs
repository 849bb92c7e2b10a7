//! Processes: tokio tasks with a pid, a typed mailbox, exit reasons, links and monitors.

pub(crate) mod alarm;
#[cfg(all(test, registry_loom))]
mod bounded_models;
mod by_pid;
pub(crate) mod cell;
pub(crate) mod ctx;
pub(crate) mod current;
pub(crate) mod deadlock;
pub(crate) mod exit;
pub(crate) mod launch;
pub(crate) mod line;
pub(crate) mod links;
pub(crate) mod mailbox;
#[cfg(all(test, not(registry_loom)))]
mod mailbox_tests;
#[cfg(all(test, registry_loom))]
mod models;
pub(crate) mod panics;
mod pid;
pub(crate) mod pid_map;
mod pid_set;
mod plain;
mod reason;
pub(crate) mod reply;
pub(crate) mod runtime;
pub(crate) mod signal;
#[cfg(all(test, registry_loom))]
mod signal_models;
pub(crate) mod task;
pub(crate) mod timers;
mod unanswered;

use std::any::Any;
use std::convert::Infallible;
use std::sync::Arc;

pub use by_pid::DelayedSend;
#[doc(hidden)]
pub use cell::{Cell, Figures, Header, Proc};
pub use cell::{Receiver, SendError};
pub use ctx::{Ctx, IdleTimeout};
pub use deadlock::DeadlockPath;
pub use pid::Pid;
pub use plain::{Plain, Process, ProcessRef, Received, spawn};
pub use reason::{ExitReason, PanicInfo};
pub use reply::ReplyTo;
pub use signal::{Down, Exit, MonitorRef};
pub use timers::TimerRef;

use crate::node::Node;
use mailbox::Mailbox;
use runtime::Runtime;

/// Whatever runs as a process: written by `#[gen_server]`.
///
/// # Examples
///
/// ```
/// # use registry_runtime::prelude::*;
/// use registry_runtime::process::Actor;
///
/// #[gen_server]
/// struct Indexer {}
///
/// #[gen_server]
/// impl Indexer {}
///
/// /// A helper for the handlers of any server.
/// fn introduce<A: Actor>(ctx: &Ctx<A>) -> String {
///     format!("{} {}", A::type_name(), ctx.pid())
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let one = spawn(async |ctx: Process<()>| assert!(introduce(&ctx).starts_with("process #PID<")));
/// assert!(one.ended().await.is_normal());
/// assert_eq!(<Indexer as Actor>::type_name(), "Indexer");
/// # Ok(())
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no handlers yet",
    label = "no `#[gen_server] impl {Self}`",
    note = "write `#[gen_server] impl {Self} {{ … }}`, with the handlers in it (it may be empty)"
)]
pub trait Actor: Sized + Send + 'static {
    /// What the mailbox holds, unboxed.
    type Msg: Send + 'static;

    /// The name shown in trees and reports.
    fn type_name() -> &'static str;

    /// Turns an untyped message into one of the process's own; hands back what it has no handler
    /// for.
    ///
    /// # Errors
    ///
    /// The message itself.
    fn route(message: Box<dyn Any + Send>) -> Result<Self::Msg, Box<dyn Any + Send>>;
}

/// A process that handles messages of type `M`; each `#[info]` handler makes one.
///
/// # Examples
///
/// ```
/// # use registry_runtime::prelude::*;
/// use registry_runtime::Info;
///
/// #[derive(Clone)]
/// struct News(u32);
///
/// registry! { Topics, keys = duplicate, key = String, message = News }
///
/// /// Any process may subscribe that says what it does with `News`.
/// fn subscribe<A: Info<News>>(ctx: &Ctx<A>) -> Result<(), RegisterError> {
///     Topics::register(ctx, "news".to_owned(), ())
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// Topics::start().await?;
/// let reader = spawn(async |mut ctx: Process<News>| {
///     subscribe(&ctx).expect("the registry runs");
///     Topics::publish("news", News(1));
///     assert_eq!(ctx.recv().await.0, 1);
/// });
/// assert!(reader.ended().await.is_normal());
/// # Ok(())
/// # }
/// ```
///
/// # Elixir
///
/// A clause of `handle_info/2`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no handler for messages of type `{M}`",
    label = "no `#[info]` handler takes a `{M}`",
    note = "add `#[info] fn on_message(&mut self, message: {M})` to the `#[gen_server] impl {Self}`"
)]
pub trait Info<M: ?Sized>: Actor {
    /// Makes it one of the process's own messages. Each `#[info]` handler writes one; what it is for is
    /// shown in the [example](Self#examples).
    ///
    /// # Panics
    ///
    /// The provided body does, and is there for [`NoMessage`] alone, of which there is no value.
    fn wrap(message: M) -> Self::Msg
    where
        M: Sized,
    {
        drop(message);
        unreachable!("every `Info` of a message that exists writes `wrap`")
    }
}

/// The message type of registries that send none.
///
/// It has no values and no size, by which the compiler knows that it is no process's message: so
/// every process may stand in such a registry.
///
/// A declaration without `message = …` has it: see [`registry!`](macro@crate::registry).
#[derive(Debug)]
pub struct NoMessage(#[expect(dead_code, reason = "there for its lack of a size")] [Infallible]);

impl<A: Actor> Info<NoMessage> for A {}

/// Another message that is none.
///
/// Were there but one, the compiler would take it for the type of whatever is sent to a process without any
/// handler, and complain of its lack of a size instead of the lack of a handler.
#[derive(Debug)]
struct NorThis(#[expect(dead_code, reason = "there for its lack of a size")] [Infallible]);

#[diagnostic::do_not_recommend]
impl<A: Actor> Info<NorThis> for A {}

/// The process with this pid, while it is there.
pub(crate) fn resolve(pid: Pid) -> Option<Arc<dyn Proc>> {
    Node::of(pid)?.table().get(pid)
}

impl<A: Actor> Cell<A> {
    /// A process that does not run yet: it has a pid, takes messages, and can be found.
    pub(crate) fn create(
        node: &Node,
        runtime: Option<&Arc<Runtime>>,
        parent: Option<Pid>,
        supervised: bool,
        limit: Option<usize>,
    ) -> Arc<Self> {
        panics::install_hook();
        let pid = node.table().new_pid(node.number());
        let cell = Arc::new(Self {
            header: Header::new(pid, node.clone(), runtime.cloned(), parent, supervised),
            mailbox: Mailbox::new(limit),
        });
        node.table().insert(Arc::clone(&cell) as Arc<dyn Proc>);
        cell
    }
}
