//! What every client has, whatever its server's handlers.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::call::Call;
use super::serve::Inspect;
use super::{Address, CallError, CastError, Construct, GenServer, Local, ServerRef, Travels};
use crate::process::alarm::within;
use crate::process::cell::Refused;
use crate::process::reply::{Awaiting, reply_slot};
use crate::process::signal::Stop;
use crate::process::{
    Cell, ExitReason, Info, Pid, Proc, ReplyTo, SendError, current, exit, panics,
};

/// A client without the handlers' methods; those of a server deref to it.
///
/// # Examples
///
/// The methods that every client has, beside those of the handlers.
///
/// ```
/// # use registry_runtime::prelude::*;
/// registry! { Names, keys = unique, key = String }
///
/// struct Add(u64);
///
/// #[derive(Debug)]
/// #[gen_server(registry = Names, key = "counter")]
/// struct Counter { #[default] n: u64 }
///
/// #[gen_server]
/// impl Counter {
///     #[info] fn add(&mut self, Add(more): Add) { self.n += more }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// Names::start().await?;
/// let counter = Counter::start().await?;
/// assert_eq!(Counter::via().whereis(), Some(counter.pid()));
///
/// Counter::via().send(Add(3))?;
/// assert!(counter.status().await?.contains("n: 3"));
///
/// let this = Counter::via().server_ref().expect("it runs");
/// this.exit(ExitReason::Shutdown);
/// assert_eq!(counter.ended().await, ExitReason::Shutdown);
/// assert!(!counter.is_alive());
///
/// Counter::start().await?;  // the name is free again
/// Counter::via().stop(ExitReason::Normal).await?;
/// assert_eq!(Counter::via().whereis(), None);
/// # Ok(())
/// # }
/// ```
///
/// # Elixir
///
/// Whatever `GenServer.call/3` takes: a pid or a name.
pub struct Client<S: GenServer, A> {
    address: A,
    timeout: Duration,
    server: std::marker::PhantomData<fn() -> S>,
}

impl<S: GenServer> Client<S, Local<S>> {
    pub(crate) fn local(cell: Arc<Cell<S>>) -> Self {
        Self::new(Local(cell))
    }

    /// The server's pid.
    ///
    /// Shown in the [example](Self#examples).
    #[must_use]
    pub fn pid(&self) -> Pid {
        self.address.pid()
    }

    /// Waits until this very server has ended, and tells why; also when it had ended before.
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
    pub fn ended(&self) -> impl Future<Output = ExitReason> + Send + use<S> {
        exit::ended(Arc::clone(&self.address.0) as Arc<dyn Proc>)
    }
}

impl<S: GenServer, A> Client<S, A> {
    pub(crate) fn new(address: A) -> Self {
        Self {
            address,
            timeout: <S as Construct>::CALL_TIMEOUT,
            server: std::marker::PhantomData,
        }
    }

    #[doc(hidden)]
    #[must_use]
    pub fn __timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }
}

impl<S: GenServer, A: Address<S>> Client<S, A> {
    #[doc(hidden)]
    #[inline]
    pub fn __call<T>(&self, message: impl FnOnce(ReplyTo<T>) -> S::Msg) -> Call<S, T>
    where
        T: Travels + 'static,
    {
        let (reply, awaiting) = reply_slot();
        self.call(message(reply), awaiting)
    }

    /// Apart, since it is the same for all handlers that answer alike.
    #[inline]
    fn call<T>(&self, message: S::Msg, awaiting: Awaiting<T>) -> Call<S, T> {
        Call::new(self.address.resolve(), message, awaiting, self.timeout)
    }

    #[doc(hidden)]
    #[inline]
    pub fn __cast(&self, message: S::Msg) -> Result<(), CastError> {
        self.address.with(|cell| match cell {
            None => Err(CastError::NotRunning),
            Some(cell) => cell.send(message).map_err(|refused| match refused {
                Refused::Closed(_) => CastError::NotRunning,
                Refused::Full(_) => CastError::Full,
            }),
        })
    }

    /// The server's pid, if it runs now; a client by name looks the name up.
    ///
    /// Shown in the [example](Self#examples).
    ///
    /// # Elixir
    ///
    /// `GenServer.whereis/1`.
    #[must_use]
    pub fn whereis(&self) -> Option<Pid> {
        self.address.with(|cell| {
            cell.filter(|cell| cell.header.is_alive())
                .map(|cell| cell.header.pid)
        })
    }

