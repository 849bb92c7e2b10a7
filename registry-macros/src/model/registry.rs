//! A declared registry.

use syn::{Attribute, Expr, Ident, Type, Visibility};

use crate::ast::registry::{Listener, Meta};

/// A thing that is declared: what all of them have.
pub(crate) struct Declared {
    /// Docs, `#[cfg]` and whatever else belongs on the item.
    pub(crate) attributes: Vec<Attribute>,
    /// The `#[cfg]`s among them, for the impls.
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) name: Ident,
}

impl Declared {
    /// Whether the user has documented it.
    pub(crate) fn is_documented(&self) -> bool {
        self.attributes
            .iter()
            .any(|attribute| attribute.path().is_ident("doc"))
    }
}

/// `registry! { … }`.
pub(crate) struct Registry {
    pub(crate) declared: Declared,
    pub(crate) keys: Keys,
    /// `None` if it is missing, which an error tells.
    pub(crate) key: Option<Type>,
    pub(crate) value: Option<Type>,
    pub(crate) message: Option<Type>,
    pub(crate) partitions: Option<Partitions>,
    pub(crate) listeners: Vec<Listener>,
    pub(crate) meta: Vec<Meta>,
}

/// How many processes a key may have.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keys {
    Unique,
    Duplicate,
    DuplicateByKey,
}

/// Into how many parts the registry is divided.
pub(crate) enum Partitions {
    Schedulers,
    Count(Box<Expr>),
}
