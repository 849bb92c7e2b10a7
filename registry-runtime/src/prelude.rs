//! What a program that declares servers uses: `use registry_runtime::prelude::*;`.

pub use crate::agent::Agent;
pub use crate::gen_server::{Address, CallError, CastError, GenServer, ServerRef, StartError};
pub use crate::introspect::catalog;
pub use crate::node::Node;
pub use crate::process::{
    Ctx, Down, Exit, ExitReason, IdleTimeout, Pid, Process, ReplyTo, SendError, spawn,
};
pub use crate::registry::{
    DeclaredRegistry, Duplicate, DuplicateByKey, DuplicateRegistry as _, RegisterError, Registry,
    RegistryEvent, Unique, UniqueRegistry as _,
};
pub use crate::supervisor::{
    AnyChildSpec, App, ChildSpec, DeclaredDynamicSupervisor as _, DeclaredPartitionSupervisor as _,
    DeclaredSupervisor as _, DynamicSupervisor, PartitionSupervisor, Restart, Shutdown, Strategy,
    Supervisor, SupervisorSpec,
};
pub use crate::task::{DeclaredTaskSupervisor as _, OnTimeout, Task, TaskError, TaskSupervisor};
pub use registry_macros::{gen_server, match_spec, registry, supervision_tree};
