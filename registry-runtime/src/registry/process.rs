//! The process that a running registry is: it owns the run, and ends it.

use std::any::Any;
use std::future::poll_fn;
use std::hash::Hash;
use std::sync::Arc;

use super::kind::Keys;
use super::lifecycle::CannotStart;
use super::{DeclaredRegistry, Registry};
use crate::gen_server::StartError;
use crate::introspect::{RegistryView, View};
use crate::process::ctx::Next;
use crate::process::launch::{Launched, LaunchedProc, Place, launch_here};
use crate::process::{Actor, Cell, Ctx, ExitReason, Pid, Proc, exit};
use crate::supervisor::{AnyChildSpec, BeforeRun, ChildOptions, end_of};
use crate::sync::{AtomicUsize, Ordering};

/// The type of process that a registry is.
#[derive(Debug)]
pub(crate) enum RegistryProcess {}

impl Actor for RegistryProcess {
    type Msg = std::convert::Infallible;

    fn type_name() -> &'static str {
        "Registry"
    }

    fn route(message: Box<dyn Any + Send>) -> Result<Self::Msg, Box<dyn Any + Send>> {
        Err(message)
    }
}

/// A run of a registry; ends it when it is dropped.
struct Active<K, V, D, M: ?Sized>
where
    K: Hash + Eq + Clone + Send + Sync + 'static,
    V: Send + Sync + 'static,
    D: Keys,
    M: 'static,
{
    registry: Registry<K, V, D, M>,
    cell: Arc<Cell<RegistryProcess>>,
}

impl<K, V, D, M: ?Sized> Drop for Active<K, V, D, M>
where
    K: Hash + Eq + Clone + Send + Sync + 'static,
    V: Send + Sync + 'static,
    D: Keys,
    M: 'static,
{
    fn drop(&mut self) {
        let reason = exit::pending(&*self.cell);
        self.registry.stop(self.cell.header.pid, &reason);
    }
}

impl<K, V, D, M> Registry<K, V, D, M>
where
    K: Hash + Eq + Clone + Send + Sync + 'static,
    V: Send + Sync + 'static,
    D: Keys,
    M: ?Sized + 'static,
{
    /// Starts the registry, linked to the running process if there is one; its own process.
    ///
    /// When it ends, its entries go, and the processes that they were of get the exit signal that a
    /// link to it would give them.
    ///
    /// Shown in the [example](Self#examples).
    ///
    /// # Errors
    ///
    /// [`StartError::AlreadyStarted`] when it runs, [`StartError::NoRuntime`] and [`StartError::NoTimers`].
    ///
    /// # Elixir
    ///
    /// `Registry.start_link/1`.
    pub fn start_link(&self) -> Result<Pid, StartError> {
        let launched = launch_here(true, |place| self.launch_process(place, &mut |_| ()))?;
        Ok(launched.cell.header.pid)
    }

    /// Starts the registry, linked to nobody; its own process.
    ///
    /// Shown in the [example](Self#examples).
    ///
    /// # Errors
    ///
    /// As [`start_link`](Self::start_link).
    pub fn start(&self) -> Result<Pid, StartError> {
        let launched = launch_here(false, |place| self.launch_process(place, &mut |_| ()))?;
        Ok(launched.cell.header.pid)
    }

    /// How a supervisor starts the registry.
    ///
    /// # Examples
    ///
    /// ```
    /// # use registry_runtime::prelude::*;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let rooms: Registry<u32> = Registry::builder().name("rooms").build()?;
    /// let sup = Supervisor::builder("rooms").child(rooms.child_spec()).start().await?;
    /// assert!(rooms.is_running());
    /// sup.shutdown().await;
    /// assert!(!rooms.is_running());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Elixir
    ///
    /// `Registry.child_spec/1`.
    #[must_use]
    pub fn child_spec(&self) -> AnyChildSpec {
        let registry = self.clone();
        let start = move |place: Place<'_>, before_run: BeforeRun<'_>| {
            registry
                .launch_process(place, before_run)
                .map(LaunchedProc::from)
        };
        AnyChildSpec::starting(self.name().to_owned(), ChildOptions::worker(), start)
    }

    fn launch_process(
        &self,
        place: Place<'_>,
        before_run: BeforeRun<'_>,
    ) -> Result<Launched<RegistryProcess>, StartError> {
        let mut active = None;
        let cell = place.prepare::<RegistryProcess>(None, |cell| {
            self.activate(cell.header.pid)
                .map_err(|error| match error {
                    CannotStart::Running(pid) => StartError::AlreadyStarted(pid),
                    CannotStart::Option(error) => StartError::Init(ExitReason::error(error)),
                })?;
            active = Some(Active {
                registry: self.clone(),
                cell: Arc::clone(cell),
            });
            Ok(())
        })?;
        before_run(&(Arc::clone(&cell) as Arc<dyn Proc>));
        let mut ctx = Ctx::new(Arc::clone(&cell));
        ctx.trap_exit(true);
        ctx.set_label(self.name());
        View::Registry(Arc::new(self.clone())).show(&*cell);
        Ok(place.run(cell, async move {
            let _active = active;
            let reason = loop {
                match poll_fn(|cx| ctx.poll_next(cx)).await {
                    Next::Exit => break exit::pending(&*ctx.cell),
                    Next::Message(never) => match never {},
                    Next::Any(any) => {
                        if let Some(reason) = end_of(any, ctx.parent()) {
                            break reason;
                        }
                    }
                }
            };
            exit::begin(&*ctx.cell, reason.clone());
            reason
        }))
    }
}

impl<K, V, D, M> RegistryView for Registry<K, V, D, M>
where
    K: Send + Sync + 'static,
    V: Send + Sync + 'static,
    D: Keys,
    M: ?Sized + 'static,
{
    fn name(&self) -> String {
        self.name().to_owned()
    }

    fn entries(&self) -> Vec<usize> {
        let counts = &self.inner.core.counts;
        let per_partition = (counts.len() / self.inner.partitions).max(1);
        let total = |shards: &[AtomicUsize]| {
            shards
                .iter()
                .map(|count| count.load(Ordering::Relaxed))
                .sum()
        };
        counts.chunks(per_partition).map(total).collect()
    }
}

/// How a supervisor starts the registry that a type declares, on the node it is started on.
#[must_use]
pub fn declared_child_spec<R: DeclaredRegistry>() -> AnyChildSpec {
    let start = |place: Place<'_>, before_run: BeforeRun<'_>| {
        R::registry()
            .launch_process(place, before_run)
            .map(LaunchedProc::from)
    };
    AnyChildSpec::starting(R::declaration().name, ChildOptions::worker(), start)
}
