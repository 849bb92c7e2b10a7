//! All that generated code may name. Not for use by hand: it changes without notice.

pub use ::core;
pub use ::std;
pub use inventory;

pub use crate::gen_server::{
    Address, AllHandlersBelongInOneGenServerImpl, Borrowed, Built, Call, CallError, CastError,
    Client, Construct, GenServer, InitArgs, Local, LookupKey, Message, Named, NoValue, Owned, Part,
    RestartArg, Run, ServerRef, Shared, Site, StackKey, StartError, Starting, Via, claim, find,
    listener, reasoned, via,
};
pub use crate::introspect::placement::check;
pub use crate::introspect::{
    CatalogEntry, Declaration, DeclarationKind, NotAServer, Placed, RegistryId, Step, Tree,
};
pub use crate::node::{Slot, TestRuntime};
pub use crate::process::launch::Launched;
pub use crate::process::{Actor, Cell, Ctx, ExitReason, Info, NoMessage, Pid, Receiver, ReplyTo};
pub use crate::registry::{
    DeclaredRegistry, Duplicate, DuplicateByKey, Equivalent, Opaque, Partitions, Readable,
    Registry, RegistryBuilder, RegistryEvent, RegistryOptions, Shown, Unique, declared_child_spec,
};
pub use crate::supervisor::{
    AnyChildSpec, App, AutoShutdown, Backoff, ChildInfo, ChildSpec, Children,
    DeclaredDynamicSupervisor, DeclaredSupervisor, DynamicSupervisor, DynamicSupervisorOptions,
    Instance, Restart, Shutdown, Strategy, Supervisor, SupervisorError, SupervisorSpec,
    dynamic_options, start_tree, supervisor_spec,
};
pub use crate::supervisor::{
    DeclaredPartitionSupervisor, Partition, PartitionSupervisor, PartitionSupervisorOptions,
    ResizeError, part,
};
pub use crate::task::{
    AsyncStream, DeclaredTaskSupervisor, Task, TaskSupervisor, TaskSupervisorOptions, task_options,
};
