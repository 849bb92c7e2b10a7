//! `Agent`: the client.

use std::fmt;
use std::ops::Deref;
use std::time::Duration;

use super::AgentServer;
use crate::gen_server::{Address, Call, CastError, Client, Local};

/// A state of type `T` in a process of its own, which others read and change by sending functions
/// to it.
///
/// This is a handle: a clone is one count, and it does not keep the agent running. `A` is how it
/// finds the agent: directly, or by name each time ([`Agent::via`]). It derefs to [`Client`], for `pid`,
/// `whereis`, `stop`, `exit` and what else every server has.
///
/// The functions run in the agent's process, one after the other: while a slow one runs, the others
/// wait. One that panics ends the agent, and its caller gets
/// [`CallError::Exited`](crate::CallError::Exited). One that calls its own agent gets
/// [`CallError::Deadlock`](crate::CallError::Deadlock).
///
/// # Examples
///
/// ```
/// # use registry_runtime::prelude::*;
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let visits = Agent::start_link(|| 0_u64).await?;
/// visits.update(|n| *n += 1).await?;
/// let before = visits.get_and_update(|n| std::mem::replace(n, 10)).await?;
/// assert_eq!(before, 1);
/// visits.cast(|n| *n += 5)?;                 // later, and nobody waits for it
/// let patient = visits.clone().timeout(std::time::Duration::from_secs(60));
/// assert_eq!(patient.get(|n| *n).await?, 15);
/// visits.stop(ExitReason::Normal).await?;
/// # Ok(()) }
/// ```
///
/// # Elixir
///
/// `Agent`.
pub struct Agent<T: Send + 'static, A = Local<AgentServer<T>>> {
    client: Client<AgentServer<T>, A>,
}

impl<T: Send + 'static, A: Address<AgentServer<T>>> Agent<T, A> {
    /// Reads the state: what `f` returns.
    ///
    /// Shown in the [example](Self#examples).
    ///
    /// # Errors
    ///
    /// The call's: [`CallError`](crate::CallError), after five seconds
    /// [`Timeout`](crate::CallError::Timeout) unless [`timeout`](Self::timeout) says otherwise.
    ///
    /// # Cancel safety
    ///
    /// Safe; once polled, `f` may still run.
    ///
    /// # Elixir
    ///
    /// `Agent.get/3`.
    pub fn get<V, F>(&self, f: F) -> Call<AgentServer<T>, V>
    where
        V: Send + 'static,
        F: FnOnce(&T) -> V + Send + 'static,
    {
        self.get_and_update(move |state| f(state))
    }

    /// Changes the state, and waits until that is done.
    ///
    /// Shown in the [example](Self#examples).
    ///
    /// # Errors
    ///
    /// As [`get`](Self::get).
    ///
    /// # Cancel safety
    ///
    /// Safe; once polled, `f` may still run.
    ///
    /// # Elixir
    ///
    /// `Agent.update/3`; `f` changes the state in place instead of returning the new one.
    pub fn update<F>(&self, f: F) -> Call<AgentServer<T>, ()>
    where
        F: FnOnce(&mut T) + Send + 'static,
    {
        self.get_and_update(f)
    }

    /// Changes the state: what `f` returns.
    ///
    /// Shown in the [example](Self#examples).
    ///
    /// # Errors
    ///
    /// As [`get`](Self::get).
    ///
    /// # Cancel safety
    ///
    /// Safe; once polled, `f` may still run.
    ///
    /// # Elixir
    ///
    /// `Agent.get_and_update/3`.
    pub fn get_and_update<V, F>(&self, f: F) -> Call<AgentServer<T>, V>
    where
        V: Send + 'static,
        F: FnOnce(&mut T) -> V + Send + 'static,
    {
        self.client
            .__call(|reply| Box::new(move |state| reply.send(f(state))))
    }

    /// Has the state changed later; never blocks.
    ///
    /// Shown in the [example](Self#examples).
    ///
    /// # Errors
    ///
    /// [`CastError::NotRunning`].
    ///
    /// # Elixir
    ///
    /// `Agent.cast/2`.
    pub fn cast<F>(&self, f: F) -> Result<(), CastError>
    where
        F: FnOnce(&mut T) + Send + 'static,
    {
        self.client.__cast(Box::new(f))
    }

    /// Gives the calls of this client another time-out than five seconds.
    ///
    /// Shown in the [example](Self#examples).
    ///
    /// # Elixir
    ///
    /// The last argument of `get`, `update` and `get_and_update`.
    #[must_use]
    pub fn timeout(self, timeout: Duration) -> Self {
        Self {
            client: self.client.__timeout(timeout),
        }
    }
}

impl<T: Send + 'static, A> Deref for Agent<T, A> {
    type Target = Client<AgentServer<T>, A>;

    fn deref(&self) -> &Self::Target {
        &self.client
    }
}

impl<T: Send + 'static, A> From<Client<AgentServer<T>, A>> for Agent<T, A> {
    fn from(client: Client<AgentServer<T>, A>) -> Self {
        Self { client }
    }
}

impl<T: Send + 'static, A: Clone> Clone for Agent<T, A> {
    fn clone(&self) -> Self {
        Self {
            client: self.client.clone(),
        }
    }
}

impl<T: Send + 'static, A: fmt::Debug> fmt::Debug for Agent<T, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.client.fmt(f)
    }
}
