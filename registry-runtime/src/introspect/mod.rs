//! What a program declares, and what runs of it.

mod catalog;
mod declaration;
pub(crate) mod placement;
pub(crate) mod report;
mod snapshot;
mod tree;
mod tree_text;
mod view;

pub use catalog::{Catalog, CatalogError, catalog};
pub(crate) use catalog::{holder, tree_hint};
pub use declaration::{CatalogEntry, Declaration, DeclarationKind};
#[doc(hidden)]
pub use placement::{NotAServer, Placed, RegistryId, Step};
pub use report::{Report, set_reporter};
pub use snapshot::{ProcessInfo, ProcessState, RegistryInfo, Snapshot};
pub use tree::Tree;
pub(crate) use view::{RegistryView, View};
