//! The registry: processes under keys, typed and partitioned.
//!
//! [`Registry`] is one that is started at run time, and what a declared one ([`registry!`](macro@crate::registry))
//! is made of: see there for examples.

// A registry is a number of shards, each a lock and a table of rows (`table`); a key's hash says
// which shard. A row is a key and its entries (`members`). Each process notes what it has
// registered (`names`), so that leaving searches nothing.
//
// Invariants:
//
// 1. An entry comes and goes under the `names` lock of its process and the lock of its shard,
//    so that table and notes agree whenever neither is held.
// 2. No user code runs under a lock but `Eq` of keys, `Clone` of keys for `keys` and for listeners,
//    and `Clone` of values that need no `Drop`; these must not call the registry. Callbacks, and
//    `Drop` of keys and values, run outside of all locks, on what was shared out (`Arc`) under the
//    lock.
// 3. A change that has begun is finished: no panic of users' code comes between taking an entry
//    out of one place and taking it out of all (table, count, note). Whatever may panic runs before,
//    or its panic ends there (`quiet`), as that of a key's `Clone` for a listener.
// 4. What is shared out is never changed: a writer copies it first (`Arc::make_mut`). In a
//    table that is the whole of a shard while a `select` goes through it, in a row one block. Keys
//    are shared before a table is lent (`key`), so that a copy runs no user code.
// 5. A process's entries leave before anyone is told of its death; afterwards its `names` are
//    closed, and nothing enters for it. So tables hold no ghosts and need not be filtered.
// 6. `running` is read under the lock of the shard that is about to change; a registry stops by
//    clearing it and then locking each shard: nothing enters behind its back.
//
// Lock order: a process's `names`, then one shard, then a listener's mailbox. Never two shards or
// two `names` at once, never the other way round; `meta`, `listeners` and the table of `lock`s are
// leaves. So no cycle can arise.

mod at;
mod blocks;
mod declared;
mod declared_kinds;
mod dispatch;
mod error;
mod handle;
mod held;
mod key;
mod kind;
mod lifecycle;
mod listen;
mod listener;
mod lock;
mod lookup;
#[cfg(all(test, registry_loom))]
mod loom;
mod matching;
mod member;
mod members;
mod meta;
mod names;
mod options;
mod parallel;
mod process;
mod quiet;
mod register;
mod select;
mod shard;
mod show;
mod table;
#[cfg(all(test, not(registry_loom)))]
mod tests;
mod update;

pub use hashbrown::Equivalent;

pub use declared::DeclaredRegistry;
pub(crate) use declared::{claim_server, find_server};
pub use declared_kinds::{DuplicateRegistry, UniqueRegistry};
pub use dispatch::{Entries, EntriesIter, Entry};
pub use error::{NotRunning, RegisterError};
use handle::Inner;
pub use handle::Registry;
#[doc(hidden)]
pub use kind::Sends;
pub use kind::{Duplicate, DuplicateByKey, DuplicateKeys, Keys, Unique, UniqueKeys};
pub use listener::RegistryEvent;
pub use matching::{IsMatch, Matched};
pub(crate) use names::{Names, leave_all, shown};
#[doc(hidden)]
pub use options::RegistryOptions;
pub use options::{OptionError, Partitions, RegistryBuilder};
#[doc(hidden)]
pub use process::declared_child_spec;
#[doc(hidden)]
pub use show::{Opaque, Readable, Shown};
