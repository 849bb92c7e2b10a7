//! Entering and leaving.

use std::hash::Hash;
use std::sync::Arc;

use hashbrown::Equivalent;

use super::error::{NotRunning, RegisterError};
use super::kind::Keys;
use super::listener::RegistryEvent;
use super::matching::IsMatch;
use super::member::{Member, Shared};
use super::names::address;
use super::quiet;
use super::table::Gone;
use super::{Inner, Registry};
use crate::process::{Actor, Cell, Ctx, Info, Proc, Receiver};
use crate::sync::Ordering;

impl<K, V, D, M> Registry<K, V, D, M>
where
    K: Hash + Eq + Clone + Send + Sync + 'static,
    V: Send + Sync + 'static,
    D: Keys,
    M: ?Sized + 'static,
{
    /// Registers the calling process under a key.
    ///
    /// The entry can be seen by everyone when this returns, and stays until it is unregistered or
    /// the process dies. On a duplicate registry a process may register several times under one
    /// key.
    ///
    /// # Errors
    ///
    /// - [`RegisterError::AlreadyRegistered`]: the registry is unique, and the key has a process,
    ///   perhaps this one;
    /// - [`RegisterError::NotRunning`]: the registry is not running;
    /// - [`RegisterError::Exiting`]: the process is ending.
    ///
    /// # Examples
    ///
    /// Of a server: by the `ctx` of its `init` or of any handler. Of a plain process:
    ///
    /// ```
    /// # use registry_runtime::prelude::*;
    /// registry! { Points, keys = unique, key = String, value = u32 }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// Points::start().await?;
    /// let player = spawn(async |ctx: Process<()>| {
    ///     Points::register(&ctx, "ann".into(), 1).expect("the name is free");
    ///     assert_eq!(Points::lookup("ann"), Some((ctx.pid(), 1)));
    ///     Points::unregister(&ctx, "ann");
    ///     assert_eq!(Points::lookup("ann"), None);
    /// });
    /// assert!(player.ended().await.is_normal());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Elixir
    ///
    /// `Registry.register/3`. The process and the registry are linked, as there, in that the
    /// process gets an exit signal when the registry stops.
    pub fn register<A: Info<M>>(
        &self,
        ctx: &Ctx<A>,
        key: K,
        value: V,
    ) -> Result<(), RegisterError> {
        self.claim(ctx.cell(), key, value)
    }

    /// As [`Registry::register`], for a process that may not run yet.
    pub(crate) fn claim<A: Info<M>>(
        &self,
        owner: &Arc<Cell<A>>,
        key: K,
        value: V,
    ) -> Result<(), RegisterError> {
        self.enter(
            &**owner,
            Arc::clone(owner) as Arc<dyn Receiver<M>>,
            key,
            value,
        )
    }

    fn enter(
        &self,
        process: &dyn Proc,
        owner: Arc<dyn Receiver<M>>,
        key: K,
        value: V,
    ) -> Result<(), RegisterError> {
        let inner = &*self.inner;
        let header = process.header();
        let hash = inner.hash(&key);
        let shard = inner.shard(hash);
        let mut ears = inner.core.listeners.ears();
        let member = Member {
            pid: header.pid,
            owner,
            value: Shared::new(value),
        };
        let refused = {
            let mut names = header.names.lock();
            if names.is_closed() {
                (RegisterError::Exiting, key, member)
            } else {
                let mut changing = shard.write();
                let taken = || {
                    changing
                        .look()
                        .find(hash, &key)?
                        .members
                        .get(0)
                        .map(|member| member.pid)
                };
                if !inner.core.running.load(Ordering::Acquire) {
                    (NotRunning::new(&inner.core.label).into(), key, member)
                } else if let Some(pid) = if D::UNIQUE { taken() } else { None } {
                    (RegisterError::AlreadyRegistered(pid), key, member)
                } else {
                    // The last that can panic is a key's `Eq`; nothing has changed by then.
                    let table = changing.table();
                    let row = if D::UNIQUE {
                        None
                    } else {
                        table.find_mut(hash, &key)
                    };
                    ears.tell(|| RegistryEvent::Registered {
                        registry: Arc::clone(&inner.core.label.name),
                        key: key.clone(),
                        pid: header.pid,
                        value: member.value.to_arc(),
                    });
                    let (index, spare) = if let Some(row) = row {
                        (row.members.insert(member), Some(key))
                    } else {
                        table.insert(hash, key, member);
                        (0, None)
                    };
                    let stale = changing.done(1, 0);
                    names.add(shard, hash, Some(index));
                    drop(names);
                    drop(stale);
                    quiet::discard(spare);
                    return Ok(());
                }
            }
        };
        let (error, key, member) = refused;
        quiet::discard(key);
        quiet::discard(member);
        Err(error)
    }

    /// Takes all entries of the calling process under a key out; nothing happens when it has
    /// none. Others' entries stay.
    ///
    /// Takes the same time however many keys the process holds.
    ///
    /// Shown in the example of [`register`](Self::register).
    ///
    /// # Elixir
    ///
    /// `Registry.unregister/2`.
    pub fn unregister<A, Q>(&self, ctx: &Ctx<A>, key: &Q)
    where
        A: Actor,
        Q: ?Sized + Hash + Equivalent<K>,
    {
        self.inner.withdraw(&**ctx.cell(), key, |_, _| true);
    }

    /// Takes those entries of the calling process under a key out whose values match.
    ///
    /// `matches` says so by a `bool`, or by an `Option` as `match_spec!` does. It runs under no
    /// lock and may use the registry.
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
    ///     for level in [1, 5] { Topics::register(&ctx, "news".into(), level).expect("it runs") }
    ///     Topics::unregister_match(&ctx, "news", |level: &u32| *level > 3);
    ///     assert_eq!(Topics::values("news", ctx.pid()), [1]);
    /// });
    /// assert!(reader.ended().await.is_normal());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Elixir
    ///
    /// `Registry.unregister_match/4`.
    pub fn unregister_match<A, Q, F, R>(&self, ctx: &Ctx<A>, key: &Q, mut matches: F)
    where
        A: Actor,
        Q: ?Sized + Hash + Equivalent<K>,
        F: FnMut(&V) -> R,
        R: IsMatch,
    {
        let mut chosen = self.inner.held_by(&**ctx.cell(), key);
        chosen.retain(|(_, value)| matches(value.get()).is_match());
        if chosen.is_empty() {
            return;
        }
        // An entry that has come to the same place meanwhile has another value, or `()`.
        self.inner.withdraw(&**ctx.cell(), key, |index, value| {
            chosen
                .binary_search_by_key(&index, |(index, _)| *index)
                .is_ok_and(|at| chosen[at].1.is(value))
        });
    }
}

impl<K, V, D, M> Inner<K, V, D, M>
where
    K: Hash + Eq + Clone + Send + Sync + 'static,
    V: Send + Sync + 'static,
    D: Keys,
    M: ?Sized + 'static,
{
    fn withdraw<Q>(&self, process: &dyn Proc, key: &Q, chosen: impl FnMut(u32, &Shared<V>) -> bool)
    where
        Q: ?Sized + Hash + Equivalent<K>,
    {
        let header = process.header();
        let hash = self.hash(key);
        let shard = self.shard(hash);
        let mut ears = self.core.listeners.ears();
        let mut gone = Gone::new();
        let mut struck = None;
        let stale;
        {
            let mut names = header.names.lock();
            let Some(note) = names.find_mut(address(shard), hash) else {
                return;
            };
            let mut changing = shard.write();
            let table = changing.table();
            table.withdraw(
                (hash, key, header.pid),
                &mut note.at,
                &mut gone,
                chosen,
                |key| {
                    self.core.tell_gone(&mut ears, key, header.pid);
                },
            );
            table.shrink();
            stale = changing.done(0, gone.count);
            if note.at.is_empty() {
                struck = names.strike(address(shard), hash, false);
            }
        }
        drop(struck);
        drop(stale);
    }
}
