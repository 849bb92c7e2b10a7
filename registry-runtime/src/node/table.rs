//! The process table of a node: pid to process.
//!
//! Invariants:
//!
//! 1. A serial is given out once in the life of its node.
//! 2. A process is in the table from before its name can be seen until after its names are gone.
//!
//! A shard's lock is a leaf: nothing else is locked, made or dropped under it.

use std::cell::Cell;
use std::fmt;
use std::sync::Arc;

use crate::process::pid_map::PidMap;
use crate::process::{Pid, Proc};
use crate::sync::{AtomicU64, Mutex, Ordering};

const SHARDS: usize = if cfg!(registry_loom) { 1 } else { 64 };
/// A thread takes this many serials of the default node at once, so that threads which spawn at
/// the same time do not contend for the counter; a block's processes share a shard.
const BLOCK: u64 = 64;

type Shard = Mutex<PidMap<Arc<dyn Proc>>>;

pub(crate) struct Table {
    next: AtomicU64,
    shards: Box<[Shard]>,
}

thread_local! {
    /// Serials of the default node that this thread may give out: the next, and how many.
    static SERIALS: Cell<(u64, u64)> = const { Cell::new((0, 0)) };
}

impl Table {
    /// A table whose first process gets this serial.
    pub(crate) fn new(serial: u64) -> Self {
        Self {
            next: AtomicU64::new(serial),
            shards: (0..SHARDS).map(|_| Mutex::default()).collect(),
        }
    }

    /// A serial that no process has had yet.
    pub(crate) fn next_serial(&self) -> u64 {
        self.next.load(Ordering::Relaxed)
    }

    /// A pid that no process has had.
    pub(crate) fn new_pid(&self, node: u16) -> Pid {
        if node != 0 {
            return Pid::new(node, self.next.fetch_add(1, Ordering::Relaxed));
        }
        let serial = SERIALS.try_with(|serials| {
            let (mut next, mut left) = serials.get();
            if left == 0 {
                next = self.next.fetch_add(BLOCK, Ordering::Relaxed);
                left = BLOCK;
            }
            serials.set((next + 1, left - 1));
            next
        });
        // The thread's storage is gone: it is ending, and takes a serial of its own.
        Pid::new(
            0,
            serial.unwrap_or_else(|_| self.next.fetch_add(1, Ordering::Relaxed)),
        )
    }

    fn shard(&self, pid: Pid) -> &Shard {
        let index = (pid.serial() / BLOCK) % SHARDS as u64;
        &self.shards[usize::try_from(index).unwrap_or(0)]
    }

    pub(crate) fn insert(&self, process: Arc<dyn Proc>) {
        let pid = process.header().pid;
        let none = self.shard(pid).lock().insert(pid, process);
        debug_assert!(none.is_none(), "no process had this pid before");
    }

    pub(crate) fn get(&self, pid: Pid) -> Option<Arc<dyn Proc>> {
        self.shard(pid).lock().get(pid).map(Arc::clone)
    }

    pub(crate) fn remove(&self, pid: Pid) -> Option<Arc<dyn Proc>> {
        self.shard(pid).lock().remove(pid)
    }

    /// All processes, as they are while each shard is read.
    pub(crate) fn all(&self) -> Vec<Arc<dyn Proc>> {
        let mut all = Vec::new();
        for shard in &self.shards {
            all.extend(shard.lock().iter().map(|(_, process)| Arc::clone(process)));
        }
        all
    }

    pub(crate) fn len(&self) -> usize {
        self.shards.iter().map(|shard| shard.lock().len()).sum()
    }
}

impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Table({} processes)", self.len())
    }
}
