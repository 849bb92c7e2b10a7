//! The tokio task that a process is.
//!
//! The task polls the process's body with the process set as the current one, ends it at once when
//! it is killed, catches its panics, and then goes through the steps of `exit`. Dropped before it
//! is done (the tokio runtime shuts down), it goes through them there and then.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::cell::{EXIT, EXITING, KILL, UNDECIDED};
use super::current::{self, Current};
use super::{Actor, Cell, ExitReason, Proc, exit, panics};
use crate::sync::{AtomicBool, Ordering};

pin_project! {
    pub(crate) struct Task<A: Actor, F> {
        cell: Arc<Cell<A>>,
        // The same process as the thread's storage wants it.
        current: Current,
        #[pin]
        body: Option<F>,
        // What ends the body from outside: `KILL`, and for plain processes `EXIT` as well.
        ended_by: u32,
        stage: Stage,
    }

    impl<A: Actor, F> PinnedDrop for Task<A, F> {
        fn drop(this: Pin<&mut Self>) {
            this.abandon();
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    New,
    Running,
    Reaping,
    Done,
}

/// What ends a process's body from outside.
#[derive(Clone, Copy, Debug)]
pub(crate) enum EndedBy {
    /// Exit signals and kills: a plain process.
    Signals,
    /// Kills alone: the body looks for exit signals itself, so that `terminate` can run.
    Kills,
}

impl<A: Actor, F: Future<Output = ExitReason>> Task<A, F> {
    pub(crate) fn new(cell: Arc<Cell<A>>, body: F, ended_by: EndedBy) -> Self {
        let current: Arc<dyn Proc> = Arc::clone(&cell) as Arc<dyn Proc>;
        Self {
            cell,
            current: Current::new(current),
            body: Some(body),
            ended_by: match ended_by {
                EndedBy::Signals => KILL | EXIT,
                EndedBy::Kills => KILL,
            },
            stage: Stage::New,
        }
    }
}

impl<A: Actor, F> Task<A, F> {
    /// The task goes before the process has ended.
    fn abandon(self: Pin<&mut Self>) {
        let mut this = self.project();
        if *this.stage == Stage::Done {
            return;
        }
        *this.stage = Stage::Done;
        let _entered = current::enter(this.current);
        exit::begin(&**this.cell, ExitReason::Killed);
        let _ = panics::caught(|| this.body.set(None));
        exit::reap(&**this.cell, true);
        exit::finish(&**this.cell, true);
    }
}

/// Says, while it lives, that the task is being polled. Snapshots read it, and nothing rests on it.
struct Busy<'a>(&'a AtomicBool);

impl<'a> Busy<'a> {
    #[inline]
    fn new(busy: &'a AtomicBool) -> Self {
        busy.store(true, Ordering::Relaxed);
        Self(busy)
    }
}

impl Drop for Busy<'_> {
    #[inline]
    fn drop(&mut self) {
        self.0.store(false, Ordering::Relaxed);
    }
}

impl<A: Actor, F: Future<Output = ExitReason>> Future for Task<A, F> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut this = self.project();
        let _entered = current::enter(this.current);
        let header = &this.cell.header;
        let _busy = Busy::new(&header.busy);
        if *this.stage == Stage::New {
            // Before the flags are read: see the invariants of `cell`.
            let control = header.control.lock();
            let new = header.waker.set(cx.waker().clone());
            drop(control);
            debug_assert!(new.is_ok(), "a task is new once");
            this.cell.mailbox.open();
            *this.stage = Stage::Running;
        }
        if *this.stage == Stage::Running {
            let mut ended = header.has(*this.ended_by | UNDECIDED);
            if ended {
                ended = header.has(*this.ended_by);
                // Who ends tells those callers at its end.
                if !ended {
                    exit::decide(&**this.cell);
                }
            }
            let reason = if ended {
                exit::pending(&**this.cell)
            } else {
                let Some(body) = this.body.as_mut().as_pin_mut() else {
                    return Poll::Ready(());
                };
                match panics::caught(|| body.poll(cx)) {
                    Ok(Poll::Pending) => return Poll::Pending,
                    Ok(Poll::Ready(reason)) | Err(reason) => reason,
                }
            };
            exit::begin(&**this.cell, reason);
            // Drops the state: user code, which may panic, and the process is ending anyway.
            let _ = panics::caught(|| this.body.set(None));
            *this.stage = Stage::Reaping;
            if !exit::reap(&**this.cell, true) {
                return Poll::Pending;
            }
        } else if *this.stage == Stage::Reaping && !exit::reap(&**this.cell, false) {
            return Poll::Pending;
        }
        debug_assert!(header.has(EXITING));
        *this.stage = Stage::Done;
        exit::finish(&**this.cell, true);
        Poll::Ready(())
    }
}
