//! The macros that write what unique and duplicate registries have of their own; see `api`.

/// Writes the functions of a declared unique registry.
#[doc(hidden)]
#[macro_export]
macro_rules! __unique_registry_api {
    ($name:ident, $vis:vis) => {
        $crate::__registry_api! { $name, $vis }

        #[allow(dead_code, unreachable_pub, reason = "a registry has all of its functions, used or not")]
        impl $name {
            /// The process registered under a key, and a clone of its value; `None` when there is none.
            ///
            /// # Elixir
            ///
            /// `Registry.lookup/2`.
            #[must_use]
            #[inline]
            $vis fn lookup<Q>(key: &Q) -> $crate::__private::reg::Option<($crate::__private::reg::Pid, $crate::__private::reg::Value<Self>)>
            where
                $crate::__private::reg::Value<Self>: $crate::__private::reg::CloneFor<Q>,
                Q: ?$crate::__private::reg::Sized + $crate::__private::reg::Hash + $crate::__private::reg::Equivalent<$crate::__private::reg::Key<Self>>,
            {
                $crate::__private::reg::calls::lookup_one::<Self, _, _>(key, <$crate::__private::reg::Value<Self> as $crate::__private::reg::CloneFor<Q>>::clone_for)
            }

            /// Calls `f` with the process registered under a key and its value; `None` when there is none.
            /// `f` runs under no lock and may use the registry.
            $vis fn with<Q, F, R>(key: &Q, f: F) -> $crate::__private::reg::Option<R>
            where
                Q: ?$crate::__private::reg::Sized + $crate::__private::reg::Hash + $crate::__private::reg::Equivalent<$crate::__private::reg::Key<Self>>,
                F: $crate::__private::reg::FnOnce($crate::__private::reg::Pid, &$crate::__private::reg::Value<Self>) -> R,
            {
                $crate::__private::reg::calls::with_one::<Self, _, _, _>(key, f)
            }

            /// The process registered under a key; `None` when there is none.
            ///
            /// # Elixir
            ///
            /// `Registry.whereis_name/1`.
            #[must_use]
            #[inline]
            $vis fn whereis<Q>(key: &Q) -> $crate::__private::reg::Option<$crate::__private::reg::Pid>
            where
                Q: ?$crate::__private::reg::Sized + $crate::__private::reg::Hash + $crate::__private::reg::Equivalent<$crate::__private::reg::Key<Self>>,
            {
                $crate::__private::reg::calls::whereis::<Self, _>(key)
            }

            /// Sends a message to the process registered under a key; never blocks.
            ///
            /// # Errors
            ///
            /// `NotRunning` when there is none, or it is ending; `Full` when its mailbox has a limit
            /// that is reached.
            ///
            /// # Elixir
            ///
            /// `Registry.send/2`, by `{:via, Registry, …}`.
            $vis fn send<Q, T>(key: &Q, message: T) -> $crate::__private::reg::Result<(), $crate::__private::reg::SendError>
            where
                $crate::__private::reg::Message<Self>: $crate::__private::reg::Sends<T>,
                Q: ?$crate::__private::reg::Sized + $crate::__private::reg::Hash + $crate::__private::reg::Equivalent<$crate::__private::reg::Key<Self>>,
            {
                $crate::__private::reg::calls::send::<Self, _, _>(key, message)
            }

            /// Puts what `f` makes of the value of the calling process under a key in its place: the new
            /// value and the old one. `None` when the process does not have the key. `f` may use the
            /// registry.
            ///
            /// # Elixir
            ///
            /// `Registry.update_value/3`.
            $vis fn update_value<A, Q, F>(
                ctx: &$crate::__private::reg::Ctx<A>,
                key: &Q,
                f: F,
            ) -> $crate::__private::reg::Option<($crate::__private::reg::Value<Self>, $crate::__private::reg::Value<Self>)>
            where
                A: $crate::__private::reg::Actor,
                $crate::__private::reg::Value<Self>: $crate::__private::reg::CloneFor<Q>,
                Q: ?$crate::__private::reg::Sized + $crate::__private::reg::Hash + $crate::__private::reg::Equivalent<$crate::__private::reg::Key<Self>>,
                F: $crate::__private::reg::FnOnce(&$crate::__private::reg::Value<Self>) -> $crate::__private::reg::Value<Self>,
            {
                $crate::__private::reg::calls::update_value_by::<Self, _, _, _, _>(ctx, key, f, <$crate::__private::reg::Value<Self> as $crate::__private::reg::CloneFor<Q>>::clone_for)
            }

            /// A unique registry has one process a key: use its client, or `dispatch`. To send to several
            /// processes under a key, declare the registry `keys = duplicate`.
            $vis fn publish<Q, T>(key: &Q, message: T) -> $crate::__private::reg::usize
            where
                $crate::__private::reg::Kind<Self>: $crate::__private::reg::KeepsSeveral<Q>,
                Q: ?$crate::__private::reg::Sized,
            {
                $crate::__private::reg::not_here(key, message)
            }
        }
    };
}

