//! Exit signals, and the order in which a process ends.
//!
//! A process ends in this order, whatever ends it:
//!
//! 1. `EXITING` is set and the reason recorded ([`begin`]).
//! 2. Its body is dropped: `terminate` has run inside of it unless it was killed.
//! 3. Its children, if it is a supervisor, are killed and waited for ([`reap`]).
//! 4. Its names leave all registries, its supervisor's books note the end, it leaves the process
//!    table, its mailbox is closed, and `DEAD` is set ([`finish`]). In this order: whoever does not
//!    find it in the table, finds the mailbox closed or finds it `DEAD` has learnt of the death, and
//!    must not find it in anything that comes before.
//! 5. Monitors, links and its parent are told; then the messages left in its mailbox are dropped,
//!    by which the calls among them learn of it.
//!
//! So whoever learns of the death finds the names free (step 4 comes before 5), and no process
//! outlives its supervisor (3 before 5).

use std::any::Any;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Poll, Waker};

use super::DeadlockPath;
use super::cell::{Control, DEAD, EXIT, EXITING, KILL, STARTED, TRAP, UNDECIDED, Watcher};
use super::deadlock::Held;
use super::mailbox::Push;
use super::reply::{Awaiting, Undecided, reply_slot};
use super::signal::{ChildExit, Exit, MonitorRef, Pushed};
use super::{ExitReason, Pid, Proc, deadlock, links, panics, resolve};
use crate::introspect::View;
use crate::registry;
use crate::sync::Ordering;

/// Asks a process to exit, as `Process.exit/2` does.
#[expect(
    clippy::needless_pass_by_value,
    reason = "most callers have made the reason for this and give it away"
)]
pub(crate) fn signal(target: &dyn Proc, from: Option<Pid>, reason: ExitReason) {
    if matches!(reason, ExitReason::Kill) {
        let control = target.header().control.lock();
        target.header().flags.fetch_or(KILL, Ordering::AcqRel);
        drop(control);
        target.header().wake();
    } else {
        deliver(target, from, &reason);
    }
}

/// Gives a process an exit signal that is no kill.
pub(crate) fn deliver(target: &dyn Proc, from: Option<Pid>, reason: &ExitReason) {
    let mut control = target.header().control.lock();
    let pushed = deliver_under(target, &mut control, from, reason);
    drop(control);
    drop(pushed.settle(target));
}

/// As [`deliver`], under the `control` lock; what is returned is to be settled once that is released.
pub(super) fn deliver_under(
    target: &dyn Proc,
    control: &mut Control,
    from: Option<Pid>,
    reason: &ExitReason,
) -> Pushed {
    let header = target.header();
    if header.has(TRAP) {
        return target.put_any(Box::new(Exit::new(from, reason.clone())), true);
    }
    let ignored = reason.is_normal() && from != Some(header.pid);
    if ignored || header.has(EXIT | EXITING | DEAD) {
        return Pushed(Push::Queued);
    }
    control.exit = Some(reason.clone());
    header.flags.fetch_or(EXIT, Ordering::AcqRel);
    Pushed(Push::Wake(None))
}

/// Puts a signal into a mailbox; an ended process needs none.
pub(crate) fn tell(target: &dyn Proc, signal: impl Any + Send) {
    drop(target.push_any(Box::new(signal), true));
}

/// Keeps an answer that a panic has dropped inside of a process until it is known whether the process ends of
/// that: when its task is polled next, or at its end.
#[cold]
pub(super) fn decide_later(process: &dyn Proc, answer: Undecided) {
    let header = process.header();
    let mut control = header.control.lock();
    if header.has(DEAD) {
        drop(control);
        drop(answer);
        return;
    }
    control.rare().undecided.push(answer);
    header.flags.fetch_or(UNDECIDED, Ordering::AcqRel);
    drop(control);
    header.wake();
}

