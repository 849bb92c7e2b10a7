//! Calls that would wait for themselves.
//!
//! A process notes whom it calls before it sends the call, and then walks from there along what
//! others have noted. Of two processes that call each other at the same moment both have noted
//! before either walks, so at least one finds the cycle (the notes are sequentially consistent).
//!
//! A first call in flight is noted in `Header::waiting_on`, further ones (of a `join!`) in
//! `Rare::also_waiting_on`, which is empty unless `waiting_on` is set: one load tells whether a process
//! waits at all. Plain tasks have no pid, and cannot be waited for.

use std::sync::Arc;

use super::DeadlockPath;
use crate::process::cell::WAITS_FOR_MANY;
use crate::process::{Header, Pid, Proc, current, resolve};
use crate::sync::Ordering;

/// The note of one call in flight; taken back when it is dropped.
#[derive(Debug)]
pub(crate) struct Waiting {
    me: Arc<dyn Proc>,
    target: Pid,
}

impl Waiting {
    /// Notes that the current process calls `target`; `None` in a plain task.
    ///
    /// # Errors
    ///
    /// The path, if the call would wait for itself.
    #[inline]
    pub(crate) fn note(
        target: &Header,
        name: fn() -> &'static str,
    ) -> Result<Option<Self>, DeadlockPath> {
        let Some(me) = current::get() else {
            return Ok(None);
        };
        let pid = target.pid;
        let header = me.header();
        if header.waiting_on.load(Ordering::Relaxed) == 0 {
            header.waiting_on.store(pid.bits(), Ordering::SeqCst);
        } else {
            header.flags.fetch_or(WAITS_FOR_MANY, Ordering::AcqRel);
            header.control.lock().rare().also_waiting_on.push(pid);
        }
        let waiting = Self { me, target: pid };
        let mine = waiting.me.header().pid;
        if pid != mine && target.waiting_on.load(Ordering::SeqCst) == 0 {
            return Ok(Some(waiting));
        }
        match path(mine, pid) {
            None => Ok(Some(waiting)),
            Some(pids) => {
                let names = pids.into_iter().map(|other| {
                    let known = resolve(other).map(|process| process.type_name());
                    (
                        other,
                        known.unwrap_or(if other == pid { name() } else { "process" }),
                    )
                });
                Err(DeadlockPath::new(names.collect()))
            }
        }
    }
}

impl Drop for Waiting {
    #[inline]
    fn drop(&mut self) {
        let header = self.me.header();
        // A process that never has two calls in flight never needs the lock.
        if !header.has(WAITS_FOR_MANY) {
            header.waiting_on.store(0, Ordering::SeqCst);
            return;
        }
        let mut control = header.control.lock();
        let also = control.rare.as_mut().map(|rare| &mut rare.also_waiting_on);
        let also = also.filter(|also| !also.is_empty());
        let Some(also) = also else {
            header.waiting_on.store(0, Ordering::SeqCst);
            return;
        };
        if header.waiting_on.load(Ordering::Relaxed) == self.target.bits() {
            let next = also.swap_remove(0);
            header.waiting_on.store(next.bits(), Ordering::SeqCst);
        } else if let Some(at) = also.iter().position(|pid| *pid == self.target) {
            also.swap_remove(at);
        }
    }
}

/// A way from `from` back to `me` along the calls in flight, `me` first.
#[cold]
fn path(me: Pid, from: Pid) -> Option<Vec<Pid>> {
    let mut seen = vec![from];
    let mut stack = vec![vec![me, from]];
    while let Some(path) = stack.pop() {
        let last = *path.last()?;
        if last == me {
            let mut path = path;
            path.pop();
            return Some(path);
        }
        for next in waits_for(last) {
            if next == me {
                return Some(path);
            }
            if !seen.contains(&next) {
                seen.push(next);
                let mut longer = path.clone();
                longer.push(next);
                stack.push(longer);
            }
        }
    }
    None
}

fn waits_for(pid: Pid) -> Vec<Pid> {
    let Some(process) = resolve(pid) else {
        return Vec::new();
    };
    let header = process.header();
    let control = header.control.lock();
    let mut all = match &control.rare {
        Some(rare) => rare.also_waiting_on.clone(),
        None => Vec::new(),
    };
    // Under the lock: a call that ends hands its place on.
    all.extend(Pid::from_bits(header.waiting_on.load(Ordering::SeqCst)));
    all
}
