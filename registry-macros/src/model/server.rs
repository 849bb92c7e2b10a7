//! A server's struct.

use syn::{Attribute, Expr, Ident, ItemStruct, Path};

use crate::ast::argument::Argument;
use crate::ast::time::Time;
use crate::krate::Krate;

/// A struct with `#[gen_server]`.
pub(crate) struct Server {
    /// The user's struct, without our attributes.
    pub(crate) item: ItemStruct,
    pub(crate) krate: Krate,
    /// What `start_link` and `child_spec` take.
    pub(crate) arguments: Vec<Argument>,
    pub(crate) build: Build,
    pub(crate) name: Name,
    pub(crate) call_timeout: Option<Timeout>,
    pub(crate) mailbox: Option<Expr>,
}

/// How the struct comes to be.
pub(crate) enum Build {
    /// From its arguments and defaults.
    Fields(Vec<Field>),
    /// By `init(arguments…)`, which the impl holds.
    Init,
    /// Not at all: the errors tell why.
    Broken,
}

/// A field and where its value comes from.
pub(crate) struct Field {
    pub(crate) name: Ident,
    /// The `#[cfg]`s on it.
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) source: Source,
}

/// Where a field's value comes from.
pub(crate) enum Source {
    /// The argument of this number.
    Argument(usize),
    /// `Default::default()`.
    Default,
    /// `#[default(expr)]`.
    Expr(Box<Expr>),
}

/// What the server is called.
pub(crate) enum Name {
    /// Nothing: it is addressed by its reference.
    Anonymous,
    /// A key in a registry.
    Registered(Box<Registered>),
    /// Something that the errors tell of. A stub stands in for `via`, with this many arguments.
    Broken(usize),
}

/// A name in a registry.
pub(crate) struct Registered {
    pub(crate) registry: Path,
    pub(crate) key: Key,
    /// The option `key`, for errors.
    pub(crate) key_option: Ident,
    pub(crate) value: Option<Expr>,
}

/// The key of a server. Numbers are those of arguments.
pub(crate) enum Key {
    /// A `String`: the pieces of a format string, and what is displayed between them.
    Template {
        literal: syn::LitStr,
        format: String,
        holes: Vec<usize>,
    },
    /// An argument.
    Argument(usize),
    /// A tuple of arguments.
    Tuple(Vec<usize>),
}

impl Key {
    /// The arguments that the key is made of, each once, in the order of the arguments.
    pub(crate) fn arguments(&self) -> Vec<usize> {
        let mut list = match self {
            Key::Template { holes, .. } => holes.clone(),
            Key::Argument(number) => vec![*number],
            Key::Tuple(list) => list.clone(),
        };
        list.sort_unstable();
        list.dedup();
        list
    }
}

/// How long calls wait for their reply.
pub(crate) enum Timeout {
    After(Time),
    /// For ever.
    Infinity,
}
