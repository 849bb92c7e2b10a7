//! The functions of declared supervisors and trees: each is the one of the value, on the current
//! node's instance. The macros write them for a type.

/// Writes the functions of a declared dynamic supervisor.
#[doc(hidden)]
#[macro_export]
macro_rules! __dynamic_supervisor_api {
    ($name:ident, $vis:vis) => {
        #[allow(dead_code, unreachable_pub, reason = "a supervisor has all of its functions, used or not")]
        impl $name {
            /// A handle on the running instance on the current node.
            ///
            /// # Errors
            ///
            /// `SupervisorError::NotRunning`.
            $vis fn handle() -> $crate::__private::core::result::Result<
                $crate::__private::DynamicSupervisor,
                $crate::__private::SupervisorError,
            > {
                $crate::__private::dynamic_instance::<Self>()
            }

            /// Starts the supervisor, linked to the running process if there is one.
            ///
            /// # Errors
            ///
            /// `StartError::AlreadyStarted` when it runs, `StartError::NoRuntime`.
            $vis fn start_link() -> $crate::__private::core::result::Result<
                $crate::__private::DynamicSupervisor,
                $crate::__private::StartError,
            > {
                $crate::__private::dynamic_options::<Self>().start_link()
            }

            /// How a supervisor starts this one.
            #[must_use]
            $vis fn child_spec() -> $crate::__private::AnyChildSpec {
                $crate::__private::dynamic_child_spec::<Self>()
            }

            /// Starts a child, and waits until its `init` is done.
            ///
            /// # Errors
            ///
            /// What starting the server can come to; `StartError::MaxChildren`;
            /// `StartError::SupervisorNotRunning`.
            ///
            /// # Cancel safety
            ///
            /// Once polled, the child may run, and is supervised, even if the wait is given up.
            ///
            /// # Elixir
            ///
            /// `DynamicSupervisor.start_child/2`.
            $vis async fn start_child<S>(
                spec: $crate::__private::ChildSpec<S>,
            ) -> $crate::__private::core::result::Result<
                $crate::__private::ServerRef<S>,
                $crate::__private::StartError,
            >
            where
                S: $crate::__private::GenServer,
                <S as $crate::__private::Construct>::Args: $crate::__private::core::clone::Clone,
            {
                $crate::__private::dynamic_running::<Self>()?.start_child(spec).await
            }

            /// Starts a child of any kind, and waits until its `init` is done; its pid.
            ///
            /// # Errors
            ///
            /// As `start_child`.
            ///
            /// # Cancel safety
            ///
            /// As `start_child`.
            $vis async fn start_any(
                spec: impl $crate::__private::core::convert::Into<$crate::__private::AnyChildSpec>,
            ) -> $crate::__private::core::result::Result<$crate::__private::Pid, $crate::__private::StartError> {
                $crate::__private::dynamic_running::<Self>()?.start_any(spec).await
            }

            /// The running server of that name, or a new child; see `DynamicSupervisor::get_or_start`.
            ///
            /// # Errors
            ///
            /// As `start_child`.
            ///
            /// # Cancel safety
            ///
            /// As `start_child`.
            $vis async fn get_or_start<S>(
                spec: $crate::__private::ChildSpec<S>,
            ) -> $crate::__private::core::result::Result<
                $crate::__private::ServerRef<S>,
                $crate::__private::StartError,
            >
            where
                S: $crate::__private::GenServer,
                <S as $crate::__private::Construct>::Args: $crate::__private::core::clone::Clone,
            {
                $crate::__private::dynamic_running::<Self>()?.get_or_start(spec).await
            }

            /// Ends a child for good, and waits until it is gone.
            ///
            /// # Errors
            ///
            /// `SupervisorError::NotFound`, `SupervisorError::NotRunning`.
            ///
            /// # Cancel safety
            ///
            /// Once polled, the child ends even if the wait is given up.
            ///
            /// # Elixir
            ///
            /// `DynamicSupervisor.terminate_child/2`.
            $vis async fn terminate_child(
                pid: $crate::__private::Pid,
            ) -> $crate::__private::core::result::Result<(), $crate::__private::SupervisorError> {
                $crate::__private::dynamic_instance::<Self>()?.terminate_child(pid).await
            }

            /// The children, in no order; empty when the supervisor does not run.
            ///
            /// # Elixir
            ///
            /// `DynamicSupervisor.which_children/1`.
            #[must_use]
            $vis fn which_children() -> $crate::__private::std::vec::Vec<$crate::__private::ChildInfo> {
                match $crate::__private::dynamic_instance::<Self>() {
                    $crate::__private::core::result::Result::Ok(running) => running.which_children(),
                    $crate::__private::core::result::Result::Err(_) => $crate::__private::std::vec::Vec::new(),
                }
            }

            /// How many children there are; none when the supervisor does not run.
            ///
            /// # Elixir
            ///
            /// `DynamicSupervisor.count_children/1`.
            #[must_use]
            $vis fn count_children() -> $crate::__private::Children {
                match $crate::__private::dynamic_instance::<Self>() {
                    $crate::__private::core::result::Result::Ok(running) => running.count_children(),
                    $crate::__private::core::result::Result::Err(_) => $crate::__private::core::default::Default::default(),
                }
            }

            /// The supervisor's pid, while it runs.
            #[must_use]
            $vis fn whereis() -> $crate::__private::core::option::Option<$crate::__private::Pid> {
                match $crate::__private::dynamic_instance::<Self>() {
                    $crate::__private::core::result::Result::Ok(running) => $crate::__private::core::option::Option::Some(running.pid()),
                    $crate::__private::core::result::Result::Err(_) => $crate::__private::core::option::Option::None,
                }
            }
        }
    };
}

