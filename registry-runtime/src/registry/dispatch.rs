//! Reaching the processes under a key.

use std::fmt;
use std::hash::Hash;

use hashbrown::Equivalent;

use super::Registry;
use super::kind::{DuplicateKeys, Keys, Sends};
use super::member::Member;
use super::members::{Iter, Members};
use crate::process::{Pid, SendError};

/// The entries of a key, as they were when they were asked for.
///
/// Shown in the example of [`Registry::dispatch`].
///
/// # Elixir
///
/// The list that the function of `Registry.dispatch/4` gets.
pub struct Entries<'a, V, M: ?Sized> {
    pub(super) members: &'a Members<V, M>,
    pub(super) from: usize,
    pub(super) to: usize,
}

/// One entry of a key.
///
/// Shown in the example of [`Registry::dispatch`].
///
/// # Elixir
///
/// A `{pid, value}` of that list.
pub struct Entry<'a, V, M: ?Sized>(&'a Member<V, M>);

/// Goes through [`Entries`].
///
/// Shown in the example of [`Registry::dispatch`].
pub struct EntriesIter<'a, V, M: ?Sized>(Iter<'a, V, M>);

impl<'a, V, M: ?Sized> Entries<'a, V, M> {
    pub(super) fn all(members: &'a Members<V, M>) -> Self {
        Self {
            members,
            from: 0,
            to: members.bound(),
        }
    }

    /// Goes through the entries, in no order.
    ///
    /// Shown in the example of [`Registry::dispatch`].
    #[must_use]
    pub fn iter(&self) -> EntriesIter<'a, V, M> {
        EntriesIter(self.members.range(self.from, self.to))
    }

    /// How many there are; never 0 in a dispatch.
    #[must_use]
    #[expect(
        clippy::len_without_is_empty,
        reason = "a dispatch does not call back for nothing"
    )]
    pub fn len(&self) -> usize {
        if self.to - self.from == self.members.bound() {
            self.members.len()
        } else {
            self.iter().count()
        }
    }
}

impl<'a, V: 'static, M: ?Sized> Entry<'a, V, M> {
    /// The process.
    #[must_use]
    pub fn pid(&self) -> Pid {
        self.0.pid
    }

    /// The value it registered, or has updated to since.
    ///
    /// Shown in the example of [`Registry::dispatch`].
    #[must_use]
    pub fn value(&self) -> &'a V {
        self.0.value.get()
    }

    /// Sends the process a message of the registry's type; never blocks.
    ///
    /// Shown in the example of [`Registry::dispatch`].
    ///
    /// # Errors
    ///
    /// [`SendError::NotRunning`] when the process has died meanwhile; [`SendError::Full`] when its
    /// mailbox has a limit that is reached.
    pub fn send<T>(&self, message: T) -> Result<(), SendError>
    where
        M: Sends<T>,
    {
        M::deliver(&*self.0.owner, message)
    }
}

