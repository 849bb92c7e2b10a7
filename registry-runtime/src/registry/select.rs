//! Going through the whole registry.

use std::hash::Hash;

use super::kind::Keys;
use super::matching::IsMatch;
use super::{Inner, Registry};
use crate::process::Pid;

impl<K, V, D, M> Registry<K, V, D, M>
where
    K: Hash + Eq + Clone + Send + Sync + 'static,
    V: Send + Sync + 'static,
    D: Keys,
    M: ?Sized + 'static,
{
    /// Collects what `f` makes of all entries: key, process, value. In no order.
    ///
    /// `f` comes from `match_spec!`, or is any closure that returns an `Option`. It runs under no
    /// lock and may use the registry. Each shard is shown as it is when the walk comes to it:
    /// entries that come and go meanwhile may be there or not, all others are there once.
    ///
    /// # Examples
    ///
    /// ```
    /// # use registry_runtime::prelude::*;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let ages: Registry<String, u32> = Registry::builder().build()?;
    /// ages.start()?;
    /// let registry = ages.clone();
    /// let family = spawn(async move |ctx: Process<()>| {
    ///     for (name, age) in [("ann", 40), ("bob", 12)] {
    ///         registry.register(&ctx, name.to_owned(), age).expect("the names differ");
    ///     }
    ///     let adults = registry.select(|name, _, age| (*age >= 18).then(|| name.clone()));
    ///     assert_eq!(adults, ["ann"]);
    /// });
    /// assert!(family.pid().ended().await.is_normal());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Elixir
    ///
    /// `Registry.select/2`.
    pub fn select<F, T>(&self, mut f: F) -> Vec<T>
    where
        F: FnMut(&K, Pid, &V) -> Option<T>,
    {
        let mut selected = Vec::new();
        self.inner
            .walk(|key, pid, value| selected.extend(f(key, pid, value)));
        selected
    }

    /// How many entries match.
    ///
    /// `f` comes from `match_spec!`, or is any closure that returns a `bool` or an `Option`. As
    /// fresh as [`Registry::select`].
    ///
    /// Takes what [`select`](Self::select) does.
    ///
    /// # Elixir
    ///
    /// `Registry.count_select/2`.
    pub fn count_select<F, R>(&self, mut f: F) -> usize
    where
        F: FnMut(&K, Pid, &V) -> R,
        R: IsMatch,
    {
        let mut count = 0;
        self.inner
            .walk(|key, pid, value| count += usize::from(f(key, pid, value).is_match()));
        count
    }
}

impl<K, V, D, M: ?Sized> Inner<K, V, D, M>
where
    V: 'static,
{
    fn walk(&self, mut f: impl FnMut(&K, Pid, &V)) {
        for shard in &self.shards {
            let table = shard.lend();
            for row in table.iter() {
                for member in row.members.iter() {
                    f(row.key.get(), member.pid, member.value.get());
                }
            }
        }
    }
}
