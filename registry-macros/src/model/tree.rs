//! A supervision tree.

use proc_macro2::Group;
use syn::{Attribute, Expr, Ident, LitBool, Pat, Path, Type};

use super::registry::{Declared, Partitions, Registry};
use crate::ast::argument::Argument;
use crate::ast::time::Time;
use crate::krate::Krate;

/// `supervision_tree! { … }`.
pub(crate) struct Tree {
    pub(crate) krate: Krate,
    pub(crate) declared: Declared,
    pub(crate) arguments: Vec<Argument>,
    pub(crate) policy: Policy,
    /// Registries that something else starts.
    pub(crate) requires: Vec<Path>,
    pub(crate) children: Vec<Child>,
    /// What is no child yet, for the editor that completes it.
    pub(crate) half_typed: Vec<Path>,
}

/// What a supervisor does when children end.
#[derive(Default)]
pub(crate) struct Policy {
    /// The variant of `Strategy`.
    pub(crate) strategy: Option<&'static str>,
    pub(crate) max_restarts: Option<Expr>,
    pub(crate) within: Option<Time>,
    /// The variant of `AutoShutdown`.
    pub(crate) auto_shutdown: Option<&'static str>,
}

/// Children in the order they are started.
pub(crate) enum Child {
    One(Box<One>),
    For {
        cfgs: Vec<Attribute>,
        pattern: Box<Pat>,
        list: Box<Expr>,
        children: Vec<Child>,
    },
    If {
        cfgs: Vec<Attribute>,
        condition: Box<Expr>,
        then: Vec<Child>,
        otherwise: Vec<Child>,
    },
}

/// One child.
pub(crate) struct One {
    /// Its number within the macro call, by which the compile-time check finds it.
    pub(crate) number: u32,
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) what: What,
    pub(crate) options: ChildOptions,
}

/// What a child is.
pub(crate) enum What {
    Server { ty: Box<Type>, arguments: Group },
    Placed(Placed),
}

/// `kind!<…>`: placed by its path, and perhaps declared here as well.
pub(crate) struct Placed {
    pub(crate) kind: Kind,
    pub(crate) path: Path,
    /// What a supervisor is started with.
    pub(crate) arguments: Option<Group>,
    pub(crate) declares: Option<Declares>,
}

/// What may be placed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Registry,
    Dynamic,
    Supervisor,
    Partition,
    Tasks,
}

/// What is declared where it is placed.
pub(crate) enum Declares {
    Registry(Box<Registry>),
    Dynamic(Box<Dynamic>),
    Supervisor(Box<Supervisor>),
    Partition(Box<Partition>),
    Tasks(Box<Dynamic>),
}

/// `partition_supervisor!<pub Name, …> { … }`.
pub(crate) struct Partition {
    pub(crate) declared: Declared,
    pub(crate) partitions: Option<Partitions>,
    pub(crate) policy: Policy,
    /// The variable that holds a partition's number.
    pub(crate) number: Option<Ident>,
    pub(crate) of: PartitionOf,
}

/// What a partition supervisor has several of.
pub(crate) enum PartitionOf {
    Server(Box<PartitionServer>),
    Dynamic(Limits),
    Tasks(Limits),
}

/// A server in a partition.
pub(crate) struct PartitionServer {
    pub(crate) ty: Type,
    pub(crate) arguments: Group,
    pub(crate) options: ChildOptions,
}

/// What a dynamic supervisor and a task supervisor can be told.
#[derive(Default)]
pub(crate) struct Limits {
    pub(crate) max_children: Option<Expr>,
    pub(crate) max_restarts: Option<Expr>,
    pub(crate) within: Option<Time>,
}

/// `dynamic_supervisor!<pub Name, …>`, `task_supervisor!<pub Name, …>`.
pub(crate) struct Dynamic {
    pub(crate) declared: Declared,
    pub(crate) limits: Limits,
    /// The servers that it will hold.
    pub(crate) holds: Vec<Type>,
}

/// `supervisor!<pub Name(size: usize), …>(size) { … }`.
pub(crate) struct Supervisor {
    pub(crate) declared: Declared,
    pub(crate) arguments: Vec<Argument>,
    pub(crate) policy: Policy,
    pub(crate) children: Vec<Child>,
}

/// The options of a child.
#[derive(Default)]
pub(crate) struct ChildOptions {
    pub(crate) id: Option<Expr>,
    /// The variant of `Restart`.
    pub(crate) restart: Option<&'static str>,
    pub(crate) shutdown: Option<Shutdown>,
    pub(crate) significant: Option<LitBool>,
    pub(crate) backoff: Option<Backoff>,
    pub(crate) start_timeout: Option<Time>,
}

/// How a child is ended.
pub(crate) enum Shutdown {
    BrutalKill,
    Infinity,
    After(Time),
}

/// How long restarts wait.
pub(crate) enum Backoff {
    /// `100ms`, each time.
    Constant(Time),
    /// `100ms..10s`: longer each time.
    Exponential(Time, Time),
    /// An expression of type `Backoff`.
    Expr(Box<Expr>),
}
