//! The functions of declared task supervisors: each is the one of the value, on the current node's
//! instance. The macros write them for a type.

/// Writes the functions of a declared task supervisor.
#[doc(hidden)]
#[macro_export]
macro_rules! __task_supervisor_api {
    ($name:ident, $vis:vis) => {
        #[allow(dead_code, unreachable_pub, reason = "a supervisor has all of its functions, used or not")]
        impl $name {
            /// A handle on the running instance on the current node.
            ///
            /// # Errors
            ///
            /// `SupervisorError::NotRunning`.
            $vis fn handle() -> $crate::__private::core::result::Result<
                $crate::__private::TaskSupervisor,
                $crate::__private::SupervisorError,
            > {
                $crate::__private::task_instance::<Self>()
            }

            /// Starts the supervisor, linked to the running process if there is one.
            ///
            /// # Errors
            ///
            /// `StartError::AlreadyStarted` when it runs, `StartError::NoRuntime`.
            $vis fn start_link() -> $crate::__private::core::result::Result<
                $crate::__private::TaskSupervisor,
                $crate::__private::StartError,
            > {
                $crate::__private::task_options::<Self>().start_link()
            }

            /// How a supervisor starts this one.
            #[must_use]
            $vis fn child_spec() -> $crate::__private::AnyChildSpec {
                $crate::__private::task_child_spec::<Self>()
            }

            /// Runs a supervised task, to be awaited; linked to the running process if there is one.
            ///
            /// # Errors
            ///
            /// `StartError::MaxChildren`, `StartError::SupervisorNotRunning`.
            ///
            /// # Elixir
            ///
            /// `Task.Supervisor.async/2`.
            $vis fn run<F>(future: F) -> $crate::__private::core::result::Result<
                $crate::__private::Task<F::Output>,
                $crate::__private::StartError,
            >
            where
                F: $crate::__private::core::future::Future<Output: $crate::__private::core::marker::Send>
                    + $crate::__private::core::marker::Send
                    + 'static,
            {
                $crate::__private::task_running::<Self>()?.run(future)
            }

            /// As `run`, linked to nobody: neither takes the other down.
            ///
            /// # Errors
            ///
            /// `StartError::MaxChildren`, `StartError::SupervisorNotRunning`.
            ///
            /// # Elixir
            ///
            /// `Task.Supervisor.async_nolink/2`.
            $vis fn run_nolink<F>(future: F) -> $crate::__private::core::result::Result<
                $crate::__private::Task<F::Output>,
                $crate::__private::StartError,
            >
            where
                F: $crate::__private::core::future::Future<Output: $crate::__private::core::marker::Send>
                    + $crate::__private::core::marker::Send
                    + 'static,
            {
                $crate::__private::task_running::<Self>()?.run_nolink(future)
            }

            /// Runs a supervised task for its effect, linked to nobody; its pid.
            ///
            /// # Errors
            ///
            /// `StartError::MaxChildren`, `StartError::SupervisorNotRunning`.
            ///
            /// # Elixir
            ///
            /// `Task.Supervisor.start_child/2`.
            $vis fn start_child<F>(future: F) -> $crate::__private::core::result::Result<
                $crate::__private::Pid,
                $crate::__private::StartError,
            >
            where
                F: $crate::__private::core::future::Future<Output: $crate::__private::core::marker::Send>
                    + $crate::__private::core::marker::Send
                    + 'static,
            {
                $crate::__private::task_running::<Self>()?.start_child(future)
            }

            /// Starts a task of a specification, with a restart and a shutdown of its own; its pid.
            ///
            /// # Errors
            ///
            /// `StartError::MaxChildren`, `StartError::SupervisorNotRunning`.
            ///
            /// # Cancel safety
            ///
            /// Once polled, the task runs.
            ///
            /// # Elixir
            ///
            /// `Task.Supervisor.start_child/3`.
            $vis async fn start_any(
                spec: impl $crate::__private::core::convert::Into<$crate::__private::AnyChildSpec>,
            ) -> $crate::__private::core::result::Result<$crate::__private::Pid, $crate::__private::StartError> {
                $crate::__private::task_running::<Self>()?.start_any(spec).await
            }

            /// Runs a supervised task for each item, some at a time, and yields what comes of them;
            /// see `TaskSupervisor::async_stream`.
            ///
            /// # Errors
            ///
            /// `StartError::SupervisorNotRunning`.
            ///
            /// # Elixir
            ///
            /// `Task.Supervisor.async_stream/4`.
            $vis fn async_stream<I, F, Fut>(items: I, body: F) -> $crate::__private::core::result::Result<
                $crate::__private::AsyncStream<I::IntoIter, F, Fut::Output>,
                $crate::__private::StartError,
            >
            where
                I: $crate::__private::core::iter::IntoIterator,
                F: $crate::__private::core::ops::FnMut(I::Item) -> Fut,
                Fut: $crate::__private::core::future::Future<Output: $crate::__private::core::marker::Send>
                    + $crate::__private::core::marker::Send
                    + 'static,
            {
                let running = $crate::__private::task_running::<Self>()?;
                $crate::__private::core::result::Result::Ok(running.async_stream(items, body))
            }

            /// Ends a task for good, and waits until it is gone.
            ///
            /// # Errors
            ///
            /// `SupervisorError::NotFound`, `SupervisorError::NotRunning`.
            ///
            /// # Cancel safety
            ///
            /// Once polled, the task ends even if the wait is given up.
            ///
            /// # Elixir
            ///
            /// `Task.Supervisor.terminate_child/2`.
            $vis async fn terminate_child(
                pid: $crate::__private::Pid,
            ) -> $crate::__private::core::result::Result<(), $crate::__private::SupervisorError> {
                $crate::__private::task_instance::<Self>()?.terminate_child(pid).await
            }

            /// The pids of the tasks that run, in no order; empty when the supervisor does not run.
            ///
            /// # Elixir
            ///
            /// `Task.Supervisor.children/1`.
            #[must_use]
            $vis fn children() -> $crate::__private::std::vec::Vec<$crate::__private::Pid> {
                match $crate::__private::task_instance::<Self>() {
                    $crate::__private::core::result::Result::Ok(running) => running.children(),
                    $crate::__private::core::result::Result::Err(_) => $crate::__private::std::vec::Vec::new(),
                }
            }

            /// The tasks, in no order; empty when the supervisor does not run.
            #[must_use]
            $vis fn which_children() -> $crate::__private::std::vec::Vec<$crate::__private::ChildInfo> {
                match $crate::__private::task_instance::<Self>() {
                    $crate::__private::core::result::Result::Ok(running) => running.which_children(),
                    $crate::__private::core::result::Result::Err(_) => $crate::__private::std::vec::Vec::new(),
                }
            }

            /// How many tasks there are; none when the supervisor does not run.
            #[must_use]
            $vis fn count_children() -> $crate::__private::Children {
                match $crate::__private::task_instance::<Self>() {
                    $crate::__private::core::result::Result::Ok(running) => running.count_children(),
                    $crate::__private::core::result::Result::Err(_) => $crate::__private::core::default::Default::default(),
                }
            }

            /// The supervisor's pid, while it runs.
            #[must_use]
            $vis fn whereis() -> $crate::__private::core::option::Option<$crate::__private::Pid> {
                match $crate::__private::task_instance::<Self>() {
                    $crate::__private::core::result::Result::Ok(running) => $crate::__private::core::option::Option::Some(running.pid()),
                    $crate::__private::core::result::Result::Err(_) => $crate::__private::core::option::Option::None,
                }
            }
        }
    };
}
