//! What a program declares, as constants.
//!
//! Every declared registry has a [`RegistryId`]; every supervisor and tree has a list of [`Step`]s:
//! what it starts, in order. From these the macros' expansions have the compiler check that a server
//! is started after its registry ([`check`]), and [`Declaration`]s carry them to the catalogue.
//!
//! `const` evaluation has no heap and little patience (the lint `long_running_const_eval` stops it
//! after some two million steps), so ids are compared by hash, and each child is checked on its own.

use std::marker::PhantomData;

use super::declaration::Declaration;
use crate::gen_server::Construct;

/// The identity of a declared registry: where it is written.
#[derive(Clone, Copy, Debug)]
pub struct RegistryId {
    hash: u64,
    module: &'static str,
    name: &'static str,
}

impl RegistryId {
    /// The id of the registry `name` declared in `module` at `line` and `column`.
    ///
    /// Line and column tell apart registries of one name in two functions of a module.
    #[must_use]
    pub const fn new(module: &'static str, name: &'static str, line: u32, column: u32) -> Self {
        let hash = fnv(FNV_OFFSET, module.as_bytes());
        let hash = fnv(hash, b"::");
        let hash = fnv(hash, name.as_bytes());
        let hash = fnv(hash, &line.to_le_bytes());
        let hash = fnv(hash, &column.to_le_bytes());
        Self { hash, module, name }
    }

    /// Whether both are the same registry.
    #[must_use]
    pub const fn is(&self, other: &Self) -> bool {
        self.hash == other.hash
    }

    /// The registry's name, without its module.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The module that the registry is declared in, as `module_path!()` gives it.
    #[must_use]
    pub const fn module(&self) -> &'static str {
        self.module
    }
}

const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0000_0100_0000_01b3;

const fn fnv(mut hash: u64, bytes: &[u8]) -> u64 {
    let mut index = 0;
    while index < bytes.len() {
        hash = (hash ^ bytes[index] as u64).wrapping_mul(FNV_PRIME);
        index += 1;
    }
    hash
}

