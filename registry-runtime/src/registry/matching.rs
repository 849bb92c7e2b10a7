//! Choosing among the entries of a key.

use std::hash::Hash;

use hashbrown::Equivalent;

use super::Registry;
use super::kind::Keys;
use crate::process::Pid;

/// Says whether an entry matches: a `bool`, or an `Option` as `match_spec!` makes it.
///
/// Shown in the example of [`Registry::matching`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say whether an entry matches",
    label = "this closure should return a `bool` or an `Option`"
)]
pub trait IsMatch {
    /// Whether the entry matches.
    fn is_match(&self) -> bool;
}

impl IsMatch for bool {
    fn is_match(&self) -> bool {
        *self
    }
}

impl<T> IsMatch for Option<T> {
    fn is_match(&self) -> bool {
        self.is_some()
    }
}

/// Says what comes of an entry: a `bool` stands for the pid and a clone of the value, an `Option`
/// for what is in it.
///
/// Shown in the example of [`Registry::matching`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say what comes of an entry",
    label = "this closure should return a `bool`, with a value that is `Clone`, or an `Option`"
)]
pub trait Matched<V> {
    /// What is collected.
    type Output;
    /// What comes of this entry, if it matches.
    fn matched(self, pid: Pid, value: &V) -> Option<Self::Output>;
}

impl<V: Clone> Matched<V> for bool {
    type Output = (Pid, V);

    fn matched(self, pid: Pid, value: &V) -> Option<(Pid, V)> {
        self.then(|| (pid, value.clone()))
    }
}

impl<V, T> Matched<V> for Option<T> {
    type Output = T;

    fn matched(self, _: Pid, _: &V) -> Option<T> {
        self
    }
}

impl<K, V, D, M> Registry<K, V, D, M>
where
    K: Hash + Eq + Clone + Send + Sync + 'static,
    V: Send + Sync + 'static,
    D: Keys,
    M: ?Sized + 'static,
{
    /// Collects what `f` makes of the entries of a key, in no order.
    ///
    /// `f` comes from `match_spec!`, or is any closure. When it returns a `bool`, the matching
    /// entries are collected as pids and clones of the values; when it returns an `Option`, what is
    /// in there. It runs under no lock and may use the registry.
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
    ///     for level in [1, 5] { Topics::register(&ctx, "news".to_owned(), level).expect("it runs") }
    ///     assert_eq!(Topics::matching("news", match_spec! { (_, level) if *level > 3 }), [(ctx.pid(), 5)]);
    ///     assert_eq!(Topics::count_match("news", |_pid, _level: &u32| true), 2);
    /// });
    /// assert!(reader.pid().ended().await.is_normal());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Elixir
    ///
    /// `Registry.match/4`.
    pub fn matching<Q, F, R>(&self, key: &Q, mut f: F) -> Vec<R::Output>
    where
        Q: ?Sized + Hash + Equivalent<K>,
        F: FnMut(Pid, &V) -> R,
        R: Matched<V>,
    {
        let Some(members) = self.inner.members(key) else {
            return Vec::new();
        };
        let matched = members.iter().filter_map(|member| {
            let value = member.value.get();
            f(member.pid, value).matched(member.pid, value)
        });
        matched.collect()
    }

    /// How many entries of a key match.
    ///
    /// `f` comes from `match_spec!`, or is any closure that returns a `bool` or an `Option`. It
    /// runs under no lock and may use the registry.
    ///
    /// Shown in the example of [`Registry::matching`].
    ///
    /// # Elixir
    ///
    /// `Registry.count_match/4`.
    pub fn count_match<Q, F, R>(&self, key: &Q, mut f: F) -> usize
    where
        Q: ?Sized + Hash + Equivalent<K>,
        F: FnMut(Pid, &V) -> R,
        R: IsMatch,
    {
        let Some(members) = self.inner.members(key) else {
            return 0;
        };
        let matches = members
            .iter()
            .filter(|member| f(member.pid, member.value.get()).is_match());
        matches.count()
    }
}
