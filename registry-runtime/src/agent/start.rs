//! Starting agents, and finding them.

use std::hash::Hash;
use std::sync::Arc;

use hashbrown::Equivalent;

use super::server::{AgentStart, InRegistry, Name};
use super::{Agent, AgentName, AgentServer};
use crate::gen_server::{Address, Borrowed, Client, GenServer, StartError};
use crate::process::{ExitReason, NoMessage};
use crate::registry::{DeclaredRegistry, Unique};
use crate::supervisor::{ChildSpec, child_spec};
use crate::sync::Mutex;

/// A start that happens once.
fn once<T, F>(init: F, name: Option<Arc<dyn Name<T>>>) -> AgentStart<T>
where
    F: FnOnce() -> T + Send + 'static,
{
    let init = Mutex::new(Some(init));
    let init = move || {
        let init = init.lock().take();
        init.map(|init| init()).ok_or(ExitReason::Ignore)
    };
    AgentStart {
        init: Arc::new(init),
        name,
    }
}

impl<T: Send + 'static> Agent<T> {
    /// Starts an agent whose state is what `init` returns, linked to the running process if there is
    /// one.
    ///
    /// `init` runs in the agent's process.
    ///
    /// Shown in the [example](Agent#examples).
    ///
    /// # Errors
    ///
    /// [`StartError::Init`] when `init` panics; [`StartError::NoRuntime`] and [`StartError::NoTimers`].
    ///
    /// # Cancel safety
    ///
    /// Once polled, the agent may run even if the wait is given up.
    ///
    /// # Elixir
    ///
    /// `Agent.start_link/2`.
    pub async fn start_link<F>(init: F) -> Result<Self, StartError>
    where
        F: FnOnce() -> T + Send + 'static,
    {
        AgentServer::<T>::__start_link(once(init, None)).await
    }

    /// As [`start_link`](Self::start_link), linked to nobody.
    ///
    /// Shown in the [example](Agent#examples).
    ///
    /// # Errors
    ///
    /// As [`start_link`](Self::start_link).
    ///
    /// # Cancel safety
    ///
    /// As [`start_link`](Self::start_link).
    ///
    /// # Elixir
    ///
    /// `Agent.start/2`.
    pub async fn start<F>(init: F) -> Result<Self, StartError>
    where
        F: FnOnce() -> T + Send + 'static,
    {
        AgentServer::<T>::__start(once(init, None)).await
    }

    /// As [`start_link`](Self::start_link), with a name in the registry `R`, to be found by
    /// [`via`](Self::via).
    ///
    /// # Errors
    ///
    /// As [`start_link`](Self::start_link); [`StartError::AlreadyStarted`] when the name is taken,
    /// [`StartError::RegistryNotRunning`].
    ///
    /// # Cancel safety
    ///
    /// As [`start_link`](Self::start_link).
    ///
    /// # Examples
    ///
    /// ```
    /// use registry_runtime::prelude::*;
    ///
    /// registry! { Counters, keys = unique, key = String }
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// Counters::start_link().await?;
    /// Agent::start_link_named::<Counters>("hits".to_owned(), || 0).await?;
    /// Agent::via::<Counters>("hits").update(|n: &mut i32| *n += 1).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Elixir
    ///
    /// `Agent.start_link/2` with `:name`.
    pub async fn start_link_named<R>(
        key: R::Key,
        init: impl FnOnce() -> T + Send + 'static,
    ) -> Result<Self, StartError>
    where
        R: DeclaredRegistry<Keys = Unique, Value = (), Message = NoMessage>,
    {
        let name: Arc<dyn Name<T>> = Arc::new(InRegistry::<R>(key));
        AgentServer::<T>::__start_link(once(init, Some(name))).await
    }

    /// The agent that has the name at the time of each use.
    ///
    /// Shown in the example of [`start_link_named`](Self::start_link_named).
    ///
    /// # Elixir
    ///
    /// `{:via, Registry, {R, key}}`.
    pub fn via<R>(
        key: &(impl Hash + Equivalent<R::Key> + ?Sized),
    ) -> Agent<T, impl Address<AgentServer<T>> + Clone>
    where
        R: DeclaredRegistry<Keys = Unique>,
    {
        Client::new(AgentName::<R, _>::new(Borrowed(key))).into()
    }

    /// How a supervisor starts an agent; `init` is called for each start.
    ///
    /// # Examples
    ///
    /// ```
    /// # use registry_runtime::prelude::*;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let agents = DynamicSupervisor::builder().start_link()?;
    /// let words = agents.start_child(Agent::child_spec(Vec::<String>::new)).await?;
    /// words.cast(|words| words.push("hello".to_owned()))?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Elixir
    ///
    /// `Agent.child_spec/1`.
    #[must_use]
    pub fn child_spec<F>(init: F) -> ChildSpec<AgentServer<T>>
    where
        F: Fn() -> T + Send + Sync + 'static,
    {
        child_spec(AgentStart {
            init: Arc::new(move || Ok(init())),
            name: None,
        })
    }

    /// As [`child_spec`](Self::child_spec), with a name in the registry `R`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use registry_runtime::prelude::*;
    /// registry! { Counters, keys = unique, key = String }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// Counters::start().await?;
    /// let agents = Supervisor::builder("agents")
    ///     .child(Agent::child_spec_named::<Counters>("hits".to_owned(), || 0))
    ///     .start()
    ///     .await?;
    /// Agent::via::<Counters>("hits").update(|n: &mut i32| *n += 1).await?;
    /// agents.shutdown().await;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Elixir
    ///
    /// `Agent.child_spec/1` with `:name`.
    #[must_use]
    pub fn child_spec_named<R>(
        key: R::Key,
        init: impl Fn() -> T + Send + Sync + 'static,
    ) -> ChildSpec<AgentServer<T>>
    where
        R: DeclaredRegistry<Keys = Unique, Value = (), Message = NoMessage>,
    {
        child_spec(AgentStart {
            init: Arc::new(move || Ok(init())),
            name: Some(Arc::new(InRegistry::<R>(key))),
        })
    }
}
