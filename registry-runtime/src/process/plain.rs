//! Plain processes: a mailbox and a body of the user's own.

use std::any::Any;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::task::Poll;

use super::ctx::Next;
use super::runtime::Runtime;
use super::signal::Envelope;
use super::task::{EndedBy, Task};
use super::{Actor, Cell, Ctx, Down, Exit, ExitReason, Info, Pid, Proc, SendError, exit, links};
use crate::node::Node;

/// What a process made by [`spawn`] is: a mailbox of `M` and a body.
///
/// Shown in the example of [`spawn`].
#[derive(Debug)]
pub struct Plain<M>(PhantomData<fn(M)>);

/// A plain process's own handle: [`Ctx`], with `recv`.
///
/// Shown in the example of [`spawn`].
pub type Process<M> = Ctx<Plain<M>>;

impl<M: Send + 'static> Actor for Plain<M> {
    type Msg = M;

    fn type_name() -> &'static str {
        "process"
    }

    fn route(message: Box<dyn Any + Send>) -> Result<M, Box<dyn Any + Send>> {
        message.downcast().map(|message| *message)
    }
}

impl<M: Send + 'static> Info<M> for Plain<M> {
    fn wrap(message: M) -> M {
        message
    }
}

/// Anything a plain process may receive.
///
/// Shown in the example of [`Ctx::recv_any`].
///
/// # Elixir
///
/// What the clauses of a `receive` tell apart.
#[derive(Debug)]
#[non_exhaustive]
pub enum Received<M> {
    /// A message of the process's own type.
    Message(M),
    /// A monitored process died.
    Down(Down),
    /// A linked process died, and this one traps exits.
    Exit(Exit),
    /// An untyped message.
    Other(Box<dyn Any + Send>),
}

/// A handle on a process that takes messages of type `M`.
///
/// # Examples
///
/// ```
/// # use registry_runtime::prelude::*;
/// use registry_runtime::ProcessRef;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let sum: ProcessRef<u32> = spawn(async |mut ctx: Process<u32>| {
///     assert_eq!(ctx.recv().await + ctx.recv().await, 3);
/// });
/// sum.send(1)?;
/// sum.clone().send(2)?;  // a clone is one count
/// assert_eq!(sum.ended().await, ExitReason::Normal);
/// assert!(!sum.pid().is_alive());
/// # Ok(())
/// # }
/// ```
///
/// # Elixir
///
/// A pid, which takes any term.
pub struct ProcessRef<M: Send + 'static>(Arc<Cell<Plain<M>>>);

impl<M: Send + 'static> ProcessRef<M> {
    /// The process's pid.
    ///
    /// Shown in the [example](Self#examples).
    #[must_use]
    pub fn pid(&self) -> Pid {
        self.0.header.pid
    }

    /// Waits until the process has ended, and tells why; also when it had ended before.
    ///
    /// Shown in the [example](Self#examples).
    ///
    /// # Cancel safety
    ///
    /// Safe.
    ///
    /// # Elixir
    ///
    /// `Process.monitor/1` and a `receive`.
    pub fn ended(&self) -> impl Future<Output = ExitReason> + Send + use<M> {
        exit::ended(Arc::clone(&self.0) as Arc<dyn Proc>)
    }

    /// Sends a message; never blocks.
    ///
    /// Shown in the [example](Self#examples).
    ///
    /// # Errors
    ///
    /// [`SendError::NotRunning`] when the process has ended.
    ///
    /// # Elixir
    ///
    /// `send/2`, which does not tell.
    pub fn send(&self, message: M) -> Result<(), SendError> {
        super::Receiver::deliver(&*self.0, message)
    }
}

impl<M: Send + 'static> Clone for ProcessRef<M> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<M: Send + 'static> fmt::Debug for ProcessRef<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ProcessRef").field(&self.pid()).finish()
    }
}