/// Tells the callers whose answers a panic has dropped that they are lost: the process has caught the panic, or
/// is `EXITING`.
#[cold]
pub(super) fn decide(process: &dyn Proc) {
    let header = process.header();
    let undecided = {
        let mut control = header.control.lock();
        header.flags.fetch_and(!UNDECIDED, Ordering::AcqRel);
        let rare = control.rare.as_mut();
        rare.map(|rare| std::mem::take(&mut rare.undecided))
    };
    panics::discard_all(undecided.into_iter().flatten());
}

/// Waits for a process's end, from any task. Comes back at once when it is dead, and with `Deadlock` when the
/// running process can never see that end: see [`Held`].
pub(crate) async fn ended(target: Arc<dyn Proc>) -> ExitReason {
    let held = deadlock::end_of(target.header().pid);
    let mut end = Ending::new(target);
    end.held = held;
    end.reason().await
}

/// The wait for a process's end; takes its watcher away again when it is given up.
pub(crate) struct Ending {
    target: Arc<dyn Proc>,
    watching: Result<(MonitorRef, Awaiting<ExitReason>), ExitReason>,
    /// The running process waits for one that holds it.
    held: Option<Held>,
}

impl Ending {
    pub(crate) fn new(target: Arc<dyn Proc>) -> Self {
        let watching = watch(&target);
        Self {
            target,
            watching,
            held: None,
        }
    }

    /// As [`Awaiting::waits_for`]: the process does nothing else meanwhile.
    pub(crate) fn waits_for(&mut self, name: fn() -> &'static str) -> Result<(), DeadlockPath> {
        match &mut self.watching {
            Ok((_, awaiting)) => awaiting.waits_for(self.target.header(), name),
            Err(_) => Ok(()),
        }
    }

    /// As [`Awaiting::waits_all_the_same`]: it is told to end, and nothing else can be done meanwhile.
    pub(crate) fn waits_all_the_same(&mut self) {
        if let Ok((_, awaiting)) = &mut self.watching {
            awaiting.waits_all_the_same(self.target.header());
        }
    }

    pub(crate) fn poll(&mut self, waker: &Waker) -> Poll<ExitReason> {
        let told = match &mut self.watching {
            Err(reason) => return Poll::Ready(reason.clone()),
            Ok((_, awaiting)) => awaiting.poll(waker),
        };
        if let Poll::Ready(told) = told {
            let reason = told.ok().or_else(|| self.target.header().exit_reason());
            return Poll::Ready(reason.unwrap_or(ExitReason::NoProc));
        }
        match self.held.as_ref().and_then(Held::path_of_the_ending) {
            Some(path) => Poll::Ready(ExitReason::Deadlock(Arc::new(path))),
            None => Poll::Pending,
        }
    }

    pub(crate) async fn reason(mut self) -> ExitReason {
        poll_fn(|cx| self.poll(cx.waker())).await
    }
}

impl Drop for Ending {
    fn drop(&mut self) {
        if let Ok((monitor, _)) = &self.watching {
            links::unwatch(&*self.target, *monitor);
        }
    }
}

/// A watcher for a task; the reason at once when the process is dead.
fn watch(target: &Arc<dyn Proc>) -> Result<(MonitorRef, Awaiting<ExitReason>), ExitReason> {
    let (reply, awaiting) = reply_slot();
    match links::watch(&**target, Watcher::Task(reply)) {
        Ok(monitor) => Ok((monitor, awaiting)),
        Err(_) => Err(target.header().exit_reason().unwrap_or(ExitReason::NoProc)),
    }
}

/// Makes `child` one of the processes that end before `parent` does; `false` when the parent is
/// ending and takes no more.
pub(crate) fn adopt(parent: &dyn Proc, child: Pid) -> bool {
    let mut control = parent.header().control.lock();
    if parent.header().has(EXITING | DEAD | KILL) {
        return false;
    }
    control.rare().children.insert(child, ());
    true
}

