//! Calls that would wait for themselves.
//!
//! A process notes whom it calls before it sends the call, and then walks from there along what
//! others have noted. Of two processes that call each other at the same moment both have noted
//! before either walks, so at least one finds the cycle (the notes are sequentially consistent).
//!
//! A first call in flight is noted in `Header::waiting_on`, further ones (of a `join!`) in
//! `Rare::also_waiting_on`. Plain tasks have no pid, and cannot be waited for.

use std::sync::Arc;

use super::DeadlockPath;
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
    pub(crate) fn note(target: &Header, name: fn() -> &'static str) -> Result<Option<Self>, DeadlockPath> {
        let Some(me) = current::get() else {
            return Ok(None);
        };
        let pid = target.pid;
        let header = me.header();
        if header.waiting_on.load(Ordering::Relaxed) == 0 {
            header.waiting_on.store(pid.bits(), Ordering::SeqCst);
        } else {
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
                    (other, known.unwrap_or(if other == pid { name() } else { "process" }))
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
        if header.waiting_on.load(Ordering::Relaxed) == self.target.bits() {
            header.waiting_on.store(0, Ordering::SeqCst);
            return;
        }
        if let Some(rare) = header.control.lock().rare.as_mut()
            && let Some(at) = rare.also_waiting_on.iter().position(|pid| *pid == self.target)
        {
            rare.also_waiting_on.swap_remove(at);
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
    let mut all = match &header.control.lock().rare {
        Some(rare) => rare.also_waiting_on.clone(),
        None => Vec::new(),
    };
    all.extend(Pid::from_bits(header.waiting_on.load(Ordering::SeqCst)));
    all
}
