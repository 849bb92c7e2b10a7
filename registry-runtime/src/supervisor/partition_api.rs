//! The functions of declared partition supervisors: each is the one of the value, on the current
//! node's instance. The macros write them for a type.

/// Writes the functions of a declared partition supervisor; `$of` is what it has several of.
#[doc(hidden)]
#[macro_export]
macro_rules! __partition_supervisor_api {
    ($name:ident, $vis:vis, $of:ty) => {
        #[allow(dead_code, unreachable_pub, reason = "a supervisor has all of its functions, used or not")]
        impl $name {
            /// A handle on the running instance on the current node.
            ///
            /// # Errors
            ///
            /// `SupervisorError::NotRunning`.
            $vis fn handle() -> $crate::__private::core::result::Result<
                $crate::__private::PartitionSupervisor<$of>,
                $crate::__private::SupervisorError,
            > {
                $crate::__private::partition_instance::<Self>()
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
                $crate::__private::PartitionSupervisor<$of>,
                $crate::__private::StartError,
            > {
                $crate::__private::partition_options::<Self>().start_link().await
            }

            /// How a supervisor starts this one.
            #[must_use]
            $vis fn child_spec() -> $crate::__private::AnyChildSpec {
                $crate::__private::partition_child_spec::<Self>()
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
                <$of as $crate::__private::Partition>::Via,
                $crate::__private::SupervisorError,
            > {
                let running = $crate::__private::partition_instance::<Self>()?;
                $crate::__private::core::result::Result::Ok(running.via(key))
            }

            /// How many partitions keys lead to; none when it does not run.
            #[must_use]
            $vis fn partitions() -> $crate::__private::core::primitive::usize {
                match $crate::__private::partition_instance::<Self>() {
                    $crate::__private::core::result::Result::Ok(running) => running.partitions(),
                    $crate::__private::core::result::Result::Err(_) => 0,
                }
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
                $crate::__private::partition_instance::<Self>()?.resize(partitions).await
            }

            /// The partitions, in their order; empty when it does not run.
            ///
            /// # Elixir
            ///
            /// `PartitionSupervisor.which_children/1`.
            #[must_use]
            $vis fn which_children() -> $crate::__private::std::vec::Vec<$crate::__private::ChildInfo> {
                match $crate::__private::partition_instance::<Self>() {
                    $crate::__private::core::result::Result::Ok(running) => running.which_children(),
                    $crate::__private::core::result::Result::Err(_) => $crate::__private::std::vec::Vec::new(),
                }
            }

            /// How many partitions there are; none when it does not run.
            ///
            /// # Elixir
            ///
            /// `PartitionSupervisor.count_children/1`.
            #[must_use]
            $vis fn count_children() -> $crate::__private::Children {
                match $crate::__private::partition_instance::<Self>() {
                    $crate::__private::core::result::Result::Ok(running) => running.count_children(),
                    $crate::__private::core::result::Result::Err(_) => $crate::__private::core::default::Default::default(),
                }
            }

            /// The supervisor's pid, while it runs.
            #[must_use]
            $vis fn whereis() -> $crate::__private::core::option::Option<$crate::__private::Pid> {
                match $crate::__private::partition_instance::<Self>() {
                    $crate::__private::core::result::Result::Ok(running) => $crate::__private::core::option::Option::Some(running.pid()),
                    $crate::__private::core::result::Result::Err(_) => $crate::__private::core::option::Option::None,
                }
            }
        }
    };
}
