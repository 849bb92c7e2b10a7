//! How the halves of a server meet: what the struct's macro writes and what the impl's macro asks
//! for. Most of it is there for what the compiler says when they do not fit.

use std::marker::PhantomData;

use crate::process::ExitReason;

/// Asks that a handler's argument or reply can travel in a message, where its type is written.
#[derive(Debug)]
pub struct Message<M: Travels + 'static>(PhantomData<M>);

/// A handler's argument or reply, which goes from process to process.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be sent between threads, and a message goes from process to process",
    label = "this is a part of a message",
    note = "write a type that is `Send`, such as `Arc` for `Rc`"
)]
pub trait Travels: Send {}

#[diagnostic::do_not_recommend]
impl<T: Send + ?Sized> Travels for T {}

/// Asks that a server's field or argument can go from thread to thread, where its type is written.
#[derive(Debug)]
pub struct Part<T: Moves + ?Sized>(PhantomData<T>);

/// A part of a server's state, which tokio's threads take turns to run.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be sent between threads, and a server may run on another at each message",
    label = "this is a part of a server",
    note = "write a type that is `Send`, such as `Arc` for `Rc`; `Cell` and `RefCell` may stay"
)]
pub trait Moves: Send {}

#[diagnostic::do_not_recommend]
impl<T: Send + ?Sized> Moves for T {}

/// Asks that an async handler may hold `&self` while it waits.
#[derive(Debug)]
pub struct Shared<S: Shares>(PhantomData<S>);

/// The state of a server that an async handler lends, and not for itself alone.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be shared between threads, and an async handler with `&self` shares it",
    label = "`{Self}` is not `Sync`",
    note = "write `&mut self`: a server handles one message at a time"
)]
pub trait Shares: Sync {}

#[diagnostic::do_not_recommend]
impl<S: Sync> Shares for S {}

/// An argument of a server that is restarted: each restart gets a clone of it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be cloned, and a supervisor clones a child's arguments for each restart",
    label = "this argument is needed again at each restart",
    note = "derive `Clone` for `{Self}`, put it into an `Arc`, give the field `#[default(…)]`, or start the server with `start_link`"
)]
pub trait RestartArg: Clone {}

#[diagnostic::do_not_recommend]
impl<T: Clone> RestartArg for T {}

/// Implemented by the impl's macro, for its name alone: it is what the compiler says of a second annotated
/// impl in another module.
pub trait AllHandlersBelongInOneGenServerImpl {}

/// The arguments of `init`, for a server whose `init` builds its struct.
///
/// The struct's macro implements it for the seed, with the types that `init(…)` names; the impl's macro
/// asks for it with the types that the function `init` takes.
#[diagnostic::on_unimplemented(
    message = "`init` and the struct's `#[gen_server]` do not name the same arguments",
    label = "`init` takes `{T}` beside its context",
    note = "write `#[gen_server(init(…))]` on the struct, with the names and types of these arguments; or let `init` take `&mut self` and have the macro build the struct"
)]
pub trait InitArgs<T> {
    /// The arguments as a tuple.
    fn into_args(self) -> T;
}

/// What `init` may fail with.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no reason to exit with",
    label = "this `init` fails with a `{Self}`",
    note = "let `init` return `Result<…, ExitReason>`; a reason is made of any text or error by `.map_err(ExitReason::error)`, and of what implements `std::error::Error` by `?` alone"
)]
pub trait Reason {
    /// The reason.
    fn reason(self) -> ExitReason;
}

#[diagnostic::do_not_recommend]
impl<E: Into<ExitReason>> Reason for E {
    fn reason(self) -> ExitReason {
        self.into()
    }
}

/// What `init` ended with.
///
/// # Errors
///
/// Its own.
pub fn reasoned<T, E: Reason>(result: Result<T, E>) -> Result<T, ExitReason> {
    result.map_err(Reason::reason)
}

/// A server that is built once its seed is there: one whose `init` takes `&mut self`, or that has none.
#[diagnostic::on_unimplemented(
    message = "`#[gen_server(init(…))]` says that `init` builds `{S}`, and the impl's `init` does not",
    label = "no `init` that builds `{S}`",
    note = "write `async fn init(arguments…) -> Result<Self, ExitReason>` into the `#[gen_server] impl`"
)]
pub trait Built<S> {
    /// The server.
    fn built(self) -> S;
}

#[diagnostic::do_not_recommend]
impl<S> Built<S> for S {
    fn built(self) -> S {
        self
    }
}

/// The value that a server without `value = …` has in its registry: none.
#[diagnostic::on_unimplemented(
    message = "the registry holds a `{Self}` beside each pid, and this server gives none",
    label = "this registry has `value = {Self}`",
    note = "add `value = …` to `#[gen_server(…)]`; it may use the arguments by their names"
)]
pub trait NoValue {
    /// `()`.
    fn none() -> Self;
}

impl NoValue for () {
    fn none() -> Self {}
}