impl<K, V, D, M> Registry<K, V, D, M>
where
    K: Hash + Eq + Clone + Send + Sync + 'static,
    V: Send + Sync + 'static,
    D: Keys,
    M: ?Sized + 'static,
{
    /// Calls `f` with the entries of a key, once; not at all when there are none. What it
    /// returned.
    ///
    /// `f` runs in the caller, under no lock, and may use the registry. It sees the entries as they
    /// were when the dispatch began.
    ///
    /// # Panics
    ///
    /// When `f` does; the registry stays as it is.
    ///
    /// # Examples
    ///
    /// ```
    /// # use registry_runtime::prelude::*;
    /// registry! { Topics, keys = duplicate, key = String, value = u32, message = String }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// Topics::start().await?;
    /// let reader = spawn(async |mut ctx: Process<String>| {
    ///     Topics::register(&ctx, "news".into(), 5).expect("the registry runs");
    ///     assert_eq!(ctx.recv().await, "for levels above 3");
    /// });
    /// while Topics::count() == 0 { tokio::task::yield_now().await }
    /// let sent = Topics::dispatch("news", |entries| {
    ///     let high = entries.iter().filter(|entry| *entry.value() > 3);
    ///     high.filter(|entry| entry.send("for levels above 3".into()).is_ok()).count()
    /// });
    /// assert_eq!(sent, Some(1));
    /// assert_eq!(Topics::dispatch("weather", |entries| entries.len()), None);
    /// assert!(reader.ended().await.is_normal());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Elixir
    ///
    /// `Registry.dispatch/4`, which calls back once a partition.
    pub fn dispatch<Q, F, R>(&self, key: &Q, f: F) -> Option<R>
    where
        Q: ?Sized + Hash + Equivalent<K>,
        F: FnOnce(Entries<'_, V, M>) -> R,
    {
        let members = self.inner.members(key)?;
        Some(f(Entries::all(&members)))
    }

    /// Sends a clone of a message to each process under a key; how many took it. A process that
    /// registered several times gets it as often.
    ///
    /// Never blocks. A process that dies meanwhile, or whose mailbox has a limit that is reached,
    /// does not get it and is not counted.
    ///
    /// # Examples
    ///
    /// ```
    /// # use registry_runtime::prelude::*;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let topics: Registry<String, (), Duplicate, u32> = Registry::builder().build()?;
    /// topics.start()?;
    /// let registry = topics.clone();
    /// let subscriber = spawn(async move |mut ctx: Process<u32>| {
    ///     registry.register(&ctx, "numbers".to_owned(), ()).expect("it runs");
    ///     assert_eq!(registry.publish("numbers", 7), 1);
    ///     assert_eq!(ctx.recv().await, 7);
    /// });
    /// assert!(subscriber.pid().ended().await.is_normal());
    /// assert_eq!(topics.publish("numbers", 8), 0);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Elixir
    ///
    /// `Registry.dispatch/4` with a callback that sends to each entry.
    pub fn publish<Q, T>(&self, key: &Q, message: T) -> usize
    where
        D: DuplicateKeys,
        M: Sends<T>,
        T: Clone,
        Q: ?Sized + Hash + Equivalent<K>,
    {
        let Some(members) = self.inner.members(key) else {
            return 0;
        };
        let mut sent = 0;
        let mut deliver = |member: &Member<V, M>, message: T| {
            sent += usize::from(M::deliver(&*member.owner, message).is_ok());
        };
        let mut members = members.iter();
        // The last one gets the message itself.
        if let Some(mut next) = members.next() {
            for member in members {
                deliver(next, message.clone());
                next = member;
            }
            deliver(next, message);
        }
        sent
    }
}

impl<'a, V, M: ?Sized> Iterator for EntriesIter<'a, V, M> {
    type Item = Entry<'a, V, M>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(Entry)
    }
}

impl<'a, V, M: ?Sized> IntoIterator for Entries<'a, V, M> {
    type Item = Entry<'a, V, M>;
    type IntoIter = EntriesIter<'a, V, M>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'a, V, M: ?Sized> IntoIterator for &Entries<'a, V, M> {
    type Item = Entry<'a, V, M>;
    type IntoIter = EntriesIter<'a, V, M>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<V, M: ?Sized> Clone for Entries<'_, V, M> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<V, M: ?Sized> Copy for Entries<'_, V, M> {}

impl<V, M: ?Sized> Clone for Entry<'_, V, M> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<V, M: ?Sized> Copy for Entry<'_, V, M> {}

impl<V, M: ?Sized> fmt::Debug for Entries<'_, V, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pids = self
            .members
            .range(self.from, self.to)
            .map(|member| member.pid);
        f.debug_list().entries(pids).finish()
    }
}

impl<V, M: ?Sized> fmt::Debug for Entry<'_, V, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Entry").field(&self.0.pid).finish()
    }
}

impl<V, M: ?Sized> fmt::Debug for EntriesIter<'_, V, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EntriesIter(..)")
    }
}
