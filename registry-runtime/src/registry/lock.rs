//! Locks by name.
//!
//! Invariants:
//!
//! 1. A name has a row exactly while someone holds it or waits for it.
//! 2. A ticket finds its row by its number, except when it first comes: so no `Eq` of a key can keep
//!    a name from being let go.
//! 3. The holder of a row is one ticket. Whoever lets go hands it to the first that waits, so that
//!    nobody overtakes; who waits and is dropped takes its ticket out, or lets go if it had been
//!    handed the name already.
//!
//! Wakers are woken and keys dropped outside of the table's lock.

use std::collections::VecDeque;
use std::hash::Hash;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use hashbrown::{Equivalent, HashTable};

use super::kind::Keys;
use super::{Registry, quiet};
use crate::sync::Mutex;

/// The names that are locked or waited for.
pub(crate) struct Locks<K>(Mutex<Rows<K>>);

struct Rows<K> {
    rows: HashTable<Row<K>>,
    next: u64,
}

struct Row<K> {
    hash: u64,
    key: K,
    holder: u64,
    waiting: VecDeque<(u64, Waker)>,
}

/// A place in the queue for a name, and then the name.
struct Ticket<'a, K: Eq> {
    locks: &'a Locks<K>,
    hash: u64,
    key: K,
    /// 0 before the first poll.
    number: u64,
}

impl<K> Default for Locks<K> {
    fn default() -> Self {
        Self(Mutex::new(Rows {
            rows: HashTable::new(),
            next: 1,
        }))
    }
}

impl<K> Row<K> {
    /// Where a ticket stands in line.
    fn place(&self, number: u64) -> Option<usize> {
        let found = self
            .waiting
            .binary_search_by_key(&number, |(number, _)| *number);
        found.ok()
    }

    /// Whether a ticket holds the name, or waits for it.
    fn has(&self, number: u64) -> bool {
        self.holder == number || self.place(number).is_some()
    }
}

#[cfg(all(test, not(registry_loom)))]
impl<K> Locks<K> {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.lock().rows.is_empty()
    }
}

impl<K: Eq> Ticket<'_, K> {
    /// Tries to hold the name, or waits for it in line.
    fn poll(&mut self, cx: &mut Context<'_>, spare: &mut Option<K>) -> Poll<()> {
        let mut old = None;
        let mut table = self.locks.0.lock();
        let Rows { rows, next } = &mut *table;
        let first = self.number == 0;
        let number = if first { *next } else { self.number };
        let is = |row: &Row<K>| {
            row.hash == self.hash
                && if first {
                    row.key == self.key
                } else {
                    row.has(number)
                }
        };
        let state = if let Some(row) = rows.find_mut(self.hash, is) {
            if row.holder == number {
                Poll::Ready(())
            } else if first {
                row.waiting.push_back((number, cx.waker().clone()));
                Poll::Pending
            } else {
                let at = row.place(number);
                if let Some((_, waker)) = at.and_then(|at| row.waiting.get_mut(at))
                    && !waker.will_wake(cx.waker())
                {
                    old = Some(std::mem::replace(waker, cx.waker().clone()));
                }
                Poll::Pending
            }
        } else {
            if let Some(key) = spare.take() {
                let (hash, waiting) = (self.hash, VecDeque::new());
                let row = Row {
                    hash,
                    key,
                    holder: number,
                    waiting,
                };
                rows.insert_unique(hash, row, |row| row.hash);
            }
            Poll::Ready(())
        };
        if first {
            *next += 1;
            self.number = number;
        }
        drop(table);
        drop(old);
        state
    }
}

impl<K: Eq> Drop for Ticket<'_, K> {
    fn drop(&mut self) {
        if self.number == 0 {
            return;
        }
        let mut table = self.locks.0.lock();
        let is = |row: &Row<K>| row.hash == self.hash && row.has(self.number);
        let Ok(mut entry) = table.rows.find_entry(self.hash, is) else {
            return;
        };
        let row = entry.get_mut();
        if row.holder != self.number {
            let gone = row.place(self.number).and_then(|at| row.waiting.remove(at));
            drop(table);
            drop(gone);
        } else if let Some((number, waker)) = row.waiting.pop_front() {
            row.holder = number;
            drop(table);
            waker.wake();
        } else {
            let (row, _) = entry.remove();
            let rows = &mut table.rows;
            if rows.capacity() > 32 && rows.len() < rows.capacity() / 4 {
                rows.shrink_to(rows.len() * 2, |row| row.hash);
            }
            drop(table);
            quiet::discard(row.key);
        }
    }
}

/// Waits until a ticket holds its name.
struct Acquire<'t, 'a, K: Eq> {
    ticket: &'t mut Ticket<'a, K>,
    spare: Option<K>,
}

impl<K: Eq> Unpin for Acquire<'_, '_, K> {}

impl<K: Eq> Future for Acquire<'_, '_, K> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = &mut *self;
        this.ticket.poll(cx, &mut this.spare)
    }
}

impl<K, V, D, M> Registry<K, V, D, M>
where
    K: Hash + Eq + Clone + Send + Sync + 'static,
    V: Send + Sync + 'static,
    D: Keys,
    M: ?Sized + 'static,
{
    /// Runs `f` while nobody else runs anything under the same lock key; what it returned.
    ///
    /// Lock keys have the type of the registry's keys and are a namespace of their own: whether
    /// something is registered under the key, and whether the registry runs, does not matter. Who
    /// waits is let in in the order of coming. The lock is let go when `f` is done, when it panics,
    /// and when the future is dropped, as it is when its process is killed.
    ///
    /// Locking a key inside of `f` that is locked already waits for ever.
    ///
    /// # Panics
    ///
    /// When `f` does.
    ///
    /// # Cancel safety
    ///
    /// When the future is dropped, it gives up its place in line, or `f` ends at the await it is at
    /// and the lock is free.
    ///
    /// # Examples
    ///
    /// ```
    /// # use registry_runtime::prelude::*;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let registry: Registry<String> = Registry::builder().build()?;
    /// let report = registry.lock("report", async || "written by one at a time").await;
    /// assert_eq!(report, "written by one at a time");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Elixir
    ///
    /// `Registry.lock/3`.
    pub async fn lock<Q, F, R>(&self, lock_key: &Q, f: F) -> R
    where
        Q: ?Sized + Hash + Equivalent<K> + ToOwned<Owned = K>,
        F: AsyncFnOnce() -> R,
    {
        let mut ticket = Ticket {
            locks: &self.inner.locks,
            hash: self.inner.hash(lock_key),
            key: lock_key.to_owned(),
            number: 0,
        };
        let spare = Some(ticket.key.clone());
        Acquire {
            ticket: &mut ticket,
            spare,
        }
        .await;
        let done = f().await;
        drop(ticket);
        done
    }
}
