//! Links and monitors: who is told of a process's death.
//!
//! Both processes of a link note it, in `Control::links`. The watcher notes a monitor in
//! `Rare::monitoring`, and the watched process notes it in `Rare::watchers`.
//!
//! Invariants:
//!
//! 1. The note of a link or monitor leaves the process that is to be told, and the process is told, in one
//!    hold of its `control` lock: the `Down` or the `Exit` goes into its mailbox, or `EXIT` is set. So
//!    `unlink` and `demonitor` are final. If they find the note, nothing will be told. If they do not, all
//!    has been told. They never wait for the process that ends.
//! 2. A link is made and undone on both sides in one hold of both locks. So of two processes that are not
//!    `DEAD`, either each notes the other or neither does. A process that ends gives up its own side when it
//!    becomes `DEAD`, and then takes off the side of each other process as it tells that one.
//! 3. A `DEAD` process takes no new link and no new watcher. A link to it is answered by `NoProc`, unless the
//!    other side of an earlier link is still there: then the real reason is about to be told.
//!
//! Lock order: only this module holds two `control` locks at once, and takes that of the lower pid first.
//! Under the `control` lock of a process, its mailbox may be locked. Nobody is woken and nothing of the user's
//! is dropped under these locks.

use std::any::Any;
use std::sync::atomic::AtomicU64 as Counter;

use super::cell::{Control, DEAD, Rare, START_AWAITED, STARTED, TRAP, Watcher};
use super::exit::{self, deliver};
use super::pid_set::PidSet;
use super::signal::{Down, MonitorRef};
use super::{ExitReason, Header, Pid, Proc, panics, resolve};
use crate::sync::MutexGuard;

/// Links the running process with another. A dead one answers as its end would have: by an exit signal with
/// `NoProc`.
pub(crate) fn link(me: &dyn Proc, other: Pid) {
    let mine = me.header();
    if mine.pid == other {
        return;
    }
    let Some(target) = resolve(other) else {
        let linked = mine.control.lock().links.contains(other);
        if !linked {
            deliver(me, Some(other), &ExitReason::NoProc);
        }
        return;
    };
    let (mut my, mut their) = lock_both(mine, target.header());
    if my.links.contains(other) {
        return;
    }
    let dead = if target.header().has(DEAD) {
        Some((me, other))
    } else if mine.has(DEAD) {
        Some((&*target, mine.pid))
    } else {
        my.links.insert(other);
        their.links.insert(mine.pid);
        None
    };
    drop((my, their));
    if let Some((told, of)) = dead {
        deliver(told, Some(of), &ExitReason::NoProc);
    }
}

/// Undoes a link. The process `other` will not be told of the death of `me` nor `me` of that of `other`.
pub(crate) fn unlink(me: &dyn Proc, other: Pid) {
    let mine = me.header();
    match resolve(other) {
        Some(target) if other != mine.pid => {
            let (mut my, mut their) = lock_both(mine, target.header());
            my.links.remove(other);
            their.links.remove(mine.pid);
        }
        _ => {
            mine.control.lock().links.remove(other);
        }
    }
}

/// The `control` locks of two processes, in the order of the arguments.
fn lock_both<'a>(
    one: &'a Header,
    other: &'a Header,
) -> (MutexGuard<'a, Control>, MutexGuard<'a, Control>) {
    if one.pid.bits() < other.pid.bits() {
        let first = one.control.lock();
        (first, other.control.lock())
    } else {
        let first = other.control.lock();
        (one.control.lock(), first)
    }
}

/// A number for a monitor, unique in the program.
fn next_monitor() -> MonitorRef {
    static NEXT: Counter = Counter::new(1);
    MonitorRef(NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed))
}

/// Makes `me` be told of the death of `pid`; at once if it is dead.
pub(crate) fn monitor(me: &dyn Proc, pid: Pid) -> MonitorRef {
    let monitor = next_monitor();
    // A process does not hear of its own death: as in Elixir, nothing is noted.
    if pid == me.header().pid {
        return monitor;
    }
    me.header()
        .control
        .lock()
        .rare()
        .monitoring
        .insert(monitor, pid);
    let watching = resolve(pid).is_some_and(|target| {
        add_watcher(&*target, monitor, Watcher::Process(me.header().pid)).is_ok()
    });
    if !watching {
        tell_down(me, Down::new(monitor, pid, ExitReason::NoProc));
    }
    monitor
}

