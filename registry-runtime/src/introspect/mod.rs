//! What a program declares, and what runs of it.

mod catalog;
mod declaration;
pub(crate) mod placement;
pub(crate) mod report;
mod tree;

pub(crate) use catalog::tree_hint;
pub use catalog::{Catalog, CatalogError, catalog};
pub use declaration::{Declaration, DeclarationKind, Declared};
pub use placement::{NotAServer, Placed, RegistryId, Step};
pub use report::{Report, set_reporter};
pub use tree::Tree;
