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
    DeclaredRegistry, Duplicate, DuplicateByKey, DuplicateRegistry, RegisterError, Registry,
    RegistryEvent, Unique, UniqueRegistry,
};
/// A server: its state and name on the struct, its handlers on the `impl`, and a client with a method
/// for each handler.
///
/// ```
/// # use registry_runtime::prelude::*;
/// registry! { Carts, keys = unique, key = String }
///
/// #[gen_server(registry = Carts, key = "cart:<customer>", call_timeout = 1s)]
/// struct Cart { customer: String, #[default] items: Vec<String> }
///
/// #[gen_server]
/// impl Cart {
///     #[cast] fn add(&mut self, item: String) { self.items.push(item) }
///     #[call] fn list(&self) -> Vec<String> { self.items.clone() }
///     #[info] fn restock(&mut self, _: IdleTimeout) { self.items.clear() }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// Carts::start().await?;
/// let cart = Cart::start("ann".into()).await?;
/// cart.add("tea".into())?;
/// assert_eq!(Cart::via("ann").list().await?, ["tea"]);
/// # Ok(())
/// # }
/// ```
#[doc(inline)]
pub use registry_macros::gen_server;
/// A closure made of patterns and guards, by which a registry's entries are chosen.
///
/// ```
/// # use registry_runtime::prelude::*;
/// registry! { Users, keys = unique, key = String, value = u32 }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// Users::start().await?;
/// let ann = spawn(async |ctx: Process<()>| {
///     Users::register(&ctx, "ann".into(), 5).expect("the name is free");
///     let high = Users::select(match_spec! {
///         (name, pid, level) if *level > 3 => (name.clone(), pid),
///         (name, pid, 0) => (format!("{name}, who is new"), pid),
///     });
///     assert_eq!(high, [("ann".to_owned(), ctx.pid())]);
///     assert_eq!(Users::count_select(match_spec! { (_, _, 1..=4) }), 0);
/// });
/// assert!(ann.ended().await.is_normal());
/// # Ok(())
/// # }
/// ```
#[doc(inline)]
pub use registry_macros::match_spec;
/// A registry: names for processes, or groups of them to publish to.
///
/// ```
/// # use registry_runtime::prelude::*;
/// #[derive(Clone)]
/// pub struct News(&'static str);
///
/// registry! { pub Users, keys = unique, key = String }
/// registry! { pub Topics, keys = duplicate, key = String, message = News }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// Users::start().await?;  // or in a tree: `registry!<pub Users, …>;`
/// Topics::start().await?;
/// let ann = spawn(async |mut ctx: Process<News>| {
///     Users::register(&ctx, "ann".into(), ()).expect("the name is free");
///     Topics::register(&ctx, "weather".into(), ()).expect("the registry runs");
///     assert_eq!(ctx.recv().await.0, "sunny");
/// });
/// while Topics::count() == 0 { tokio::task::yield_now().await }
/// assert_eq!(Users::whereis("ann"), Some(ann.pid()));
/// assert_eq!(Topics::publish("weather", News("sunny")), 1);
/// assert!(ann.ended().await.is_normal());
/// # Ok(())
/// # }
/// ```
///
/// Its functions are the methods of [`Registry`](struct@Registry).
#[doc(inline)]
pub use registry_macros::registry;
/// A tree: what is started, in which order, and what becomes of it when it fails.
///
/// ```
/// # use registry_runtime::prelude::*;
/// supervision_tree! {
///     pub Shop(shards: u32), strategy = rest_for_one, max_restarts = 3, within = 5s;
///
///     registry!<pub Carts, keys = unique, key = String>;
///     dynamic_supervisor!<pub CartSup, max_children = 1_000, holds = [Cart]>;
///     task_supervisor!<pub Mailers>;
///     partition_supervisor!<pub Counters, partitions = 2> { Counter() };
///     supervisor!<pub Stock(shards: u32), strategy = one_for_all>(shards) {
///         for n in 0..shards {
///             Agent::<u32>(move || n), id = format!("shard {n}"), restart = transient;
///         }
///     };
/// }
///
/// #[gen_server(registry = Carts, key = <customer>)]
/// pub struct Cart { customer: String }
///
/// #[gen_server]
/// impl Cart {}
///
/// #[gen_server]
/// pub struct Counter { #[default] n: u64 }
///
/// #[gen_server]
/// impl Counter {
///     #[call] fn bump(&mut self) -> u64 { self.n += 1; self.n }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let shop = Shop::start(2).await?;
/// let ann = CartSup::start_child(Cart::child_spec("ann".into())).await?;
/// assert_eq!(Carts::whereis("ann"), Some(ann.pid()));
/// assert_eq!(Mailers::run(async { 1 + 2 })?.await?, 3);
/// assert_eq!(Counters::via("tea")?.bump().await?, 1);
/// assert_eq!(Stock::which_children()[1].id.as_ref(), "shard 1");
/// println!("{}", Shop::tree());
/// shop.shutdown().await;
/// # Ok(())
/// # }
/// ```
#[doc(inline)]
pub use registry_macros::supervision_tree;
/// A test with a node of its own: declared names meet nobody else's.
///
/// ```
/// # use registry_runtime::prelude::*;
/// registry! { pub Carts, keys = unique, key = String }
///
/// #[registry_runtime::test]
/// async fn begins_empty() {
///     Carts::start().await.unwrap();
///     assert_eq!(Carts::count(), 0);
/// }
///
/// #[registry_runtime::test(flavor = "multi_thread", worker_threads = 2)]
/// async fn runs_beside_the_other() -> Result<(), StartError> {
///     Carts::start().await?;
///     Ok(())
/// }
/// ```
#[doc(inline)]
pub use registry_macros::test;
pub use supervisor::{
    AnyChildSpec, App, AutoShutdown, Backoff, ChildInfo, ChildKind, ChildSpec, ChildState,
    Children, DynamicSupervisor, DynamicSupervisorOptions, Restart, Shutdown, Strategy, Supervisor,
    SupervisorError, SupervisorNotRunning, SupervisorSpec,
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
#[doc = include_str!("../README.md")]
pub mod readme {}