/// Ends a monitor. `true` when it was there.
pub(crate) fn demonitor(me: &dyn Proc, monitor: MonitorRef) -> bool {
    let Some(pid) = forget(&mut me.header().control.lock(), monitor) else {
        return false;
    };
    if let Some(target) = resolve(pid) {
        unwatch(&*target, monitor);
    }
    true
}

/// Takes a monitor off the notes of its watcher.
fn forget(control: &mut Control, monitor: MonitorRef) -> Option<Pid> {
    control.rare.as_mut()?.monitoring.remove(&monitor)
}

/// Adds a watcher under a number of its own; hands it back when the process is dead.
pub(super) fn watch(target: &dyn Proc, watcher: Watcher) -> Result<MonitorRef, Watcher> {
    let monitor = next_monitor();
    add_watcher(target, monitor, watcher).map(|()| monitor)
}

fn add_watcher(target: &dyn Proc, monitor: MonitorRef, watcher: Watcher) -> Result<(), Watcher> {
    let mut control = target.header().control.lock();
    if target.header().has(DEAD) {
        return Err(watcher);
    }
    control.rare().watchers.insert(monitor, watcher);
    Ok(())
}

/// Takes a watcher off the notes of the process that it watches.
pub(super) fn unwatch(target: &dyn Proc, monitor: MonitorRef) {
    let removed = {
        let mut control = target.header().control.lock();
        let rare = control.rare.as_mut();
        rare.and_then(|rare| rare.watchers.remove(&monitor))
    };
    drop(removed);
}

/// Ends the link to the process that waits for this one's start, before the start returns its error. The error
/// tells it, so that it gets no `Exit` besides if it traps exits, as since OTP 26.
pub(super) fn end_start(process: &dyn Proc, reason: &ExitReason) {
    let header = process.header();
    if header.has(STARTED) || !header.has(START_AWAITED) {
        return;
    }
    let Some(starter) = header.parent.and_then(resolve) else {
        return;
    };
    let mut control = starter.header().control.lock();
    if !control.links.remove(header.pid) || starter.header().has(TRAP) {
        return;
    }
    let pushed = exit::deliver_under(&*starter, &mut control, Some(header.pid), reason);
    drop(control);
    drop(pushed.settle(&*starter));
}

/// Tells all that watch a dead process or are linked to it. `links` and `rare` are what it had noted.
pub(super) fn tell_all(
    process: &dyn Proc,
    reason: &ExitReason,
    links: &PidSet,
    rare: Option<Box<Rare>>,
) {
    let pid = process.header().pid;
    if let Some(rare) = rare {
        panics::discard_all(rare.undecided);
        for (monitor, target) in rare.monitoring {
            if let Some(target) = resolve(target) {
                unwatch(&*target, monitor);
            }
        }
        for (monitor, watcher) in rare.watchers {
            match watcher {
                Watcher::Task(reply) => reply.send(reason.clone()),
                Watcher::Process(watcher) => {
                    if let Some(watcher) = resolve(watcher) {
                        tell_down(&*watcher, Down::new(monitor, pid, reason.clone()));
                    }
                }
            }
        }
    }
    for other in links.to_vec() {
        if let Some(other) = resolve(other) {
            end_link(&*other, pid, reason);
        }
    }
}

/// Gives a process the `Down` of a monitor, if it has not ended that.
fn tell_down(watcher: &dyn Proc, down: Down) {
    let monitor = down.monitor;
    let message: Box<dyn Any + Send> = Box::new(down);
    let mut control = watcher.header().control.lock();
    let due = forget(&mut control, monitor).is_some();
    let pushed = if due {
        Some(watcher.put_any(message, true))
    } else {
        None
    };
    drop(control);
    if let Some(pushed) = pushed {
        drop(pushed.settle(watcher));
    }
}

/// Gives a process the exit signal of the death of `ended`, if it is still linked to that.
fn end_link(target: &dyn Proc, ended: Pid, reason: &ExitReason) {
    let mut control = target.header().control.lock();
    if !control.links.remove(ended) {
        return;
    }
    let pushed = exit::deliver_under(target, &mut control, Some(ended), reason);
    drop(control);
    drop(pushed.settle(target));
}
