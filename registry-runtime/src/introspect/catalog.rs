//! The catalog: everything that the program declares.
//!
//! Declarations come by `inventory`, which has the platform's linker collect them. On a platform that it does not
//! know, and under Miri, it finds none and says nothing. So the runtime submits one of its own: where
//! that one is missing, the list proves nothing, and [`Catalog::check`] says so.

use std::fmt;

use super::declaration::{CatalogEntry, Declaration, DeclarationKind};
use super::placement::{RegistryId, Step};

/// Everything that the program declares, as [`catalog`] lists it.
///
/// Shown in the example of [`catalog`](fn@catalog#examples).
#[derive(Clone, Debug)]
pub struct Catalog {
    declarations: Vec<&'static Declaration>,
    /// Whether declarations can be collected on this platform.
    is_kept: bool,
}

/// Submitted by the runtime itself, to see whether what is submitted arrives. Nobody is shown it.
static WITNESS: Declaration = Declaration::new(
    DeclarationKind::Tree,
    "(the runtime)",
    module_path!(),
    file!(),
    line!(),
);

inventory::submit! { CatalogEntry(|| &WITNESS) }

/// Lists everything that the program declares: registries, servers, supervisors, trees, each with
/// its place in the source. Generic servers, and what is declared inside of functions, may be missing.
///
/// The linker collects them (by way of the crate `inventory`). On a platform where that is not
/// supported the list is empty, and [`Catalog::check`] is an error.
///
/// # Examples
///
/// ```
/// # use registry_runtime::prelude::*;
/// registry! { Sessions, keys = unique, key = String }
///
/// #[gen_server(registry = Sessions, key = <name>)]
/// struct Session { name: String }
///
/// #[gen_server]
/// impl Session {}
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let text = catalog().check().unwrap_err().to_string();
/// assert!(text.contains("Session"));  // no tree of this program starts `Sessions`
/// # Ok(())
/// # }
/// ```
///
/// # Elixir
///
/// There is none; `Application.spec/1` comes closest.
#[must_use]
pub fn catalog() -> Catalog {
    let submitted = inventory::iter::<CatalogEntry>.into_iter();
    Catalog::of(submitted.map(|declared| (declared.0)()))
}

impl Catalog {
    /// The catalog of what was submitted.
    fn of(submitted: impl Iterator<Item = &'static Declaration>) -> Self {
        let (own, mut declarations): (Vec<_>, Vec<_>) =
            submitted.partition(|declared| std::ptr::eq(*declared, &raw const WITNESS));
        declarations.sort_by_key(|declared| (declared.file, declared.line, declared.name));
        Self {
            declarations,
            is_kept: !own.is_empty(),
        }
    }

    /// All declarations, by file and line.
    ///
    /// Shown in the example of [`catalog`](fn@catalog#examples).
    pub fn iter(&self) -> impl Iterator<Item = &'static Declaration> + '_ {
        self.declarations.iter().copied()
    }

    /// Checks that each server's registry is started by some tree of the program. One line in a
    /// test: `registry_runtime::catalog().check()?`.
    ///
    /// Shown in the example of [`catalog`](fn@catalog#examples).
    ///
    /// # Errors
    ///
    /// [`CatalogError`] lists the servers whose registry is in no tree; or it says that declarations cannot be
    /// collected on this platform, so that nothing could be checked.
    pub fn check(&self) -> Result<(), CatalogError> {
        if !self.is_kept {
            return Err(CatalogError(Failure::NotKept));
        }
        let missing = |server: &&'static Declaration| {
            server.kind == DeclarationKind::Server
                && server
                    .registry
                    .is_some_and(|id| self.tree_of(&id).is_none())
        };
        let lost: Vec<_> = self.iter().filter(missing).collect();
        if lost.is_empty() {
            return Ok(());
        }
        let named = |server: &'static Declaration| Lost {
            server,
            registry: server.registry.map_or("", |id| id.name()),
        };
        Err(CatalogError(Failure::Lost(
            lost.into_iter().map(named).collect(),
        )))
    }

    fn tree_of(&self, id: &RegistryId) -> Option<&'static Declaration> {
        let starts = |tree: &&'static Declaration| {
            tree.kind == DeclarationKind::Tree && provides(tree.steps, id)
        };
        self.iter().find(starts)
    }
}

