//! The catalog: everything that the program declares.

use std::fmt;

use super::declaration::{Declaration, DeclarationKind, Declared};
use super::placement::{RegistryId, Step};

/// Everything that the program declares, as [`catalog`] lists it.
///
/// Shown in the example of [`catalog`](fn@catalog#examples).
#[derive(Clone, Debug)]
pub struct Catalog {
    declarations: Vec<&'static Declaration>,
}

/// Lists everything that the program declares: registries, servers, supervisors, trees, each with
/// its place in the source. Generic servers, and what is declared inside of functions, may be missing.
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
    let mut declarations: Vec<_> = inventory::iter::<Declared>
        .into_iter()
        .map(|declared| (declared.0)())
        .collect();
    declarations.sort_by_key(|declared| (declared.file, declared.line, declared.name));
    Catalog { declarations }
}

impl Catalog {
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
    /// [`CatalogError`] lists the servers whose registry is in no tree.
    pub fn check(&self) -> Result<(), CatalogError> {
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
        Err(CatalogError {
            lost: lost.into_iter().map(named).collect(),
        })
    }

    fn tree_of(&self, id: &RegistryId) -> Option<&'static Declaration> {
        let starts = |tree: &&'static Declaration| {
            tree.kind == DeclarationKind::Tree && provides(tree.steps, id)
        };
        self.iter().find(starts)
    }
}

fn provides(steps: &[Step], id: &RegistryId) -> bool {
    steps.iter().any(|step| match step {
        Step::Provides(provided) => provided.is(id),
        Step::Needs { .. } => false,
        Step::Nested(steps) | Step::Includes { steps, .. } => provides(steps, id),
    })
}

/// The tree to start for a registry to run, if the program declares one that holds it.
pub(crate) fn tree_hint(registry: &Declaration) -> Option<&'static Declaration> {
    catalog().tree_of(&registry.registry?)
}

/// Servers whose registry is in no tree.
///
/// What [`Catalog::check`] finds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogError {
    lost: Vec<Lost>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Lost {
    server: &'static Declaration,
    registry: &'static str,
}

impl fmt::Display for CatalogError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, Lost { server, registry }) in self.lost.iter().enumerate() {
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
