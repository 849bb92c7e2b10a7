//! Lives of servers, as they write them down.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use registry_runtime::prelude::*;
use registry_tests::Random;
use tokio::time::Instant;

use super::{Book, Home, Life};
use crate::plan::{Id, Unit};

impl Book {
    /// A server's `init` begins: a source of numbers for this life.
    pub fn born(&self, unit: &Unit, home: Home, pid: Pid, parent: Option<Pid>) -> Random {
        let id = unit.target.id();
        let mut inner = self.inner();
        inner.note(format!("+{id} {pid} of {parent:?}"));
        inner.order += 1;
        let born_as = inner.order;
        // A registry that dies takes names from processes that go on for a while.
        if let Some(other) = inner.holder.insert(id, pid)
            && !self.plan.registries_die
        {
            let text = format!("{id}: {pid} is in its init while the state of {other} is there");
            inner.violations.push(text);
        }
        let life = Life {
            id,
            parent,
            home,
            born: Instant::now(),
            by_hand: inner.by_hand.contains_key(&id),
            backoff: unit.backoff.is_some(),
            gone: false,
            ignored: false,
            terminated: None,
            born_as,
            gone_as: 0,
        };
        if inner.lives.insert(pid, life).is_some() {
            inner.violations.push(format!("{pid} was born twice"));
        }
        let lives = inner.lives_of.entry(id).or_default();
        *lives += 1;
        Random::new(
            self.plan
                .seed
                .wrapping_mul(1_000_003)
                .wrapping_add(u64::from(id) * 7_919 + *lives * 104_729),
        )
    }

    /// A server's state is dropped.
    pub fn gone(&self, pid: Pid) {
        let mut inner = self.inner();
        inner.order += 1;
        let gone_as = inner.order;
        let Some(life) = inner.lives.get_mut(&pid) else {
            return;
        };
        life.gone = true;
        life.gone_as = gone_as;
        let id = life.id;
        inner.note(format!("-{id} {pid}"));
        if inner.holder.get(&id) == Some(&pid) {
            inner.holder.remove(&id);
        }
        inner.entries.retain(|(_, _, of), _| *of != pid);
        if let Some(reason) = inner.told.get(&pid).cloned() {
            let text = format!("the state of {pid} was there after its end was told: {reason}");
            inner.violations.push(text);
        }
    }

    /// A handler of this process begins.
    pub fn handles(&self, pid: Pid, what: &str) {
        let mut inner = self.inner();
        let text = if inner.told.contains_key(&pid) {
            "after its end was told"
        } else if inner.killed.contains(&pid) {
            "after it was killed"
        } else if inner.lives.get(&pid).is_some_and(|life| life.gone) {
            "after its state was dropped"
        } else {
            return;
        };
        let text = format!("{pid} runs `{what}` {text}");
        inner.note(format!("VIOLATED: {text}"));
        inner.violations.push(text);
    }

    /// `init` says that there is nothing to run.
    pub fn ignores(&self, pid: Pid) {
        if let Some(life) = self.inner().lives.get_mut(&pid) {
            life.ignored = true;
        }
    }

    /// `terminate` begins.
    pub fn terminates(&self, pid: Pid, reason: &ExitReason) {
        self.handles(pid, "terminate");
        let mut inner = self.inner();
        inner.note(format!("terminate {pid}: {reason}"));
        let twice = inner
            .lives
            .get_mut(&pid)
            .is_some_and(|life| life.terminated.replace(reason.clone()).is_some());
        if twice {
            inner
                .violations
                .push(format!("`terminate` of {pid} ran twice"));
        }
    }

    /// Somebody starts a server by hand, until the guard is dropped.
    pub fn by_hand(self: &Arc<Self>, id: Id) -> ByHand {
        *self.inner().by_hand.entry(id).or_default() += 1;
        ByHand(Arc::clone(self), id)
    }

    /// Restarts within each window are no more than a one-for-one supervisor may make.
    pub fn check_intensity(&self, home: Home, most: u32, within: Duration) {
        let inner = self.inner();
        let mut starts: HashMap<Pid, Vec<Instant>> = HashMap::new();
        let mut lives: Vec<_> = inner.lives.values().collect();
        lives.sort_by_key(|life| life.born_as);
        let mut known = HashSet::new();
        for life in lives.into_iter().filter(|life| life.home == home) {
            let Some(parent) = life.parent else { continue };
            let first = known.insert((parent, life.id));
            if !first && !life.by_hand && !life.backoff {
                starts.entry(parent).or_default().push(life.born);
            }
        }
        drop(inner);
        for (parent, starts) in starts {
            for (n, from) in starts.iter().enumerate() {
                let near = |start: &&Instant| **start - *from <= within;
                let count = starts[n..].iter().filter(near).count();
                self.check(count <= most as usize, || {
                    format!("{parent} made {count} restarts within {within:?}, of {most}")
                });
            }
        }
    }
}

/// A start by hand that is under way.
pub struct ByHand(Arc<Book>, Id);

impl Drop for ByHand {
    fn drop(&mut self) {
        let mut inner = self.0.inner();
        if let Some(count) = inner.by_hand.get_mut(&self.1) {
            *count -= 1;
            if *count == 0 {
                inner.by_hand.remove(&self.1);
            }
        }
    }
}
