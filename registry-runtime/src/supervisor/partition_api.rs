//! The functions of declared partition supervisors: each is the one of the value, on the current
//! node's instance. The macros write them for a type.

/// Writes the functions of a declared partition supervisor.
#[doc(hidden)]
#[macro_export]
macro_rules! __partition_supervisor_api {
    ($name:ident, $vis:vis) => {
        #[allow(dead_code, unreachable_pub, reason = "a supervisor has all of its functions, used or not")]
        impl $name {
            /// A handle on the running instance on the current node.
            ///
            /// # Errors
            ///
            /// `SupervisorError::NotRunning`.
            $vis fn handle() -> $crate::__private::core::result::Result<
                <Self as $crate::__private::part::Types>::Running,
                $crate::__private::SupervisorError,
            > {
                $crate::__private::part::handle::<Self>()
            }

            /// Starts the supervisor and its partitions, linked to the running process if there is one.
            ///
            /// # Errors
            ///
            /// `StartError::Child` names the partition that did not start; `StartError::AlreadyStarted`
            /// when it runs, `StartError::NoRuntime`.
            ///
            /// # Cancel safety
            ///
            /// Once polled, it starts even if the wait is given up.
            $vis async fn start_link() -> $crate::__private::core::result::Result<
                <Self as $crate::__private::part::Types>::Running,
                $crate::__private::StartError,
            > {
                $crate::__private::part::start_link::<Self>().await
            }

            /// How a supervisor starts this one.
            #[must_use]
            $vis fn child_spec() -> $crate::__private::AnyChildSpec {
                $crate::__private::part::child_spec::<Self>()
            }

            /// What runs in the partition that a key leads to; see `PartitionSupervisor::via`.
            ///
            /// # Errors
            ///
            /// `SupervisorError::NotRunning`.
            ///
            /// # Elixir
            ///
            /// `{:via, PartitionSupervisor, {name, key}}`.
            // No parameter has a name: what there are several of may be called like it.
            $vis fn via(
                key: &(impl ?$crate::__private::core::marker::Sized + $crate::__private::core::hash::Hash),
            ) -> $crate::__private::core::result::Result<
                <Self as $crate::__private::part::Types>::Via,
                $crate::__private::SupervisorError,
            > {
                $crate::__private::part::via::<Self>(key)
            }

            /// How many partitions keys lead to; none when it does not run.
            #[must_use]
            $vis fn partitions() -> $crate::__private::core::primitive::usize {
                $crate::__private::part::partitions::<Self>()
            }

            /// Changes the number of partitions that run; see `PartitionSupervisor::resize`.
            ///
            /// # Errors
            ///
            /// `ResizeError`.
            ///
            /// # Cancel safety
            ///
            /// When it is dropped, some of the partitions may have been started or ended.
            ///
            /// # Elixir
            ///
            /// `PartitionSupervisor.resize!/2`.
            $vis async fn resize(
                partitions: $crate::__private::core::primitive::usize,
            ) -> $crate::__private::core::result::Result<
                $crate::__private::core::primitive::usize,
                $crate::__private::ResizeError,
            > {
                $crate::__private::part::resize::<Self>(partitions).await
            }

            /// The partitions, in their order; empty when it does not run.
            ///
            /// # Elixir
            ///
            /// `PartitionSupervisor.which_children/1`.
            #[must_use]
            $vis fn which_children() -> $crate::__private::std::vec::Vec<$crate::__private::ChildInfo> {
                $crate::__private::part::which_children::<Self>()
            }

            /// How many partitions there are; none when it does not run.
            ///
            /// # Elixir
            ///
            /// `PartitionSupervisor.count_children/1`.
            #[must_use]
            $vis fn count_children() -> $crate::__private::Children {
                $crate::__private::part::count_children::<Self>()
            }

            /// The supervisor's pid, while it runs.
            #[must_use]
            $vis fn whereis() -> $crate::__private::core::option::Option<$crate::__private::Pid> {
                $crate::__private::part::whereis::<Self>()
            }
        }
    };
}
