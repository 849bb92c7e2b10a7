//! The second half of what `api_common` writes; see `api`.

/// Writes further functions that registries of all kinds have.
#[doc(hidden)]
#[macro_export]
macro_rules! __registry_more_api {
    ($name:ident, $vis:vis) => {
        #[allow(dead_code, unreachable_pub, reason = "a registry has all of its functions, used or not")]
        impl $name {
            /// Collects what `f`, from `match_spec!` or a closure, makes of the entries of a key: of a
            /// `bool` the pid and a clone of the value, of an `Option` what is in it. `f` may use the
            /// registry.
            ///
            /// # Elixir
            ///
            /// `Registry.match/4`.
            $vis fn matching<Q, F, R>(
                key: &Q,
                f: F,
            ) -> $crate::__private::reg::Vec<<R as $crate::__private::reg::Matched<$crate::__private::reg::Value<Self>>>::Output>
            where
                Q: ?$crate::__private::reg::Sized + $crate::__private::reg::Hash + $crate::__private::reg::Equivalent<$crate::__private::reg::Key<Self>>,
                F: $crate::__private::reg::FnMut($crate::__private::reg::Pid, &$crate::__private::reg::Value<Self>) -> R,
                R: $crate::__private::reg::Matched<$crate::__private::reg::Value<Self>>,
            {
                $crate::__private::reg::calls::matching::<Self, _, _, _>(key, f)
            }

            /// How many entries of a key match; `f` returns a `bool` or an `Option`.
            ///
            /// # Elixir
            ///
            /// `Registry.count_match/4`.
            $vis fn count_match<Q, F, R>(key: &Q, f: F) -> $crate::__private::reg::usize
            where
                Q: ?$crate::__private::reg::Sized + $crate::__private::reg::Hash + $crate::__private::reg::Equivalent<$crate::__private::reg::Key<Self>>,
                F: $crate::__private::reg::FnMut($crate::__private::reg::Pid, &$crate::__private::reg::Value<Self>) -> R,
                R: $crate::__private::reg::IsMatch,
            {
                $crate::__private::reg::calls::count_match::<Self, _, _, _>(key, f)
            }

            /// Collects what `f`, from `match_spec!` or a closure, makes of all entries, in no order. `f`
            /// may use the registry; entries that come and go meanwhile may be there or not.
            ///
            /// # Elixir
            ///
            /// `Registry.select/2`.
            $vis fn select<F, T>(f: F) -> $crate::__private::reg::Vec<T>
            where
                F: $crate::__private::reg::FnMut(&$crate::__private::reg::Key<Self>, $crate::__private::reg::Pid, &$crate::__private::reg::Value<Self>) -> $crate::__private::reg::Option<T>,
            {
                $crate::__private::reg::calls::select::<Self, _, _>(f)
            }

            /// How many entries match; `f` returns a `bool` or an `Option`.
            ///
            /// # Elixir
            ///
            /// `Registry.count_select/2`.
            $vis fn count_select<F, R>(f: F) -> $crate::__private::reg::usize
            where
                F: $crate::__private::reg::FnMut(&$crate::__private::reg::Key<Self>, $crate::__private::reg::Pid, &$crate::__private::reg::Value<Self>) -> R,
                R: $crate::__private::reg::IsMatch,
            {
                $crate::__private::reg::calls::count_select::<Self, _, _>(f)
            }

            /// How many entries there are; takes time by the number of partitions, not of entries.
            ///
            /// # Elixir
            ///
            /// `Registry.count/1`.
            #[must_use]
            $vis fn count() -> $crate::__private::reg::usize
            {
                $crate::__private::reg::here::<Self>().count()
            }

            /// The value under a key of the registry's own, cloned; `None` when there is none, or it is of
            /// another type than `T`.
            ///
            /// # Elixir
            ///
            /// `Registry.meta/2`.
            #[must_use]
            $vis fn meta<T>(key: &$crate::__private::reg::str) -> $crate::__private::reg::Option<T>
            where
                T: $crate::__private::reg::Clone + $crate::__private::reg::Send + $crate::__private::reg::Sync + 'static,
            {
                $crate::__private::reg::here::<Self>().meta(key)
            }

            /// Puts a value under a key of the registry's own, until it is deleted or the registry stops.
            ///
            /// # Errors
            ///
            /// `NotRunning` when the registry does not run.
            ///
            /// # Elixir
            ///
            /// `Registry.put_meta/3`.
            $vis fn put_meta<T>(key: &$crate::__private::reg::str, value: T) -> $crate::__private::reg::Result<(), $crate::__private::reg::NotRunning>
            where
                T: $crate::__private::reg::Send + $crate::__private::reg::Sync + 'static,
            {
                $crate::__private::reg::here::<Self>().put_meta(key, value)
            }

            /// Deletes what is under a key of the registry's own.
            ///
            /// # Elixir
            ///
            /// `Registry.delete_meta/2`.
            $vis fn delete_meta(key: &$crate::__private::reg::str)
            {
                $crate::__private::reg::here::<Self>().delete_meta(key);
            }

            /// Runs `f` while nobody else runs anything under the same lock key; what it returned. Lock
            /// keys are a namespace of their own; who waits is let in in the order of coming. The lock is
            /// free again when `f` is done, panics, or the future is dropped.
            ///
            /// # Panics
            ///
            /// When `f` does.
            ///
            /// # Cancel safety
            ///
            /// When the future is dropped, it gives up its place in line, or `f` ends at the await it is
            /// at and the lock is free.
            ///
            /// # Elixir
            ///
            /// `Registry.lock/3`.
            $vis async fn lock<Q, F, R>(lock_key: &Q, f: F) -> R
            where
                Q: ?$crate::__private::reg::Sized + $crate::__private::reg::Hash + $crate::__private::reg::Equivalent<$crate::__private::reg::Key<Self>> + $crate::__private::reg::ToOwned<Owned = $crate::__private::reg::Key<Self>>,
                F: $crate::__private::reg::AsyncFnOnce() -> R,
            {
                $crate::__private::reg::calls::lock::<Self, _, _, _>(lock_key, f).await
            }

            /// Has the calling process told of each registration and unregistration from now on.
            ///
            /// # Errors
            ///
            /// `NotRunning` when the registry does not run; `Exiting` when the process is ending.
            ///
            /// # Elixir
            ///
            /// The `:listeners` option, at run time.
            $vis fn listen<A>(ctx: &$crate::__private::reg::Ctx<A>) -> $crate::__private::reg::Result<(), $crate::__private::reg::RegisterError>
            where
                A: $crate::__private::reg::Info<$crate::__private::reg::RegistryEvent<$crate::__private::reg::Key<Self>, $crate::__private::reg::Value<Self>>>,
            {
                $crate::__private::reg::calls::listen::<Self, _>(ctx)
            }

            /// Has the calling process told of no more events.
            $vis fn unlisten<A>(ctx: &$crate::__private::reg::Ctx<A>)
            where
                A: $crate::__private::reg::Actor,
            {
                $crate::__private::reg::calls::unlisten::<Self, _>(ctx);
            }
        }
    };
}
