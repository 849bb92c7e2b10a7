//! Reading what is under a key.

use std::hash::Hash;
use std::sync::Arc;

use hashbrown::Equivalent;

use super::kind::{DuplicateKeys, Keys, Sends, Unique};
use super::member::Member;
use super::members::Members;
use super::{Inner, Registry};
use crate::process::{Pid, Receiver, SendError};

impl<K, V, M> Registry<K, V, Unique, M>
where
    K: Hash + Eq + Clone + Send + Sync + 'static,
    V: Send + Sync + 'static,
    M: ?Sized + 'static,
{
    /// The process registered under a key, and a clone of its value; `None` when there is none.
    ///
    /// See [`Registry::with`] for values that are dear to clone, and [`Registry::whereis`] when
    /// only the process is wanted.
    ///
    /// # Examples
    ///
    /// ```
    /// # use registry_runtime::prelude::*;
    /// registry! { Users, keys = unique, key = String, value = u32 }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// Users::start().await?;
    /// let ann = spawn(async |mut ctx: Process<()>| {
    ///     Users::register(&ctx, "ann".to_owned(), 7).expect("the name is free");
    ///     ctx.recv().await
    /// });
    /// while Users::count() == 0 { tokio::task::yield_now().await }
    /// assert_eq!(Users::lookup("ann"), Some((ann.pid(), 7)));
    /// assert_eq!(Users::whereis("ann"), Some(ann.pid()));
    /// assert_eq!(Users::with("ann", |_pid, value| value + 1), Some(8));
    /// assert_eq!(Users::keys(ann.pid()), ["ann"]);
    /// assert_eq!(Users::lookup("bob"), None);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Elixir
    ///
    /// `Registry.lookup/2`.
    #[must_use]
    pub fn lookup<Q>(&self, key: &Q) -> Option<(Pid, V)>
    where
        V: Clone,
        Q: ?Sized + Hash + Equivalent<K>,
    {
        self.lookup_by(key, V::clone)
    }

    /// As [`Registry::lookup`], for a declared registry, whose values may not be `Clone`.
    #[doc(hidden)]
    #[inline]
    pub fn lookup_by<Q>(&self, key: &Q, clone: impl Fn(&V) -> V) -> Option<(Pid, V)>
    where
        Q: ?Sized + Hash + Equivalent<K>,
    {
        if std::mem::needs_drop::<V>() {
            self.with(key, |pid, value| (pid, clone(value)))
        } else {
            // Plain data: cloned in place, which spares the value's reference count.
            self.only(key, |member| (member.pid, clone(member.value.get())))
        }
    }

    /// Calls `f` with the process registered under a key and its value; `None` when there is
    /// none.
    ///
    /// `f` runs under no lock and may use the registry; the value stays as it was found.
    ///
    /// Shown in the example of [`lookup`](Self::lookup).
    pub fn with<Q, F, R>(&self, key: &Q, f: F) -> Option<R>
    where
        Q: ?Sized + Hash + Equivalent<K>,
        F: FnOnce(Pid, &V) -> R,
    {
        let (pid, value) = self.only(key, |member| (member.pid, member.value.clone()))?;
        Some(f(pid, value.get()))
    }

    /// The process registered under a key; `None` when there is none.
    ///
    /// Shown in the example of [`lookup`](Self::lookup).
    ///
    /// # Elixir
    ///
    /// `Registry.whereis_name/1`.
    #[must_use]
    pub fn whereis<Q>(&self, key: &Q) -> Option<Pid>
    where
        Q: ?Sized + Hash + Equivalent<K>,
    {
        self.only(key, |member| member.pid)
    }

    /// The process registered under a key, to be sent messages of the registry's type; `None` when
    /// there is none. It stays that process, whoever has the key later.
    ///
    /// Shown in the example of [`Receiver`](crate::process::Receiver).
    #[must_use]
    pub fn find<Q>(&self, key: &Q) -> Option<Arc<dyn Receiver<M>>>
    where
        Q: ?Sized + Hash + Equivalent<K>,
    {
        self.owner_of(key)
    }

    /// Sends a message to the process registered under a key; never blocks.
    ///
    /// # Errors
    ///
    /// [`SendError::NotRunning`] when there is none, or it is ending; [`SendError::Full`] when its
    /// mailbox has a limit that is reached.
    ///
    /// # Examples
    ///
    /// ```
    /// # use registry_runtime::prelude::*;
    /// registry! { Printers, keys = unique, key = u32, message = String }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// Printers::start().await?;
    /// let printer = spawn(async |mut ctx: Process<String>| {
    ///     Printers::register(&ctx, 1, ()).expect("the number is free");
    ///     assert_eq!(ctx.recv().await, "a page");
    /// });
    /// while Printers::count() == 0 { tokio::task::yield_now().await }
    /// Printers::send(&1, "a page".into())?;
    /// assert!(printer.ended().await.is_normal());
    /// assert_eq!(Printers::send(&1, "a page".into()), Err(SendError::NotRunning));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Elixir
    ///
    /// `Registry.send/2`, by `{:via, Registry, …}`.
    pub fn send<Q, T>(&self, key: &Q, message: T) -> Result<(), SendError>
    where
        M: Sends<T>,
        Q: ?Sized + Hash + Equivalent<K>,
    {
        let owner = self.owner_of(key).ok_or(SendError::NotRunning)?;
        M::deliver(&*owner, message)
    }
}

