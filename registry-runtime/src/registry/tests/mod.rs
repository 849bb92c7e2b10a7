//! Tests of the registry with processes that do not run: what they do is done for them, so that
//! every step is made where the test says.

mod callbacks;
mod declared;
mod duplicate;
mod faults;
mod lifecycle;
mod listeners;
mod locks;
mod members;
mod memory;
mod model;
mod storm;
mod unique;

use std::hash::{Hash, Hasher};

use super::{Keys, Registry};
use crate::node::Node;
use crate::process::{Cell, Ctx, Pid, Plain, exit};

/// The numbers of partitions that each test runs over.
const PARTITIONS: [usize; 2] = [1, 8];

/// A process that does not run.
fn process<M: Send + 'static>() -> Ctx<Plain<M>> {
    Ctx::new(Cell::create(&Node::default(), None, None, false, None))
}

/// Ends a process, as its task would have.
#[expect(
    clippy::needless_pass_by_value,
    reason = "the dead do nothing any more"
)]
fn die<M: Send + 'static>(process: Ctx<Plain<M>>) -> Pid {
    exit::finish(&**process.cell(), false);
    process.pid()
}

/// What has come in.
fn received<M: Send + 'static>(process: &Ctx<Plain<M>>) -> Vec<M> {
    let mut batch = std::collections::VecDeque::new();
    process.cell().mailbox.take_batch(&mut batch);
    let messages = batch.into_iter().filter_map(|envelope| match envelope {
        crate::process::signal::Envelope::Message(message) => Some(message),
        crate::process::signal::Envelope::Any(_) => None,
    });
    messages.collect()
}

/// A registry that runs.
fn registry<K, V, D, M>(partitions: usize) -> Registry<K, V, D, M>
where
    K: Hash + Eq + Clone + Send + Sync + 'static,
    V: Send + Sync + 'static,
    D: Keys,
    M: ?Sized + 'static,
{
    let registry = Registry::builder()
        .partitions(partitions)
        .name("Test")
        .build();
    let registry = registry.expect("the options are good");
    registry
        .activate(process::<()>().pid())
        .expect("it does not run yet");
    registry
}

fn sorted<T: Ord>(mut items: Vec<T>) -> Vec<T> {
    items.sort_unstable();
    items
}

/// A key whose hash says nothing: all keys share one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Colliding(u32);

impl Hash for Colliding {
    fn hash<H: Hasher>(&self, state: &mut H) {
        0u8.hash(state);
    }
}
