//! Asking to be told of events, and asking no more.

use std::hash::Hash;
use std::sync::Arc;

use super::error::{NotRunning, RegisterError};
use super::kind::Keys;
use super::listener::RegistryEvent;
use super::names::address;
use super::{Registry, quiet};
use crate::process::{Actor, Ctx, Info, Receiver};

impl<K, V, D, M> Registry<K, V, D, M>
where
    K: Hash + Eq + Clone + Send + Sync + 'static,
    V: Send + Sync + 'static,
    D: Keys,
    M: ?Sized + 'static,
{
    /// Has the calling process told of each registration and unregistration from now on, until it
    /// dies or calls [`Registry::unlisten`]; also over a restart of the registry. A second time
    /// changes nothing.
    ///
    /// The events are [`RegistryEvent`]s: for one key in the order in which things happened. A slow
    /// listener's mailbox grows; it keeps nobody waiting.
    ///
    /// # Errors
    ///
    /// [`RegisterError::NotRunning`], [`RegisterError::Exiting`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use registry_runtime::prelude::*;
    /// registry! { Users, keys = unique, key = String }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// Users::start().await?;
    /// let listener = spawn(async |mut ctx: Process<RegistryEvent<String>>| {
    ///     Users::listen(&ctx).expect("the registry runs");
    ///     spawn(async |ctx: Process<()>| Users::register(&ctx, "ann".into(), ()));
    ///     let RegistryEvent::Registered { pid, .. } = ctx.recv().await else { panic!("nobody had left") };
    ///     let gone = ctx.recv().await;  // it ended after that
    ///     assert!(matches!(gone, RegistryEvent::Unregistered { pid: left, .. } if left == pid));
    ///     Users::unlisten(&ctx);
    /// });
    /// assert!(listener.ended().await.is_normal());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Elixir
    ///
    /// The `:listeners` option, at run time.
    pub fn listen<A>(&self, ctx: &Ctx<A>) -> Result<(), RegisterError>
    where
        A: Info<RegistryEvent<K, V>>,
    {
        let cell = ctx.cell();
        if !self.is_running() {
            return Err(NotRunning::new(&self.inner.core.label).into());
        }
        // Any shard of the registry stands for it, the first for all listeners.
        let shard = &self.inner.shards[0];
        let mut names = cell.header.names.lock();
        if names.is_closed() {
            return Err(RegisterError::Exiting);
        }
        if !names.is_listening(address(shard)) {
            names.add(shard, 0, None);
            let process = Arc::clone(cell) as Arc<dyn Receiver<RegistryEvent<K, V>>>;
            self.inner.core.listeners.add(process);
        }
        Ok(())
    }

    /// Has the calling process told of no more events. Those that are in its mailbox already stay
    /// there.
    ///
    /// Shown in the example of [`listen`](Self::listen).
    pub fn unlisten<A: Actor>(&self, ctx: &Ctx<A>) {
        let cell = ctx.cell();
        let (note, listener) = {
            let mut names = cell.header.names.lock();
            let note = names.strike(address(&self.inner.shards[0]), 0, true);
            (note, self.inner.core.listeners.remove(cell.header.pid))
        };
        drop(note);
        quiet::discard(listener);
    }
}
