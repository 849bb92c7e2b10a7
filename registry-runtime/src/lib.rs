//! Named, supervised, restartable servers on tokio: Elixir's `Registry`, `GenServer`, `Supervisor`
//! and `DynamicSupervisor` for Rust.
//!
//! ```
//! use registry_runtime::prelude::*;
//!
//! supervision_tree! {
//!     pub Shop;
//!     registry!<pub Carts, keys = unique, key = String>;
//!     dynamic_supervisor!<pub CartSup>;
//! }
//!
//! #[gen_server(registry = Carts, key = "cart:<customer>")]
//! pub struct Cart { customer: String, #[default] items: Vec<String> }
//!
//! #[gen_server]
//! impl Cart {
//!     #[cast] fn add(&mut self, item: String) { self.items.push(item) }
//!     #[call] fn count(&self) -> usize { self.items.len() }
//! }
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let shop = Shop::start().await?;
//! CartSup::get_or_start(Cart::child_spec("ann".into())).await?;
//! Cart::via("ann").add("tea".into())?;
//! assert_eq!(Cart::via("ann").count().await?, 1);
//! println!("{}", Shop::tree());
//! shop.shutdown().await;
//! # Ok(())
//! # }
//! ```
//!
//! | for | see |
//! | --- | --- |
//! | servers: state, handlers, clients | [`#[gen_server]`](macro@gen_server), [`Ctx`], [`ServerRef`], [`CallError`] |
//! | names, groups, publish and subscribe | [`registry!`](macro@registry), [`Registry`], [`match_spec!`](macro@match_spec) |
//! | what is started, in which order, and restarted | [`supervision_tree!`](macro@supervision_tree), [`ChildSpec`], [`Supervisor`], [`DynamicSupervisor`], [`PartitionSupervisor`] |
//! | state without handlers | [`Agent`] |
//! | one computation | [`Task`], [`TaskSupervisor`] |
//! | processes, links, monitors | [`spawn`], [`Process`], [`Pid`], [`ExitReason`] |
//! | tests | [`#[test]`](macro@test), [`Node`] |
//! | looking inside | [`Tree`], [`introspect::Snapshot`], [`catalog`], [`set_reporter`] |
//!
//! The functions of a declared registry are described at [`Registry`], whose methods they are; those of a
//! declared supervisor at [`DynamicSupervisor`] and its like.
//!
//! Coming from Elixir, begin with `docs/from-elixir.md` in the repository; what is promised, and what
//! becomes of each failure, is in `docs/semantics.md`.

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

/// The README's programs, run as they stand.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub mod readme {}