/// Takes a child off its parent's list. A parent that waits for the last to go is woken by that one.
pub(crate) fn disown(parent: &dyn Proc, child: Pid) {
    let header = parent.header();
    let mut control = header.control.lock();
    if let Some(rare) = control.rare.as_mut() {
        rare.children.remove(child);
        if rare.children.is_empty() && header.has(EXITING) {
            drop(control);
            header.wake();
        }
    }
}

/// Step 1: the process is ending of `reason`, unless it already is of another.
pub(crate) fn begin(process: &dyn Proc, reason: ExitReason) {
    let header = process.header();
    let mut control = header.control.lock();
    if header.has(KILL) {
        control.exit = Some(ExitReason::Killed);
    } else if !header.has(EXIT | EXITING) {
        control.exit = Some(match reason {
            ExitReason::Kill => ExitReason::Killed,
            other => other,
        });
    }
    header.flags.fetch_or(EXITING, Ordering::AcqRel);
}

/// The exit signal that waits to be obeyed.
pub(crate) fn pending(process: &dyn Proc) -> ExitReason {
    let exit = process.header().control.lock().exit.clone();
    exit.unwrap_or(ExitReason::Killed)
}

/// Step 3: kills the children that are left. `true` when there are none.
pub(crate) fn reap(process: &dyn Proc, kill: bool) -> bool {
    let children: Vec<Pid> = {
        let control = process.header().control.lock();
        match &control.rare {
            Some(rare) if !rare.children.is_empty() => {
                if !kill {
                    return false;
                }
                rare.children.pids().collect()
            }
            _ => return true,
        }
    };
    for child in children {
        if let Some(child) = resolve(child) {
            signal(&*child, Some(process.header().pid), ExitReason::Kill);
        }
    }
    !process.header().control.lock().has_children()
}

/// Steps 4 and 5. The body is gone, the children too. The supervisor of a process that never ran is
/// not told.
pub(crate) fn finish(process: &dyn Proc, tell_parent: bool) {
    let header = process.header();
    registry::leave_all(process);
    let reason = {
        let mut control = header.control.lock();
        control.exit.get_or_insert(ExitReason::Killed).clone()
    };
    let parent = if header.supervised {
        header.parent.and_then(resolve)
    } else {
        None
    };
    let ended = ChildExit {
        pid: header.pid,
        reason: reason.clone(),
        started: header.has(STARTED),
        killed: header.has(KILL),
    };
    // The books of a parent that is ending as well, which waits for its list to empty, and reads no
    // more messages.
    let heeds = |parent: &Arc<dyn Proc>| {
        tell_parent && View::heeds_end(&**parent, &ended) && !parent.header().has(EXITING)
    };
    let heeded = parent.as_ref().is_some_and(heeds);
    header.node.table().remove(header.pid);
    let left = process.close();
    let (links, rare) = {
        let mut control = header.control.lock();
        header.flags.fetch_or(EXITING | DEAD, Ordering::AcqRel);
        let links = std::mem::take(&mut control.links);
        let rare = control.rare.take();
        (links, rare)
    };
    let reason = header.as_told(reason);
    links::end_start(process, &reason);
    links::tell_all(process, &reason, &links, rare);
    if let Some(parent) = parent {
        if heeded {
            tell(&*parent, ended);
        }
        disown(&*parent, header.pid);
    }
    if let Some(discard) = left {
        discard();
    }
}

#[cfg(all(test, not(registry_loom)))]
mod tests {
    use super::*;
    use crate::node::Node;
    use crate::process::{Cell, Plain};

    #[test]
    fn a_wait_for_an_end_that_is_given_up_leaves_none() {
        let cell = Cell::<Plain<()>>::create(&Node::new(), None, None, false, None);
        let watchers = || cell.header.control.lock().rare().watchers.len();
        let mut end = Ending::new(Arc::clone(&cell) as Arc<dyn Proc>);
        assert!(end.poll(Waker::noop()).is_pending());
        assert_eq!(watchers(), 1);
        drop(end);
        assert_eq!(watchers(), 0);
    }
}