/// Writes the functions of a declared supervisor or tree; `$arg`s are what it is started with.
#[doc(hidden)]
#[macro_export]
macro_rules! __supervisor_api {
    ($name:ident, $vis:vis) => {
        $crate::__supervisor_api! { $name, $vis, () }
    };
    ($name:ident, $vis:vis, ($($arg:ident: $type:ty),* $(,)?)) => {
        #[allow(dead_code, unreachable_pub, reason = "a supervisor has all of its functions, used or not")]
        impl $name {
            /// A handle on the running instance on the current node.
            ///
            /// # Errors
            ///
            /// `SupervisorError::NotRunning`.
            $vis fn handle() -> $crate::__private::core::result::Result<
                $crate::__private::Supervisor,
                $crate::__private::SupervisorError,
            > {
                $crate::__private::supervisor_instance::<Self>()
            }

            /// Starts it with all its children, linked to nobody.
            ///
            /// # Errors
            ///
            /// `StartError::Child` names the child that did not start: those before it have been
            /// ended, in reverse. `StartError::AlreadyStarted` when it runs on this node.
            ///
            /// # Cancel safety
            ///
            /// Once polled, it starts even if the wait is given up.
            ///
            /// # Elixir
            ///
            /// `Application.start/2`.
            $vis async fn start($($arg: $type),*) -> $crate::__private::core::result::Result<
                $crate::__private::App,
                $crate::__private::StartError,
            > {
                $crate::__private::start_tree::<Self>(($($arg,)*)).await
            }

            /// Starts it with all its children, linked to the running process if there is one.
            ///
            /// # Errors
            ///
            /// As `start`.
            ///
            /// # Cancel safety
            ///
            /// As `start`.
            ///
            /// # Elixir
            ///
            /// `Supervisor.start_link/2`.
            $vis async fn start_link($($arg: $type),*) -> $crate::__private::core::result::Result<
                $crate::__private::Supervisor,
                $crate::__private::StartError,
            > {
                $crate::__private::supervisor_spec::<Self>(($($arg,)*)).start_link().await
            }

            /// How a supervisor starts this one.
            #[must_use]
            $vis fn child_spec($($arg: $type),*) -> $crate::__private::AnyChildSpec {
                <$crate::__private::AnyChildSpec as $crate::__private::core::convert::From<_>>::from($crate::__private::supervisor_spec::<Self>(($($arg,)*)))
            }

            /// Starts a server as the last child, and waits until its `init` is done.
            ///
            /// # Errors
            ///
            /// What starting the server can come to; `StartError::AlreadyStarted` when a child with this
            /// id runs, `StartError::DuplicateId` when one is known that does not;
            /// `StartError::SupervisorNotRunning`.
            ///
            /// # Cancel safety
            ///
            /// Once polled, the child is started even if the wait is given up.
            ///
            /// # Elixir
            ///
            /// `Supervisor.start_child/2`.
            $vis async fn start_child<S>(
                spec: $crate::__private::ChildSpec<S>,
            ) -> $crate::__private::core::result::Result<
                $crate::__private::ServerRef<S>,
                $crate::__private::StartError,
            >
            where
                S: $crate::__private::GenServer,
                <S as $crate::__private::Construct>::Args: $crate::__private::core::clone::Clone,
            {
                $crate::__private::supervisor_running::<Self>()?.start_child(spec).await
            }

            /// Starts a child of any kind, and waits until its `init` is done; its pid.
            ///
            /// # Errors
            ///
            /// As `start_child`.
            ///
            /// # Cancel safety
            ///
            /// As `start_child`.
            $vis async fn start_any(
                spec: impl $crate::__private::core::convert::Into<$crate::__private::AnyChildSpec>,
            ) -> $crate::__private::core::result::Result<$crate::__private::Pid, $crate::__private::StartError> {
                $crate::__private::supervisor_running::<Self>()?.start_any(spec).await
            }

            /// Ends a child, and keeps its specification for `restart_child`.
            ///
            /// # Errors
            ///
            /// `SupervisorError::NotFound`, `SupervisorError::NotRunning`.
            ///
            /// # Cancel safety
            ///
            /// Once polled, the child is ended even if the wait is given up.
            ///
            /// # Elixir
            ///
            /// `Supervisor.terminate_child/2`.
            $vis async fn terminate_child(
                id: &$crate::__private::core::primitive::str,
            ) -> $crate::__private::core::result::Result<(), $crate::__private::SupervisorError> {
                $crate::__private::supervisor_instance::<Self>()?.terminate_child(id).await
            }

            /// Starts a child again that has ended.
            ///
            /// # Errors
            ///
            /// `SupervisorError::Running`, `SupervisorError::Restarting`, `SupervisorError::NotFound`,
            /// `SupervisorError::NotRunning`, and `SupervisorError::Start` when it does not start.
            ///
            /// # Cancel safety
            ///
            /// Once polled, the child is started even if the wait is given up.
            ///
            /// # Elixir
            ///
            /// `Supervisor.restart_child/2`.
            $vis async fn restart_child(
                id: &$crate::__private::core::primitive::str,
            ) -> $crate::__private::core::result::Result<$crate::__private::Pid, $crate::__private::SupervisorError> {
                $crate::__private::supervisor_instance::<Self>()?.restart_child(id).await
            }

            /// Forgets a child that has ended.
            ///
            /// # Errors
            ///
            /// `SupervisorError::Running`, `SupervisorError::Restarting`, `SupervisorError::NotFound`,
            /// `SupervisorError::NotRunning`.
            ///
            /// # Cancel safety
            ///
            /// Once polled, the child is deleted even if the wait is given up.
            ///
            /// # Elixir
            ///
            /// `Supervisor.delete_child/2`.
            $vis async fn delete_child(
                id: &$crate::__private::core::primitive::str,
            ) -> $crate::__private::core::result::Result<(), $crate::__private::SupervisorError> {
                $crate::__private::supervisor_instance::<Self>()?.delete_child(id).await
            }

            /// The living tree, to be displayed.
            #[must_use]
            $vis fn tree() -> $crate::__private::Tree {
                $crate::__private::tree::<Self>()
            }

            /// The children, in the order they start in; empty when it does not run.
            ///
            /// # Elixir
            ///
            /// `Supervisor.which_children/1`.
            #[must_use]
            $vis fn which_children() -> $crate::__private::std::vec::Vec<$crate::__private::ChildInfo> {
                match $crate::__private::supervisor_instance::<Self>() {
                    $crate::__private::core::result::Result::Ok(running) => running.which_children(),
                    $crate::__private::core::result::Result::Err(_) => $crate::__private::std::vec::Vec::new(),
                }
            }

            /// How many children there are; none when it does not run.
            ///
            /// # Elixir
            ///
            /// `Supervisor.count_children/1`.
            #[must_use]
            $vis fn count_children() -> $crate::__private::Children {
                match $crate::__private::supervisor_instance::<Self>() {
                    $crate::__private::core::result::Result::Ok(running) => running.count_children(),
                    $crate::__private::core::result::Result::Err(_) => $crate::__private::core::default::Default::default(),
                }
            }

            /// The supervisor's pid, while it runs.
            #[must_use]
            $vis fn whereis() -> $crate::__private::core::option::Option<$crate::__private::Pid> {
                match $crate::__private::supervisor_instance::<Self>() {
                    $crate::__private::core::result::Result::Ok(running) => $crate::__private::core::option::Option::Some(running.pid()),
                    $crate::__private::core::result::Result::Err(_) => $crate::__private::core::option::Option::None,
                }
            }
        }
    };
}
