//! What the macros note of each declared thing.

use super::placement::{RegistryId, Step};

/// What kind of thing is declared.
///
/// Shown in the example of [`Declaration`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DeclarationKind {
    /// `registry!`.
    Registry,
    /// `#[gen_server]` on a struct.
    Server,
    /// `supervision_tree!`.
    Tree,
    /// `supervisor!<…>` in a tree.
    Supervisor,
    /// `dynamic_supervisor!<…>` in a tree.
    DynamicSupervisor,
    /// `task_supervisor!<…>` in a tree.
    TaskSupervisor,
    /// `partition_supervisor!<…>` in a tree.
    PartitionSupervisor,
}

/// Something that the program declares, and where.
///
/// # Examples
///
/// ```
/// # use registry_runtime::prelude::*;
/// use registry_runtime::DeclarationKind;
///
/// registry! { Users, keys = unique, key = String }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let catalog = catalog();
/// let users = catalog.iter().find(|declared| declared.name == "Users").expect("it is declared");
/// assert_eq!(users.kind, DeclarationKind::Registry);
/// println!("{} at {}:{}", users.name, users.file, users.line);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct Declaration {
    /// What it is.
    pub kind: DeclarationKind,
    /// Its name, as written.
    pub name: &'static str,
    /// The module it is declared in.
    pub module: &'static str,
    /// The file.
    pub file: &'static str,
    /// The line.
    pub line: u32,
    pub(crate) registry: Option<RegistryId>,
    pub(crate) steps: &'static [Step],
}

impl Declaration {
    /// A declaration; the macros write this.
    #[doc(hidden)]
    #[must_use]
    pub const fn new(
        kind: DeclarationKind,
        name: &'static str,
        module: &'static str,
        file: &'static str,
        line: u32,
    ) -> Self {
        Self {
            kind,
            name,
            module,
            file,
            line,
            registry: None,
            steps: &[],
        }
    }

    /// The id of the registry that is declared, or the one that the declared server stands in.
    #[doc(hidden)]
    #[must_use]
    pub const fn registry(mut self, id: Option<RegistryId>) -> Self {
        self.registry = id;
        self
    }

    /// What the declared tree or supervisor starts, or the declared dynamic supervisor holds.
    #[doc(hidden)]
    #[must_use]
    pub const fn steps(mut self, steps: &'static [Step]) -> Self {
        self.steps = steps;
        self
    }
}

/// Two declarations are equal when they are of one thing.
impl PartialEq for Declaration {
    fn eq(&self, other: &Self) -> bool {
        (self.kind, self.name, self.file, self.line)
            == (other.kind, other.name, other.file, other.line)
    }
}

impl Eq for Declaration {}

/// How declarations get from where they are written to the catalogue.
#[doc(hidden)]
#[derive(Debug)]
pub struct CatalogEntry(pub fn() -> &'static Declaration);

inventory::collect!(CatalogEntry);