impl<K, V, D, M> Registry<K, V, D, M>
where
    K: Hash + Eq + Clone + Send + Sync + 'static,
    V: Send + Sync + 'static,
    D: DuplicateKeys,
    M: ?Sized + 'static,
{
    /// The processes registered under a key, with clones of their values, in no order; a process
    /// that registered several times is there as often.
    ///
    /// # Examples
    ///
    /// ```
    /// # use registry_runtime::prelude::*;
    /// registry! { Topics, keys = duplicate, key = String, value = u32 }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// Topics::start().await?;
    /// let reader = spawn(async |ctx: Process<()>| {
    ///     Topics::register(&ctx, "news".into(), 5).expect("it runs");
    ///     assert_eq!(Topics::lookup("news"), [(ctx.pid(), 5)]);
    ///     assert_eq!(Topics::with("news", |_pid, level| level * 2), [10]);
    /// });
    /// assert!(reader.ended().await.is_normal());
    /// assert!(Topics::lookup("news").is_empty());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Elixir
    ///
    /// `Registry.lookup/2`.
    #[must_use]
    pub fn lookup<Q>(&self, key: &Q) -> Vec<(Pid, V)>
    where
        V: Clone,
        Q: ?Sized + Hash + Equivalent<K>,
    {
        self.lookup_by(key, V::clone)
    }

    /// As [`Registry::lookup`], for a declared registry, whose values may not be `Clone`.
    #[doc(hidden)]
    pub fn lookup_by<Q>(&self, key: &Q, clone: impl Fn(&V) -> V) -> Vec<(Pid, V)>
    where
        Q: ?Sized + Hash + Equivalent<K>,
    {
        self.with(key, |pid, value| (pid, clone(value)))
    }

    /// Calls `f` with each process registered under a key and its value, and collects what comes
    /// back.
    ///
    /// `f` runs under no lock and may use the registry; it sees the entries as they were when it
    /// was first called.
    ///
    /// Shown in the example of [`lookup`](Self::lookup).
    pub fn with<Q, F, R>(&self, key: &Q, mut f: F) -> Vec<R>
    where
        Q: ?Sized + Hash + Equivalent<K>,
        F: FnMut(Pid, &V) -> R,
    {
        let Some(members) = self.inner.members(key) else {
            return Vec::new();
        };
        let mut found = Vec::with_capacity(members.len());
        found.extend(
            members
                .iter()
                .map(|member| f(member.pid, member.value.get())),
        );
        found
    }
}

impl<K, V, D, M> Registry<K, V, D, M>
where
    K: Hash + Eq + Clone + Send + Sync + 'static,
    V: Send + Sync + 'static,
    D: Keys,
    M: ?Sized + 'static,
{
    /// The process under a key of a unique registry, to send it something; nothing is allocated.
    #[inline]
    pub(crate) fn owner_of<Q>(&self, key: &Q) -> Option<Arc<dyn Receiver<M>>>
    where
        Q: ?Sized + Hash + Equivalent<K>,
    {
        self.only(key, |member| Arc::clone(&member.owner))
    }

    /// The entry of a key that has but one.
    #[inline]
    pub(super) fn only<Q, R>(&self, key: &Q, read: impl FnOnce(&Member<V, M>) -> R) -> Option<R>
    where
        Q: ?Sized + Hash + Equivalent<K>,
    {
        let hash = self.inner.hash(key);
        let shard = self.inner.shard(hash).read();
        shard.table().find(hash, key)?.members.get(0).map(read)
    }
}

impl<K, V, D, M> Inner<K, V, D, M>
where
    K: Hash + Eq + Clone + Send + Sync + 'static,
    V: Send + Sync + 'static,
    M: ?Sized + 'static,
{
    /// What is under a key, as it is now, to be gone through without a lock.
    #[inline]
    pub(super) fn members<Q>(&self, key: &Q) -> Option<Members<V, M>>
    where
        Q: ?Sized + Hash + Equivalent<K>,
    {
        let hash = self.hash(key);
        let shard = self.shard(hash).read();
        shard.table().find(hash, key).map(|row| row.members.clone())
    }
}
