//! A dispatch on several threads.

use std::hash::Hash;
use std::num::NonZeroUsize;
use std::panic::resume_unwind;
use std::sync::Arc;

use hashbrown::Equivalent;
use tokio::runtime::Handle;
use tokio::task::JoinSet;

use super::Registry;
use super::dispatch::Entries;
use super::kind::Keys;
use crate::node::Node;

impl<K, V, D, M> Registry<K, V, D, M>
where
    K: Hash + Eq + Clone + Send + Sync + 'static,
    V: Send + Sync + 'static,
    D: Keys,
    M: ?Sized + 'static,
{
    /// As [`Registry::dispatch`], with the entries divided among tokio tasks, as many as the
    /// machine runs threads at once; returns when all are done. `f` is called once with each part,
    /// and not at all when there are no entries. Outside of a tokio runtime there is one part, and the
    /// caller's thread runs it.
    ///
    /// # Panics
    ///
    /// When `f` does, after the other parts are done; the registry stays as it is.
    ///
    /// # Cancel safety
    ///
    /// When the future is dropped, parts that have not begun are left out.
    ///
    /// # Examples
    ///
    /// ```
    /// # use registry_runtime::prelude::*;
    /// registry! { Topics, keys = duplicate, key = u32, message = String }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// Topics::start().await?;
    /// let reader = spawn(async |mut ctx: Process<String>| {
    ///     for _ in 0..100 { Topics::register(&ctx, 1, ()).expect("it runs") }
    ///     for _ in 0..100 { assert_eq!(ctx.recv().await, "news") }
    /// });
    /// while Topics::count() < 100 { tokio::task::yield_now().await }
    /// Topics::dispatch_parallel(&1, |entries| {
    ///     for entry in entries { let _ = entry.send("news".to_owned()); }
    /// })
    /// .await;
    /// assert!(reader.ended().await.is_normal());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Elixir
    ///
    /// `Registry.dispatch/4` with `parallel: true`.
    pub async fn dispatch_parallel<Q, F>(&self, key: &Q, f: F)
    where
        Q: ?Sized + Hash + Equivalent<K>,
        F: Fn(Entries<'_, V, M>) + Send + Sync + 'static,
    {
        let Some(members) = self.inner.members(key) else {
            return;
        };
        let bound = members.bound();
        if Handle::try_current().is_err() {
            return f(Entries {
                members: &members,
                from: 0,
                to: bound,
            });
        }
        let parts = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let width = bound.div_ceil(parts);
        let shared = Arc::new((members, f));
        let node = Node::current();
        let mut tasks = JoinSet::new();
        for from in (0..bound).step_by(width) {
            let shared = Arc::clone(&shared);
            tasks.spawn(node.scope(async move {
                let (members, f) = &*shared;
                let to = bound.min(from + width);
                if members.range(from, to).next().is_some() {
                    f(Entries { members, from, to });
                }
            }));
        }
        let mut panicked = None;
        while let Some(done) = tasks.join_next().await {
            if let Err(error) = done
                && let Ok(panic) = error.try_into_panic()
            {
                panicked = Some(panic);
            }
        }
        if let Some(panic) = panicked {
            resume_unwind(panic);
        }
    }
}