/// Writes the functions of a declared duplicate registry.
#[doc(hidden)]
#[macro_export]
macro_rules! __duplicate_registry_api {
    ($name:ident, $vis:vis) => {
        $crate::__registry_api! { $name, $vis }

        #[allow(dead_code, unreachable_pub, reason = "a registry has all of its functions, used or not")]
        impl $name {
            /// The processes registered under a key, with clones of their values, in no order.
            ///
            /// # Elixir
            ///
            /// `Registry.lookup/2`.
            #[must_use]
            $vis fn lookup<Q>(key: &Q) -> $crate::__private::reg::Vec<($crate::__private::reg::Pid, $crate::__private::reg::Value<Self>)>
            where
                $crate::__private::reg::Value<Self>: $crate::__private::reg::CloneFor<Q>,
                Q: ?$crate::__private::reg::Sized + $crate::__private::reg::Hash + $crate::__private::reg::Equivalent<$crate::__private::reg::Key<Self>>,
            {
                $crate::__private::reg::calls::lookup_all::<Self, _, _>(key, <$crate::__private::reg::Value<Self> as $crate::__private::reg::CloneFor<Q>>::clone_for)
            }

            /// Calls `f` with each process registered under a key and its value, and collects what comes
            /// back. `f` runs under no lock and may use the registry.
            $vis fn with<Q, F, R>(key: &Q, f: F) -> $crate::__private::reg::Vec<R>
            where
                Q: ?$crate::__private::reg::Sized + $crate::__private::reg::Hash + $crate::__private::reg::Equivalent<$crate::__private::reg::Key<Self>>,
                F: $crate::__private::reg::FnMut($crate::__private::reg::Pid, &$crate::__private::reg::Value<Self>) -> R,
            {
                $crate::__private::reg::calls::with_all::<Self, _, _, _>(key, f)
            }

            /// Sends a clone of a message to each process under a key; how many took it. Never blocks.
            ///
            /// # Elixir
            ///
            /// `Registry.dispatch/4` with a callback that sends to each entry.
            $vis fn publish<Q, T>(key: &Q, message: T) -> $crate::__private::reg::usize
            where
                $crate::__private::reg::Message<Self>: $crate::__private::reg::Sends<T>,
                T: $crate::__private::reg::Clone,
                Q: ?$crate::__private::reg::Sized + $crate::__private::reg::Hash + $crate::__private::reg::Equivalent<$crate::__private::reg::Key<Self>>,
            {
                $crate::__private::reg::calls::publish::<Self, _, _>(key, message)
            }

            /// A key has several processes here, of which each may have several values. To have one that
            /// can be updated, declare the registry `keys = unique`.
            $vis fn update_value<A, Q, F>(ctx: &$crate::__private::reg::Ctx<A>, key: &Q, f: F)
            where
                $crate::__private::reg::Kind<Self>: $crate::__private::reg::KeepsOne<Q>,
                A: $crate::__private::reg::Actor,
                Q: ?$crate::__private::reg::Sized,
            {
                $crate::__private::reg::not_here(key, (ctx, f))
            }
        }
    };
}