/// The tree that the supervisor is declared or placed in; of several, the first.
pub(crate) fn holder(supervisor: &Declaration) -> Option<&'static Declaration> {
    let holds = |tree: &&'static Declaration| {
        tree.kind == DeclarationKind::Tree && holds(tree.steps, supervisor)
    };
    catalog().iter().find(holds)
}

fn holds(steps: &[Step], supervisor: &Declaration) -> bool {
    steps.iter().any(|step| match step {
        Step::Holds(declaration) => declaration() == supervisor,
        Step::Provides(_) | Step::Needs { .. } => false,
        Step::Nested(steps) | Step::Includes { steps, .. } => holds(steps, supervisor),
    })
}

fn provides(steps: &[Step], id: &RegistryId) -> bool {
    steps.iter().any(|step| match step {
        Step::Provides(provided) => provided.is(id),
        Step::Holds(_) | Step::Needs { .. } => false,
        Step::Nested(steps) | Step::Includes { steps, .. } => provides(steps, id),
    })
}

/// The tree to start for a registry to run, if the program declares one that holds it.
pub(crate) fn tree_hint(registry: &Declaration) -> Option<&'static Declaration> {
    catalog().tree_of(&registry.registry?)
}

/// What [`Catalog::check`] found: servers whose registry is in no tree, or that it cannot tell.
///
/// Shown in the example of [`catalog`](fn@catalog#examples).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogError(Failure);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Failure {
    /// These servers' registries are in no tree.
    Lost(Vec<Lost>),
    /// Declarations are not collected here.
    NotKept,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Lost {
    server: &'static Declaration,
    registry: &'static str,
}

impl fmt::Display for CatalogError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lost = match &self.0 {
            Failure::Lost(lost) => lost,
            Failure::NotKept => {
                return f.write_str(
                    "nothing was checked: what a program declares cannot be collected on this platform, which \
                     the crate `inventory` does not support; leave this check to a platform that it does",
                );
            }
        };
        for (index, Lost { server, registry }) in lost.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            write!(
                f,
                "server `{}` ({}:{}) stands in registry `{registry}`, which no tree starts; add \
                 `registry!<{registry}>;` to a `supervision_tree!`",
                server.name, server.file, server.line
            )?;
        }
        Ok(())
    }
}

impl std::error::Error for CatalogError {}

#[cfg(all(test, not(registry_loom)))]
mod tests {
    use super::*;

    const ID: RegistryId = RegistryId::new("app", "Sessions", 1, 1);

    static SERVER: Declaration =
        Declaration::new(DeclarationKind::Server, "Session", "app", "app.rs", 7).registry(Some(ID));

    static TREE: Declaration = Declaration::new(DeclarationKind::Tree, "App", "app", "app.rs", 3)
        .steps(&[Step::Nested(&[Step::Provides(ID)])]);

    #[test]
    fn what_is_submitted_arrives_and_the_witness_is_not_shown() {
        let catalog = catalog();
        assert!(catalog.is_kept);
        assert!(catalog.iter().all(|declared| *declared != WITNESS));
    }

    #[test]
    fn a_server_whose_registry_is_in_some_tree_is_in_order() {
        let catalog = Catalog::of([&WITNESS, &SERVER, &TREE].into_iter());
        assert_eq!(catalog.check(), Ok(()));
        assert_eq!(catalog.iter().count(), 2);
    }

    #[test]
    fn a_server_whose_registry_is_in_no_tree_is_named_with_its_place() {
        let catalog = Catalog::of([&WITNESS, &SERVER].into_iter());
        let text = catalog.check().map_err(|error| error.to_string());
        let text = text.expect_err("no tree");
        assert!(
            text.starts_with("server `Session` (app.rs:7) stands in registry `Sessions`"),
            "{text}"
        );
    }

    #[test]
    fn where_nothing_arrives_the_check_says_that_it_proves_nothing() {
        let catalog = Catalog::of(std::iter::empty());
        let text = catalog.check().map_err(|error| error.to_string());
        let text = text.expect_err("an empty list proves nothing");
        assert!(text.starts_with("nothing was checked:"), "{text}");
    }
}
