//! Nodes: worlds of processes that do not see each other's names.
//!
//! A node owns a table of its processes and the instances of all that the program declares
//! (registries, supervisors, trees). A program has one from the start, the default node; tests
//! have one each.

mod numbers;
mod slot;
mod table;
mod test_runtime;

use std::any::{Any, TypeId};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, OnceLock, RwLock};
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

#[doc(hidden)]
pub use slot::{Slot, SlotRef};
pub(crate) use table::Table;
pub use test_runtime::TestRuntime;

use crate::process::{self, Pid};
use numbers::Numbers;

/// A world of processes: its own process table, its own instances of everything declared.
///
/// Names registered on one node are not seen on another. Processes live on the node of whoever
/// starts them. Plain programs never need to name it: everything happens on the default node.
///
/// Cheap to clone: a handle.
///
/// # Examples
///
/// ```
/// # use registry_runtime::prelude::*;
/// registry! { Names, keys = unique, key = String }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let node = Node::new();
/// let pid = node.scope(Names::start()).await?;
/// assert_eq!(Node::current().processes().len(), 0);  // it runs on the other
/// assert!(node.processes().contains(&pid));
/// assert!(Node::current().is_default() && !node.is_default());
/// node.scope(async { assert!(!Node::current().is_default()) }).await;
/// # Ok(())
/// # }
/// ```
///
/// # Elixir
///
/// A node of the BEAM, within one program.
#[derive(Clone, Default)]
pub struct Node(Option<Arc<Inner>>);

/// What a node owns.
struct Inner {
    number: u16,
    table: Table,
    /// Instances by the type that declares them; the default node's are in the declarations.
    instances: RwLock<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>,
}

static DEFAULT: OnceLock<Inner> = OnceLock::new();
/// The nodes that live, by number, for what is asked of a bare pid of another node.
static NODES: OnceLock<RwLock<Numbers<Inner>>> = OnceLock::new();

thread_local! {
    /// The node of a scope or of this thread's runtime; a process's own node goes before it.
    static SCOPED: RefCell<Option<Node>> = const { RefCell::new(None) };
    /// Whether anything but the default node is current: the one thing a lookup must read.
    static ELSEWHERE: Cell<bool> = const { Cell::new(false) };
}

impl Inner {
    /// `serial` is that of its first process.
    fn new(number: u16, serial: u64) -> Self {
        Self {
            number,
            table: Table::new(serial),
            instances: RwLock::default(),
        }
    }
}

impl Node {
    /// A new node, with no processes and nothing running.
    ///
    /// Shown in the [example](Self#examples).
    ///
    /// # Panics
    ///
    /// When 65,535 nodes are alive.
    #[must_use]
    pub fn new() -> Self {
        match write(NODES.get_or_init(RwLock::default)).take(Inner::new) {
            Some(inner) => Self(Some(inner)),
            None => panic!("65,535 nodes are alive; drop some before making more"),
        }
    }

    /// The node that code in this place runs on: that of the process it runs in, else of the
    /// scope or test it runs in, else the default node.
    ///
    /// Shown in the [example](Self#examples).
    ///
    /// # Elixir
    ///
    /// `Node.self/0`.
    #[must_use]
    pub fn current() -> Self {
        if !ELSEWHERE.try_with(Cell::get).unwrap_or(false) {
            return Self::default();
        }
        process::current::with(|process| process.map(|process| process.header().node.clone()))
            .or_else(|| {
                SCOPED
                    .try_with(|scoped| scoped.borrow().clone())
                    .ok()
                    .flatten()
            })
            .unwrap_or_default()
    }

    /// Whether this is the node that plain programs run on.
    ///
    /// Shown in the [example](Self#examples).
    #[must_use]
    #[inline]
    pub fn is_default(&self) -> bool {
        self.0.is_none()
    }

    /// Runs a future on this node: what it looks up, starts and spawns through this crate belongs
    /// to the node. Tasks that it gives to `tokio::spawn` do not inherit it.
    ///
    /// Shown in the [example](Self#examples).
    pub fn scope<F: Future>(&self, future: F) -> Scope<F> {
        Scope {
            node: self.clone(),
            future,
        }
    }

    /// Makes this node the current one for all that this thread polls, for its whole life.
    pub(crate) fn adopt_thread(&self) {
        std::mem::forget(self.adopted());
    }

    /// Makes this node the current one for all that this thread polls while the result lives.
    pub(crate) fn adopted(&self) -> Adopted {
        // Where the thread's storage is gone there is no scope either.
        let outer = SCOPED.try_with(|scoped| scoped.borrow_mut().replace(self.clone()));
        Adopted(outer.ok().flatten(), enter(self))
    }

    fn inner(&self) -> &Inner {
        match &self.0 {
            Some(inner) => inner,
            None => DEFAULT.get_or_init(|| Inner::new(0, 1)),
        }
    }

    pub(crate) fn number(&self) -> u16 {
        self.0.as_ref().map_or(0, |inner| inner.number)
    }

    pub(crate) fn table(&self) -> &Table {
        &self.inner().table
    }

    /// The node that a pid belongs to, while it lives.
    pub(crate) fn of(pid: Pid) -> Option<Self> {
        let number = pid.node();
        if number == 0 {
            return Some(Self::default());
        }
        let current = Self::current();
        if current.number() == number {
            return Some(current);
        }
        let nodes = NODES.get()?;
        let nodes = nodes
            .read()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        nodes.get(number).map(|inner| Self(Some(inner)))
    }
}

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Node({})", self.number())
    }
}

impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        self.number() == other.number()
    }
}

impl Eq for Node {}

impl Drop for Inner {
    fn drop(&mut self) {
        if let Some(nodes) = NODES.get() {
            write(nodes).give_back(self.number, self.table.next_serial());
        }
    }
}

fn write<T>(lock: &RwLock<T>) -> std::sync::RwLockWriteGuard<'_, T> {
    lock.write()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Notes, while a process is polled, whether its node is another than the default one. Returns
/// what [`restore`] is to put back.
#[inline]
pub(crate) fn enter(node: &Node) -> bool {
    ELSEWHERE
        .try_with(|elsewhere| elsewhere.replace(!node.is_default()))
        .unwrap_or(false)
}

#[inline]
pub(crate) fn restore(elsewhere: bool) {
    // The thread is going away when this fails, and nothing will look any more.
    let _ = ELSEWHERE.try_with(|now| now.set(elsewhere));
}

/// While it lives, a node is the thread's; then the one before is again.
pub(crate) struct Adopted(Option<Node>, bool);

impl Drop for Adopted {
    fn drop(&mut self) {
        let outer = self.0.take();
        let _ = SCOPED.try_with(|scoped| *scoped.borrow_mut() = outer);
        restore(self.1);
    }
}

pin_project! {
    /// A future that runs on a node; made by [`Node::scope`].
    ///
    /// Shown in the example of [`Node`].
    #[derive(Debug)]
    pub struct Scope<F> {
        node: Node,
        #[pin]
        future: F,
    }
}

impl<F: Future> Future for Scope<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let _adopted = this.node.adopted();
        // Inside a process, the scope goes before the process's own node.
        process::current::hidden(|| this.future.poll(cx))
    }
}