/// What a supervisor does in one place of its list of children, as far as registries go, and which supervisors there are.
#[derive(Clone, Copy, Debug)]
pub enum Step {
    /// A registry is started.
    Provides(RegistryId),
    /// `who` is started (or held, or is a tree that asks for it), and needs the registry.
    Needs {
        /// The child's number within the macro that placed it; see [`check`].
        at: u32,
        /// The server's name, for messages.
        who: &'static str,
        /// The server's registry; `None` for an anonymous server.
        registry: Option<RegistryId>,
    },
    /// A supervisor is started, declared in the same tree or elsewhere.
    Holds(fn() -> &'static Declaration),
    /// A supervisor written in the same tree; its children carry numbers of the same macro.
    Nested(&'static [Step]),
    /// A supervisor or tree declared elsewhere, or the servers that a dynamic supervisor will hold.
    Includes {
        /// The child's number within the macro that placed it; see [`check`].
        at: u32,
        /// The name of what is placed, for messages.
        who: &'static str,
        /// What it starts.
        steps: &'static [Step],
    },
}

/// Checks the child number `at` of a tree: every registry that it needs is started by an earlier
/// child, or is among those that the tree `requires`.
///
/// `tree` and `steps` are the whole tree's. Called from a `const` item with the span of the child, so
/// that the compiler underlines the child.
///
/// # Panics
///
/// In `const` evaluation, that is, as a compile error, when a registry is missing.
#[track_caller]
pub const fn check(tree: &str, requires: &[RegistryId], steps: &[Step], at: u32) {
    let whole = Tree {
        name: tree,
        requires,
        steps,
    };
    find_and_check(&whole, steps, at);
}

/// The tree that a check is about.
struct Tree<'a> {
    name: &'a str,
    requires: &'a [RegistryId],
    steps: &'a [Step],
}

/// Finds the child `at` among `steps`, which are the tree's own, and checks it.
#[track_caller]
const fn find_and_check(tree: &Tree<'_>, steps: &[Step], at: u32) {
    let mut index = 0;
    while index < steps.len() {
        match &steps[index] {
            Step::Needs {
                at: here,
                who,
                registry,
            } if *here == at => {
                check_need(tree, at, None, who, registry.as_ref());
            }
            Step::Includes {
                at: here,
                who,
                steps,
            } if *here == at => {
                check_included(tree, at, who, steps, steps);
            }
            Step::Nested(steps) => find_and_check(tree, steps, at),
            _ => {}
        }
        index += 1;
    }
}

/// Checks what is included at `at`: `all` it starts, of which `steps` are still to be looked at.
#[track_caller]
const fn check_included(tree: &Tree<'_>, at: u32, holder: &str, all: &[Step], steps: &[Step]) {
    let mut index = 0;
    while index < steps.len() {
        match &steps[index] {
            // What it starts itself is its own macro's affair: order within it was checked there.
            Step::Needs {
                who,
                registry: Some(id),
                ..
            } if !provides(all, id) => {
                check_need(tree, at, Some(holder), who, Some(id));
            }
            Step::Nested(steps) | Step::Includes { steps, .. } => {
                check_included(tree, at, holder, all, steps);
            }
            _ => {}
        }
        index += 1;
    }
}

#[track_caller]
const fn check_need(
    tree: &Tree<'_>,
    at: u32,
    holder: Option<&str>,
    who: &str,
    registry: Option<&RegistryId>,
) {
    let Some(id) = registry else { return };
    if listed(tree.requires, id) || matches!(before(tree.steps, id, at), Before::Provided) {
        return;
    }
    let text = match holder {
        None => Text::new()
            .then("the server `")
            .then(who)
            .then("` is placed "),
        Some(holder) if same(holder, who) => Text::new()
            .then("the tree `")
            .then(who)
            .then("`, which requires `")
            .then(id.name)
            .then("`, is placed "),
        Some(holder) => Text::new()
            .then("`")
            .then(holder)
            .then("`, which holds the server `")
            .then(who)
            .then("`, is placed "),
    };
    let text = if provides(tree.steps, id) {
        text.then("before its registry `")
            .then(id.name)
            .then("`; move the registry above it")
    } else {
        text.then("without its registry `")
            .then(id.name)
            .then("`; add `registry!<")
            .then(id.name)
            .then(">;` above it, or, if something else starts the registry, add `requires = [")
            .then(id.name)
            .then("]` to `")
            .then(tree.name)
            .then("`")
    };
    panic!("{}", text.as_str());
}

const fn listed(ids: &[RegistryId], id: &RegistryId) -> bool {
    let mut index = 0;
    while index < ids.len() {
        if ids[index].is(id) {
            return true;
        }
        index += 1;
    }
    false
}

/// Whether `steps` start the registry, wherever.
const fn provides(steps: &[Step], id: &RegistryId) -> bool {
    let mut index = 0;
    while index < steps.len() {
        let found = match &steps[index] {
            Step::Provides(provided) => provided.is(id),
            Step::Holds(_) | Step::Needs { .. } => false,
            Step::Nested(steps) | Step::Includes { steps, .. } => provides(steps, id),
        };
        if found {
            return true;
        }
        index += 1;
    }
    false
}

/// What a walk up to a child has found.
#[derive(Clone, Copy)]
enum Before {
    /// The registry is started before the child.
    Provided,
    /// The child was reached, and the registry is not started before it.
    Reached,
    /// Neither yet.
    Neither,
}

/// Whether `steps` start the registry before they come to the child `at`.
const fn before(steps: &[Step], id: &RegistryId, at: u32) -> Before {
    let mut index = 0;
    while index < steps.len() {
        let found = match &steps[index] {
            Step::Provides(provided) if provided.is(id) => Before::Provided,
            Step::Needs { at: here, .. } | Step::Includes { at: here, .. } if *here == at => {
                Before::Reached
            }
            // The numbers within an included tree are those of another macro.
            Step::Includes { steps, .. } if provides(steps, id) => Before::Provided,
            Step::Nested(steps) => before(steps, id, at),
            _ => Before::Neither,
        };
        if !matches!(found, Before::Neither) {
            return found;
        }
        index += 1;
    }
    Before::Neither
}

const fn same(left: &str, right: &str) -> bool {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    if left.len() != right.len() {
        return false;
    }
    let mut index = 0;
    while index < left.len() {
        if left[index] != right[index] {
            return false;
        }
        index += 1;
    }
    true
}

/// The most bytes that a message may have; what is beyond is cut.
const CAPACITY: usize = 512;

/// A text put together in `const` evaluation.
struct Text {
    bytes: [u8; CAPACITY],
    len: usize,
}

impl Text {
    const fn new() -> Self {
        Self {
            bytes: [0; CAPACITY],
            len: 0,
        }
    }

    const fn then(mut self, part: &str) -> Self {
        let part = part.as_bytes();
        // All or nothing: a part cut short might end within a character.
        if part.len() <= CAPACITY - self.len {
            let mut index = 0;
            while index < part.len() {
                self.bytes[self.len + index] = part[index];
                index += 1;
            }
            self.len += part.len();
        }
        self
    }

    const fn as_str(&self) -> &str {
        match std::str::from_utf8(self.bytes.split_at(self.len).0) {
            Ok(text) => text,
            Err(_) => "a server is placed before or without its registry",
        }
    }
}

/// The registry of whatever is placed in a tree as `Type(arguments…)`.
///
/// `Placed::<S>::REGISTRY` is the server's registry where `S` is a server, and `None` (by way of
/// [`NotAServer`], which has to be in scope) for any other type with a `child_spec`.
#[derive(Debug)]
pub struct Placed<S>(PhantomData<S>);

impl<S: Construct> Placed<S> {
    /// The server's registry.
    pub const REGISTRY: Option<RegistryId> = S::REGISTRY;
}

/// The answer of [`Placed`] for types that are no servers.
pub trait NotAServer {
    /// None.
    const REGISTRY: Option<RegistryId> = None;
}

impl<S> NotAServer for Placed<S> {}
