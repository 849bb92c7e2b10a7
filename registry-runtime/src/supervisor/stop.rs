//! Ending children.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use tokio::time::Instant;

use super::Shutdown;
use crate::process::alarm::within;
use crate::process::cell::TRAP;
use crate::process::runtime::Runtime;
use crate::process::signal::ChildExit;
use crate::process::{Actor, Cell, ExitReason, Pid, Proc, deadlock, exit};

/// Ends one child as its specification says, and waits until it is gone. A `terminate` that asks the
/// process which waits here is told that it would wait for itself.
pub(crate) async fn stop_child(child: Arc<dyn Proc>, parent: Pid, shutdown: Shutdown) {
    // Noted before it is told: whatever it asks in its `terminate`, it asks after that.
    let mut end = exit::Ending::new(Arc::clone(&child));
    end.waits_all_the_same();
    ask(&*child, parent, shutdown);
    let mut end = pin!(end.reason());
    if let Shutdown::After(limit) = shutdown {
        let runtime = child.header().runtime.as_ref();
        if within(limit, runtime, end.as_mut()).await.is_some() {
            return;
        }
        exit::signal(&*child, Some(parent), ExitReason::Kill);
    }
    end.await;
}

/// Whether a child has ended because its runtime is being dropped: nobody killed it, so that it is neither reported
/// nor restarted. It reads as killed, or is linked to one that does.
pub(super) fn ended_with(runtime: &Runtime, ended: &ChildExit) -> bool {
    if ended.killed || !matches!(ended.reason, ExitReason::Killed) {
        return false;
    }
    // A runtime that is being dropped takes no task; on any other this one never ends by itself.
    let task = runtime.spawn(std::future::pending::<()>());
    let refused = task.is_finished();
    task.abort();
    refused
}

fn ask(child: &dyn Proc, parent: Pid, shutdown: Shutdown) {
    let reason = match shutdown {
        Shutdown::BrutalKill => ExitReason::Kill,
        Shutdown::After(_) | Shutdown::Infinity => ExitReason::Shutdown,
    };
    exit::signal(child, Some(parent), reason);
    // It may wait in a handler for an end that it now keeps from coming, and looks when it is polled.
    if child.header().has(TRAP) {
        child.header().wake();
    }
}

/// Has a supervisor end in order, and waits for its end. A process that it holds is not kept waiting: it would
/// wait for itself.
pub(super) async fn shut_down<A: Actor>(cell: &Arc<Cell<A>>) {
    let process: Arc<dyn Proc> = Arc::clone(cell) as Arc<dyn Proc>;
    let held = deadlock::end_of(cell.header.pid).is_some();
    let mut end = exit::Ending::new(Arc::clone(&process));
    let waits = !held && end.waits_for(A::type_name).is_ok();
    exit::signal(&*process, None, ExitReason::Shutdown);
    if waits {
        end.reason().await;
    }
}

/// Ends all of these children of `parent` side by side, each as it says, and waits until `parent`
/// has none left. To be polled by `parent` itself.
pub(crate) async fn stop_all(parent: &dyn Proc, children: Vec<(Pid, Shutdown)>) {
    let mut limits: BTreeMap<Duration, Vec<Pid>> = BTreeMap::new();
    let me = parent.header().pid;
    for (pid, shutdown) in children {
        if let Some(child) = crate::process::resolve(pid) {
            ask(&*child, me, shutdown);
            if let Shutdown::After(limit) = shutdown {
                limits.entry(limit).or_default().push(pid);
            }
        }
    }
    let begun = Instant::now();
    for (limit, pids) in limits {
        let left = limit.saturating_sub(begun.elapsed());
        if within(left, None, all_gone(parent)).await.is_some() {
            return;
        }
        for child in pids.into_iter().filter_map(crate::process::resolve) {
            exit::signal(&*child, Some(me), ExitReason::Kill);
        }
    }
    all_gone(parent).await;
}

/// Waits until a process has no children left; each that goes wakes its parent's task.
async fn all_gone(parent: &dyn Proc) {
    poll_fn(|_| {
        if parent.header().control.lock().has_children() {
            Poll::Pending
        } else {
            Poll::Ready(())
        }
    })
    .await;
}
