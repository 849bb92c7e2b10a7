//! The macros that write the functions of a declared registry; see `api`.

/// Writes the functions that registries of all kinds have.
#[doc(hidden)]
#[macro_export]
macro_rules! __registry_api {
    ($name:ident, $vis:vis) => {
        $crate::__registry_more_api! { $name, $vis }

        #[allow(dead_code, unreachable_pub, reason = "a registry has all of its functions, used or not")]
        impl $name {
            /// A handle on this registry on the current node, for code that takes any registry.
            #[must_use]
            $vis fn handle() -> $crate::__private::reg::Handle<Self>
            {
                $crate::__private::reg::handle::<Self>()
            }

            /// Starts the registry on the current node, linked to the running process if there is one;
            /// its own process.
            ///
            /// # Errors
            ///
            /// `StartError::AlreadyStarted` when it runs, `StartError::NoRuntime`.
            ///
            /// # Cancel safety
            ///
            /// Once polled, it is over.
            ///
            /// # Elixir
            ///
            /// `Registry.start_link/1`.
            $vis async fn start_link() -> $crate::__private::reg::Result<$crate::__private::reg::Pid, $crate::__private::StartError>
            {
                $crate::__private::reg::calls::start_link::<Self>()
            }

            /// Starts the registry on the current node, linked to nobody; its own process.
            ///
            /// # Errors
            ///
            /// As `start_link`.
            ///
            /// # Cancel safety
            ///
            /// Once polled, it is over.
            $vis async fn start() -> $crate::__private::reg::Result<$crate::__private::reg::Pid, $crate::__private::StartError>
            {
                $crate::__private::reg::calls::start::<Self>()
            }

            /// How a supervisor starts the registry.
            ///
            /// # Elixir
            ///
            /// `Registry.child_spec/1`.
            #[must_use]
            $vis fn child_spec() -> $crate::__private::AnyChildSpec
            {
                $crate::__private::declared_child_spec::<Self>()
            }

            /// Whether the registry runs on the current node.
            #[must_use]
            $vis fn is_running() -> $crate::__private::reg::bool
            {
                $crate::__private::reg::here::<Self>().is_running()
            }

            /// The registry's own process on the current node, while it runs.
            #[must_use]
            $vis fn pid() -> $crate::__private::reg::Option<$crate::__private::reg::Pid>
            {
                $crate::__private::reg::here::<Self>().pid()
            }

            /// Registers the calling process under a key, until it unregisters or dies.
            ///
            /// # Errors
            ///
            /// `AlreadyRegistered` when the registry is unique and the key has a process, perhaps this one;
            /// `NotRunning` when the registry does not run; `Exiting` when the process is ending.
            ///
            /// # Elixir
            ///
            /// `Registry.register/3`.
            $vis fn register<A>(
                ctx: &$crate::__private::reg::Ctx<A>,
                key: $crate::__private::reg::Key<Self>,
                value: $crate::__private::reg::Value<Self>,
            ) -> $crate::__private::reg::Result<(), $crate::__private::reg::RegisterError>
            where
                A: $crate::__private::reg::Info<$crate::__private::reg::Message<Self>>,
            {
                $crate::__private::reg::calls::register::<Self, _>(ctx, key, value)
            }

            /// Takes all entries of the calling process under a key out; nothing happens when it has none.
            ///
            /// # Elixir
            ///
            /// `Registry.unregister/2`.
            $vis fn unregister<A, Q>(ctx: &$crate::__private::reg::Ctx<A>, key: &Q)
            where
                A: $crate::__private::reg::Actor,
                Q: ?$crate::__private::reg::Sized + $crate::__private::reg::Hash + $crate::__private::reg::Equivalent<$crate::__private::reg::Key<Self>>,
            {
                $crate::__private::reg::calls::unregister::<Self, _, _>(ctx, key);
            }

            /// Takes those entries of the calling process under a key out whose values match.
            /// `matches` returns a `bool`, or an `Option` as `match_spec!` does; it may use the registry.
            ///
            /// # Elixir
            ///
            /// `Registry.unregister_match/4`.
            $vis fn unregister_match<A, Q, F, R>(ctx: &$crate::__private::reg::Ctx<A>, key: &Q, matches: F)
            where
                A: $crate::__private::reg::Actor,
                Q: ?$crate::__private::reg::Sized + $crate::__private::reg::Hash + $crate::__private::reg::Equivalent<$crate::__private::reg::Key<Self>>,
                F: $crate::__private::reg::FnMut(&$crate::__private::reg::Value<Self>) -> R,
                R: $crate::__private::reg::IsMatch,
            {
                $crate::__private::reg::calls::unregister_match::<Self, _, _, _, _>(ctx, key, matches);
            }

            /// The keys that a process has registered, in no order; a key is there as often as the
            /// process registered under it. Empty for the dead.
            ///
            /// # Elixir
            ///
            /// `Registry.keys/2`.
            #[must_use]
            $vis fn keys(pid: $crate::__private::reg::Pid) -> $crate::__private::reg::Vec<$crate::__private::reg::Key<Self>>
            {
                $crate::__private::reg::calls::keys::<Self>(pid)
            }

            /// The values that a process has registered under a key, cloned, in no order.
            ///
            /// # Elixir
            ///
            /// `Registry.values/3`.
            #[must_use]
            $vis fn values<Q>(key: &Q, pid: $crate::__private::reg::Pid) -> $crate::__private::reg::Vec<$crate::__private::reg::Value<Self>>
            where
                $crate::__private::reg::Value<Self>: $crate::__private::reg::CloneFor<Q>,
                Q: ?$crate::__private::reg::Sized + $crate::__private::reg::Hash + $crate::__private::reg::Equivalent<$crate::__private::reg::Key<Self>>,
            {
                $crate::__private::reg::calls::values_by::<Self, _, _>(key, pid, <$crate::__private::reg::Value<Self> as $crate::__private::reg::CloneFor<Q>>::clone_for)
            }

            /// Calls `f` with the entries of a key, once; not at all when there are none. What it
            /// returned. `f` runs under no lock and may use the registry.
            ///
            /// # Panics
            ///
            /// When `f` does; the registry stays as it is.
            ///
            /// # Elixir
            ///
            /// `Registry.dispatch/4`.
            $vis fn dispatch<Q, F, R>(key: &Q, f: F) -> $crate::__private::reg::Option<R>
            where
                Q: ?$crate::__private::reg::Sized + $crate::__private::reg::Hash + $crate::__private::reg::Equivalent<$crate::__private::reg::Key<Self>>,
                F: $crate::__private::reg::FnOnce($crate::__private::reg::Entries<'_, $crate::__private::reg::Value<Self>, $crate::__private::reg::Message<Self>>) -> R,
            {
                $crate::__private::reg::calls::dispatch::<Self, _, _, _>(key, f)
            }

            /// As `dispatch`, with the entries divided among tokio tasks; returns when all are done.
            ///
            /// # Panics
            ///
            /// When `f` does, after the other parts are done; and outside of a tokio runtime.
            ///
            /// # Cancel safety
            ///
            /// When the future is dropped, parts that have not begun are left out.
            ///
            /// # Elixir
            ///
            /// `Registry.dispatch/4` with `parallel: true`.
            $vis async fn dispatch_parallel<Q, F>(key: &Q, f: F)
            where
                Q: ?$crate::__private::reg::Sized + $crate::__private::reg::Hash + $crate::__private::reg::Equivalent<$crate::__private::reg::Key<Self>>,
                F: $crate::__private::reg::Fn($crate::__private::reg::Entries<'_, $crate::__private::reg::Value<Self>, $crate::__private::reg::Message<Self>>) + $crate::__private::reg::Send + $crate::__private::reg::Sync + 'static,
            {
                $crate::__private::reg::calls::dispatch_parallel::<Self, _, _>(key, f).await;
            }
        }
    };
}
