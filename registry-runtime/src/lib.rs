//! Named, supervised, restartable servers on tokio: Elixir's `Registry`, `GenServer`, `Supervisor`
//! and `DynamicSupervisor` for Rust.

#[doc(hidden)]
pub mod __private;
pub mod agent;
pub mod gen_server;
pub mod introspect;
pub mod node;
pub mod prelude;
pub mod process;
pub mod registry;
pub mod supervisor;
mod sync;
pub mod task;

pub use agent::Agent;
pub use gen_server::{
    Address, Call, CallError, CastError, Client, GenServer, Local, Named, ServerRef, StartError,
    Via, abcast, multi_call,
};
pub use introspect::{
    Catalog, CatalogError, Declaration, DeclarationKind, Report, Tree, catalog, set_reporter,
};
pub use node::Node;
pub use process::{
    Ctx, DeadlockPath, DelayedSend, Down, Exit, ExitReason, IdleTimeout, Info, MonitorRef,
    PanicInfo, Pid, Process, ProcessRef, Received, ReplyTo, SendError, TimerRef, spawn,
};
pub use registry::{
    DeclaredRegistry, Duplicate, DuplicateByKey, RegisterError, Registry, RegistryEvent, Unique,
};
pub use registry_macros::{gen_server, match_spec, registry, supervision_tree, test};
pub use supervisor::{
    AnyChildSpec, App, AutoShutdown, Backoff, ChildInfo, ChildKind, ChildSpec, ChildState,
    Children, DynamicSupervisor, DynamicSupervisorOptions, Restart, Shutdown, Strategy, Supervisor,
    SupervisorError, SupervisorSpec,
};
pub use supervisor::{
    DeclaredPartitionSupervisor, Partition, PartitionSupervisor, PartitionSupervisorOptions,
    ResizeError,
};
pub use task::{
    AsyncStream, DeclaredTaskSupervisor, OnTimeout, Task, TaskError, TaskSupervisor,
    TaskSupervisorOptions,
};