    /// Whether the server runs, and is not ending.
    ///
    /// Shown in the [example](Self#examples).
    ///
    /// # Elixir
    ///
    /// `Process.alive?/1`.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        self.whereis().is_some()
    }

    /// The server that has the name now, as a reference of its own.
    ///
    /// Shown in the [example](Self#examples).
    #[must_use]
    pub fn server_ref(&self) -> Option<ServerRef<S>> {
        let client = Client::<S, _>::local(self.address.resolve()?).__timeout(self.timeout);
        Some(client.into())
    }

    /// Asks the server to exit; see [`Pid::exit`]. Nothing happens if it does not run.
    ///
    /// Shown in the [example](Self#examples).
    ///
    /// # Elixir
    ///
    /// `Process.exit/2`.
    pub fn exit(&self, reason: ExitReason) {
        self.address.with(|cell| {
            if let Some(cell) = cell {
                let from = current::with(|process| process.map(|process| process.header().pid));
                exit::signal(cell, from, reason);
            }
        });
    }

    /// Sends a message to the server's `#[info]` handler for its type; never blocks.
    ///
    /// Shown in the [example](Self#examples).
    ///
    /// # Errors
    ///
    /// [`SendError::NotRunning`]; [`SendError::Full`] when the mailbox is bounded and full.
    ///
    /// # Elixir
    ///
    /// `send/2`.
    pub fn send<M>(&self, message: M) -> Result<(), SendError>
    where
        S: Info<M>,
    {
        self.address.with(|cell| match cell {
            None => Err(SendError::NotRunning),
            Some(cell) => crate::process::Receiver::deliver(cell, message),
        })
    }

    /// The server's state as its `Debug` writes it, between two messages.
    ///
    /// Shown in the [example](Self#examples).
    ///
    /// # Errors
    ///
    /// [`CallError::NotRunning`], [`CallError::Timeout`], [`CallError::Deadlock`];
    /// [`CallError::Exited`] when the server ends first; [`CallError::Panicked`] when the state's `Debug`
    /// panics: the server goes on.
    ///
    /// # Cancel safety
    ///
    /// Safe.
    ///
    /// # Elixir
    ///
    /// `:sys.get_status/1` and `format_status/1`.
    pub fn status(&self) -> impl Future<Output = Result<String, CallError>> + Send + use<S, A>
    where
        S: fmt::Debug,
    {
        let target = self.address.resolve();
        let timeout = self.timeout;
        async move {
            let cell = target.ok_or(CallError::NotRunning)?;
            let process: Arc<dyn Proc> = Arc::clone(&cell) as Arc<dyn Proc>;
            let (reply, mut awaiting) = reply_slot();
            awaiting
                .will_ask(&cell.header, S::type_name, None)
                .map_err(CallError::Deadlock)?;
            let inspect = Inspect::<S>(Box::new(move |state| {
                reply.send(panics::caught(|| format!("{state:#?}")));
            }));
            if process.push_any(Box::new(inspect), true).is_err() {
                return Err(CallError::NotRunning);
            }
            drop(cell);
            let runtime = process.header().runtime.as_ref();
            match within(timeout, runtime, awaiting.recv()).await {
                None => Err(CallError::Timeout),
                Some(Ok(status)) => status.map_err(CallError::Panicked),
                Some(Err(_)) => Err(CallError::Exited(exit::ended(process).await)),
            }
        }
    }

    /// Ends the server after what is in its mailbox, and waits for its end; `terminate` runs.
    ///
    /// Shown in the [example](Self#examples).
    ///
    /// # Errors
    ///
    /// [`CallError::NotRunning`] when there is no such server, [`CallError::Exited`] when it ended
    /// for another reason than `reason`, [`CallError::Timeout`] when it takes longer than the
    /// client's time-out: it may still end afterwards.
    ///
    /// # Cancel safety
    ///
    /// Once polled, the server ends even if the wait is given up.
    ///
    /// # Elixir
    ///
    /// `GenServer.stop/3`.
    pub fn stop(
        &self,
        reason: ExitReason,
    ) -> impl Future<Output = Result<(), CallError>> + Send + use<S, A> {
        let target = self.address.resolve();
        let timeout = self.timeout;
        async move {
            let cell = target.ok_or(CallError::NotRunning)?;
            let process: Arc<dyn Proc> = Arc::clone(&cell) as Arc<dyn Proc>;
            // Before it is told to end: then it is this process that hears of a deadlock.
            let mut end = exit::Ending::new(Arc::clone(&process));
            end.waits_for(S::type_name).map_err(CallError::Deadlock)?;
            if process
                .push_any(Box::new(Stop(reason.clone())), true)
                .is_err()
            {
                return Err(CallError::NotRunning);
            }
            drop(cell);
            let runtime = process.header().runtime.as_ref();
            match within(timeout, runtime, end.reason()).await {
                None => Err(CallError::Timeout),
                Some(ended) if ended == reason => Ok(()),
                Some(other) => Err(CallError::Exited(other)),
            }
        }
    }
}

impl<S: GenServer, A: Clone> Clone for Client<S, A> {
    fn clone(&self) -> Self {
        Self {
            address: self.address.clone(),
            timeout: self.timeout,
            server: std::marker::PhantomData,
        }
    }
}

impl<S: GenServer, A: fmt::Debug> fmt::Debug for Client<S, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple(S::type_name()).field(&self.address).finish()
    }
}

/// Who hears of a registry's events: whoever has the client's name at the time.
#[doc(hidden)]
#[must_use]
pub fn listener<S, A, M>(client: &Client<S, A>) -> Option<Arc<dyn crate::process::Receiver<M>>>
where
    S: GenServer + Info<M>,
    A: Address<S>,
    M: Send + 'static,
{
    let cell = client.address.resolve()?;
    Some(cell as Arc<dyn crate::process::Receiver<M>>)
}