/// Starts a process that runs `body`; it ends `Normal` when the body returns.
///
/// It lives on the current node, linked to nobody.
///
/// A message type that is a reference, `&'static str` say, is more than the compiler can follow through an
/// async body ("implementation of `Send` is not general enough", rust-lang/rust#110338): send a `String`, or
/// put the reference into a struct.
///
/// # Panics
///
/// Outside of a tokio runtime, as `tokio::spawn` does; and on one without timers (`enable_time`).
///
/// # Examples
///
/// ```
/// # use registry_runtime::prelude::*;
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let echo = registry_runtime::spawn(async |mut ctx: Process<String>| {
///     let word = ctx.recv().await;
///     assert_eq!(word, "hello");
/// });
/// echo.send("hello".to_owned()).unwrap();
/// assert!(echo.pid().ended().await.is_normal());
/// # }
/// ```
///
/// # Elixir
///
/// `spawn/1`.
pub fn spawn<M, F, Fut>(body: F) -> ProcessRef<M>
where
    M: Send + 'static,
    F: FnOnce(Process<M>) -> Fut + Send + 'static,
    Fut: Future + Send + 'static,
{
    start(None, body)
}

fn start<M, F, Fut>(parent: Option<&dyn Proc>, body: F) -> ProcessRef<M>
where
    M: Send + 'static,
    F: FnOnce(Process<M>) -> Fut + Send + 'static,
    Fut: Future + Send + 'static,
{
    let runtime = match Runtime::current() {
        Ok(runtime) => runtime,
        Err(error) => panic!("{error}"),
    };
    let node = Node::current();
    let of = parent.map(|parent| parent.header().pid);
    let cell = Cell::<Plain<M>>::create(&node, Some(&runtime), of, false, None);
    if let Some(parent) = parent {
        links::link(parent, cell.header.pid);
    }
    let ctx = Ctx::new(Arc::clone(&cell));
    let body = async move {
        body(ctx).await;
        ExitReason::Normal
    };
    drop(runtime.spawn(Task::new(Arc::clone(&cell), body, EndedBy::Signals)));
    ProcessRef(cell)
}

impl<A: Actor> Ctx<A> {
    /// Starts a process that is linked to this one.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime, as `tokio::spawn` does; and on one without timers (`enable_time`).
    ///
    /// # Examples
    ///
    /// ```
    /// # use registry_runtime::prelude::*;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let parent = spawn(async |ctx: Process<()>| {
    ///     let child = ctx.spawn_link(async |mut ctx: Process<()>| ctx.recv().await);
    ///     child.pid().exit(ExitReason::Shutdown);
    ///     child.ended().await;
    ///     std::future::pending::<()>().await  // the link ends it
    /// });
    /// assert_eq!(parent.ended().await, ExitReason::Shutdown);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Elixir
    ///
    /// `spawn_link/1`.
    pub fn spawn_link<M, F, Fut>(&self, body: F) -> ProcessRef<M>
    where
        M: Send + 'static,
        F: FnOnce(Process<M>) -> Fut + Send + 'static,
        Fut: Future + Send + 'static,
    {
        start(Some(&*self.cell), body)
    }
}

impl<M: Send + 'static> Ctx<Plain<M>> {
    /// Waits for the next message of the process's own type, also if it was sent by pid alone
    /// ([`Pid::send`]). What else comes is kept for the other receives.
    ///
    /// Shown in the example of [`spawn`].
    ///
    /// # Cancel safety
    ///
    /// Safe: a message is taken out only when it is returned.
    ///
    /// # Elixir
    ///
    /// `receive do … end`.
    pub async fn recv(&mut self) -> M {
        self.select(|envelope| match envelope {
            Envelope::Message(message) => Ok(message),
            Envelope::Any(any) => Plain::route(any).map_err(Envelope::Any),
        })
        .await
    }

    /// Waits for the next thing to come, whatever it is.
    ///
    /// # Cancel safety
    ///
    /// Safe: nothing is taken out unless it is returned.
    ///
    /// # Examples
    ///
    /// ```
    /// # use registry_runtime::prelude::*;
    /// use registry_runtime::Received;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let watcher = spawn(async |mut ctx: Process<u32>| {
    ///     let brief = spawn(async |_: Process<()>| {});
    ///     let _monitor = ctx.monitor(brief.pid());
    ///     let _ = ctx.pid().send("untyped");
    ///     loop {
    ///         match ctx.recv_any().await {
    ///             Received::Message(number) => println!("{number}"),
    ///             Received::Down(down) => break assert_eq!(down.pid, brief.pid()),
    ///             Received::Other(any) => assert_eq!(any.downcast_ref(), Some(&"untyped")),
    ///             _ => {}
    ///         }
    ///     }
    /// });
    /// watcher.send(1)?;
    /// assert!(watcher.ended().await.is_normal());
    /// # Ok(())
    /// # }
    /// ```
    pub async fn recv_any(&mut self) -> Received<M> {
        self.select(|envelope| {
            Ok(match envelope {
                Envelope::Message(message) => Received::Message(message),
                Envelope::Any(any) => match any.downcast::<Down>() {
                    Ok(down) => Received::Down(*down),
                    Err(any) => match any.downcast::<Exit>() {
                        Ok(exit) => Received::Exit(*exit),
                        Err(any) => match Plain::route(any) {
                            Ok(message) => Received::Message(message),
                            Err(any) => Received::Other(any),
                        },
                    },
                },
            })
        })
        .await
    }

    /// Waits for the next message of type `T`: a [`Down`], an [`Exit`], or an untyped one. What
    /// else comes is kept for the other receives.
    ///
    /// # Cancel safety
    ///
    /// Safe: a message is taken out only when it is returned.
    ///
    /// # Examples
    ///
    /// ```
    /// # use registry_runtime::prelude::*;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let picky = spawn(async |mut ctx: Process<u32>| {
    ///     assert_eq!(ctx.recv_info::<char>().await, 'x');  // what came before it is kept
    ///     assert_eq!(ctx.recv().await, 1);
    /// });
    /// picky.send(1)?;
    /// picky.pid().send('x')?;
    /// assert!(picky.ended().await.is_normal());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Elixir
    ///
    /// A selective `receive`.
    pub async fn recv_info<T: Send + 'static>(&mut self) -> T {
        self.select(|envelope| match envelope {
            Envelope::Any(any) => match any.downcast::<T>() {
                Ok(found) => Ok(*found),
                Err(any) => Err(Envelope::Any(any)),
            },
            message @ Envelope::Message(_) => Err(message),
        })
        .await
    }

    async fn select<T>(
        &mut self,
        mut take: impl FnMut(Envelope<M>) -> Result<T, Envelope<M>>,
    ) -> T {
        let mut looked = false;
        std::future::poll_fn(|cx| {
            self.polled_by(cx.waker());
            // What earlier receives passed over comes first, and is looked through once.
            if !looked && self.has_saved() {
                // At an exit or a kill, the task ends the process before it polls the body again.
                if self.begin_turn(cx).is_err() {
                    return Poll::Pending;
                }
                if let Some(found) = self.select_saved(&mut take) {
                    return Poll::Ready(found);
                }
            }
            looked = true;
            loop {
                let next = match self.poll_next(cx) {
                    Poll::Pending | Poll::Ready(Next::Exit) => return Poll::Pending,
                    Poll::Ready(Next::Message(message)) => Envelope::Message(message),
                    Poll::Ready(Next::Any(any)) => Envelope::Any(any),
                };
                match take(next) {
                    Ok(found) => return Poll::Ready(found),
                    Err(envelope) => self.local().saved.push_back(envelope),
                }
            }
        })
        .await
    }

    fn has_saved(&self) -> bool {
        self.local
            .as_ref()
            .is_some_and(|local| !local.saved.is_empty())
    }

    /// Takes the first of the messages that earlier receives passed over.
    fn select_saved<T>(
        &mut self,
        take: &mut impl FnMut(Envelope<M>) -> Result<T, Envelope<M>>,
    ) -> Option<T> {
        let saved = &mut self.local.as_mut()?.saved;
        let mut passed = Vec::new();
        let mut found = None;
        while let Some(envelope) = saved.pop_front() {
            match take(envelope) {
                Ok(taken) => {
                    found = Some(taken);
                    break;
                }
                Err(envelope) => passed.push(envelope),
            }
        }
        // Back to where they were: what comes after the one that is found is not touched.
        for envelope in passed.into_iter().rev() {
            saved.push_front(envelope);
        }
        found
    }
}
