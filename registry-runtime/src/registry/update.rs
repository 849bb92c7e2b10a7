//! Changing the value of an entry.

use std::hash::Hash;

use hashbrown::Equivalent;

use super::Registry;
use super::kind::Unique;
use super::member::Shared;
use super::quiet;
use crate::process::{Actor, Ctx};

impl<K, V, M> Registry<K, V, Unique, M>
where
    K: Hash + Eq + Clone + Send + Sync + 'static,
    V: Send + Sync + 'static,
    M: ?Sized + 'static,
{
    /// Puts what `f` makes of the value of the calling process under a key in its place: the new
    /// value and the old one, cloned. `None` when the process does not have the key.
    ///
    /// `f` runs under no lock and may use the registry. If it updates the same entry itself, the
    /// outer update comes last; if it unregisters it, nothing is updated.
    ///
    /// # Examples
    ///
    /// ```
    /// # use registry_runtime::prelude::*;
    /// registry! { Points, keys = unique, key = String, value = u32 }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// Points::start().await?;
    /// let ann = spawn(async |ctx: Process<()>| {
    ///     Points::register(&ctx, "ann".to_owned(), 1).expect("the name is free");
    ///     assert_eq!(Points::update_value(&ctx, "ann", |points| points + 1), Some((2, 1)));
    ///     assert_eq!(Points::update_value(&ctx, "bob", |points| points + 1), None);
    /// });
    /// assert!(ann.pid().ended().await.is_normal());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Elixir
    ///
    /// `Registry.update_value/3`.
    pub fn update_value<A, Q, F>(&self, ctx: &Ctx<A>, key: &Q, f: F) -> Option<(V, V)>
    where
        A: Actor,
        V: Clone,
        Q: ?Sized + Hash + Equivalent<K>,
        F: FnOnce(&V) -> V,
    {
        self.update_value_by(ctx, key, f, V::clone)
    }

    /// As [`Registry::update_value`], for a declared registry, whose values may not be `Clone`.
    #[doc(hidden)]
    pub fn update_value_by<A, Q, F>(
        &self,
        ctx: &Ctx<A>,
        key: &Q,
        f: F,
        clone: impl Fn(&V) -> V,
    ) -> Option<(V, V)>
    where
        A: Actor,
        Q: ?Sized + Hash + Equivalent<K>,
        F: FnOnce(&V) -> V,
    {
        let me = ctx.pid();
        let (pid, old) = self.only(key, |member| (member.pid, member.value.clone()))?;
        if pid != me {
            return None;
        }
        let value = f(old.get());
        let new = Shared::new(clone(&value));
        let hash = self.inner.hash(key);
        let mut changing = self.inner.shard(hash).write();
        let row = changing.table().find_mut(hash, key);
        let member = row
            .and_then(|row| row.members.get_mut(0))
            .filter(|member| member.pid == me);
        let replaced = match member {
            Some(member) => Ok(std::mem::replace(&mut member.value, new)),
            None => Err(new),
        };
        drop(changing.done(0, 0));
        let updated = replaced.is_ok();
        quiet::discard(replaced);
        updated.then(|| (value, clone(old.get())))
    }
}
