//! What those who watch, wait and call are told.

use registry_runtime::prelude::*;

use super::Book;
use crate::plan::Id;
use crate::servers::{KeyTopics, Marks, Names, Nicks, Topics};

impl Book {
    /// Somebody is about to kill a process other than the one it runs in.
    pub fn kills(&self, pid: Pid) {
        if self.is_exact() {
            self.inner().killed.insert(pid);
        }
    }

    /// Notes that a server waits for another one; by [`Book::waits_no_more`] that it does not.
    pub fn waits(&self, pid: Pid, target: Pid, token: u64) {
        self.inner().waits.insert(pid, (target, token));
    }

    pub fn waits_no_more(&self, pid: Pid) {
        self.inner().waits.remove(&pid);
    }

    /// A call is answered: whoever made it does not wait any more, even if it has yet to run.
    pub fn answered(&self, token: u64) {
        self.inner().waits.retain(|_, (_, of)| *of != token);
    }

    /// Whether each of these waits for the next, and the last for the first; the first is about to.
    pub fn is_cycle(&self, path: &[Pid], target: Option<Pid>) -> bool {
        let inner = self.inner();
        let next = |n: usize| path[(n + 1) % path.len()];
        let first = target.is_none_or(|target| target == next(0));
        let waits = |n: usize| inner.waits.get(&path[n]).map(|(target, _)| *target);
        first && (1..path.len()).all(|n| waits(n) == Some(next(n)))
    }

    /// Notes a link.
    pub fn linked(&self, one: Pid, other: Pid) {
        let mut inner = self.inner();
        if !inner.told.contains_key(&other) {
            inner.links.push((one, other));
        }
    }

    /// Notes that a link was undone.
    pub fn unlinked(&self, one: Pid, other: Pid) {
        let both = [(one, other), (other, one)];
        self.inner().links.retain(|link| !both.contains(link));
    }

    /// Whether this one has ended of this reason, as far as is known: of one that ended before
    /// anyone watched it, nobody was told why.
    pub fn may_have_ended_of(&self, pid: Pid, reason: &ExitReason) -> bool {
        match self.inner().told.get(&pid) {
            Some(told) => told == reason,
            None => pid.info().is_none(),
        }
    }

    /// Whether this one is known to have ended other than normally.
    pub fn has_fallen(&self, pid: Pid) -> bool {
        let inner = self.inner();
        inner.told.get(&pid).is_some_and(|why| !why.is_normal())
    }

    /// Whoever was linked to one that ended other than normally has ended too, unless it traps exits.
    pub fn check_links(&self, traps: impl Fn(Id) -> bool) {
        let mut wrong = Vec::new();
        {
            let inner = self.inner();
            for (one, other) in &inner.links {
                for (dead, left) in [(one, other), (other, one)] {
                    let fell = inner.told.get(dead).is_some_and(|why| !why.is_normal());
                    let life = inner.lives.get(left).filter(|life| !life.gone);
                    if fell && life.is_some_and(|life| !traps(life.id)) {
                        wrong.push(format!(
                            "{left} lives on, and {dead} it was linked to is dead"
                        ));
                    }
                }
            }
        }
        wrong.into_iter().for_each(|what| self.violated(what));
    }

    /// Whether the end of this one has been told, now. What is to be compared with it must have
    /// been seen in one go, on one thread.
    pub fn was_told(&self, pid: Pid) -> bool {
        self.inner().told.contains_key(&pid)
    }

    /// Somebody has learnt of a death: nothing of the dead may be there any more.
    pub fn told(&self, pid: Pid, reason: &ExitReason, by: &str) {
        let reason = match reason {
            ExitReason::Ignore => ExitReason::Normal,
            other => other.clone(),
        };
        self.note(|| format!("{pid} ended, says {by}: {reason}"));
        if reason == ExitReason::Kill {
            self.violated(format!("{by} was told that {pid} ended of `Kill`"));
        }
        let mut wrong = Vec::new();
        {
            let mut inner = self.inner();
            if reason != ExitReason::NoProc {
                let before = inner.told.insert(pid, reason.clone());
                if before.as_ref().is_some_and(|before| *before != reason) {
                    wrong.push(format!("of {reason}, and others were told of {before:?}"));
                }
                if let Some(life) = inner.lives.get(&pid)
                    && let Some(given) = &life.terminated
                    && *given != reason
                    && reason != ExitReason::Killed
                {
                    wrong.push(format!("of {reason}, and `terminate` was given {given}"));
                }
            }
            if inner.lives.get(&pid).is_some_and(|life| !life.gone) {
                wrong.push("and its state is still there".to_owned());
            }
            for (child, life) in &inner.lives {
                if life.parent == Some(pid) && !life.gone {
                    wrong.push(format!("and its child {child} is still there"));
                }
            }
        }
        if pid.is_alive() || pid.info().is_some() {
            wrong.push("and it is found by its pid".to_owned());
        }
        let keys = [
            ("Names", Names::keys(pid).len()),
            ("Nicks", Nicks::keys(pid).len()),
            ("Topics", Topics::keys(pid).len()),
            ("KeyTopics", KeyTopics::keys(pid).len()),
            ("Marks", Marks::keys(pid).len()),
            (
                "Names' entries",
                Names::count_select(|_, of, _| (of == pid).then_some(())),
            ),
            (
                "Topics' entries",
                Topics::count_select(|_, of, _| (of == pid).then_some(())),
            ),
            (
                "KeyTopics' entries",
                KeyTopics::count_select(|_, of, _| (of == pid).then_some(())),
            ),
        ];
        for (registry, count) in keys {
            if count > 0 {
                wrong.push(format!("and {registry} has {count} of it"));
            }
        }
        for what in wrong {
            self.violated(format!("{by} was told that {pid} ended {what}"));
        }
    }
}
