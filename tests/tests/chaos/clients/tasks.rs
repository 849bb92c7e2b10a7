//! Supervised tasks, and an agent of the client's own.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use registry_runtime::prelude::*;
use tokio::time::Instant;

use super::Client;
use crate::plan::{one_in, pick};
use crate::servers::{JOBS, Jobs, PLANNED, wait};

/// Whether a body or a state has been dropped.
#[derive(Clone, Debug, Default)]
struct Gone(Arc<AtomicBool>);

struct There(Gone);

impl Drop for There {
    fn drop(&mut self) {
        self.0.0.store(true, Ordering::SeqCst);
    }
}

impl Gone {
    fn there(&self) -> There {
        There(self.clone())
    }

    fn is_so(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

/// What the body of a task does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Work {
    Returns,
    Waits,
    Panics,
    Hangs,
}

/// The client's own agent, and how many changes it has made to it.
pub(super) struct Own {
    agent: Agent<Tally>,
    gone: Gone,
    changes: u64,
}

struct Tally {
    changes: u64,
    _there: There,
}

impl Client {
    /// Runs a supervised task, and takes what comes of it in one of several ways.
    pub(super) async fn task(&mut self) {
        let all = [Work::Returns, Work::Waits, Work::Panics, Work::Hangs];
        let (work, token, gone) = (
            pick(&mut self.random, &all),
            self.book.token(),
            Gone::default(),
        );
        let (millis, there) = (self.random.below(8) as u64, gone.there());
        let body = async move {
            let _there = there;
            match work {
                Work::Returns => {}
                Work::Waits => wait(millis).await,
                Work::Panics => panic!("{PLANNED}: in a task"),
                Work::Hangs => pending().await,
            }
            token
        };
        let mut task = match Jobs::run_nolink(body) {
            Ok(task) => task,
            Err(StartError::MaxChildren) => {
                let children = Jobs::count_children().specs;
                let full = children == JOBS || !self.book.is_exact();
                return self.book.check(full, || {
                    format!("no task is taken, and there are {children} of {JOBS}")
                });
            }
            Err(StartError::SupervisorNotRunning(_)) => return,
            Err(other) => return self.book.violated(format!("a task came to {other}")),
        };
        let (pid, limit, begun) = (task.pid(), self.timeout(), Instant::now());
        let how = self.random.below(5);
        let came = match how {
            0 if work != Work::Hangs => Some(task.await),
            1 => match task.yield_for(limit).await {
                None => task.shutdown(Shutdown::After(limit)).await,
                some => some,
            },
            2 => task.shutdown(Shutdown::BrutalKill).await,
            3 => {
                let _ = Jobs::terminate_child(pid).await;
                Some(task.await)
            }
            4 if one_in(&mut self.random, 2) && work != Work::Hangs => return drop(task),
            _ => {
                let came = task.await_timeout(limit).await;
                let took = begun.elapsed();
                self.book
                    .check(came != Err(TaskError::Timeout) || took >= limit, || {
                        format!("{pid} was given up after {took:?}, of {limit:?}")
                    });
                Some(came)
            }
        };
        self.book
            .note(|| format!("client {}: {work:?} {pid}, {how}: {came:?}", self.number));
        self.came_of_task(work, pid, &came, token, &gone);
    }

    fn came_of_task(
        &self,
        work: Work,
        pid: Pid,
        came: &Option<Result<u64, TaskError>>,
        token: u64,
        gone: &Gone,
    ) {
        let book = &self.book;
        let may_be = match came {
            Some(Ok(result)) => *result == token && matches!(work, Work::Returns | Work::Waits),
            Some(Err(TaskError::Exited(reason))) => {
                book.told(pid, reason, "a task");
                match reason {
                    ExitReason::Panic(_) => work == Work::Panics,
                    // By whoever terminated it, or by its supervisor, which was attacked.
                    ExitReason::Killed | ExitReason::Shutdown => true,
                    _ => false,
                }
            }
            Some(Err(TaskError::Timeout)) => true,
            Some(Err(_)) => false,
            // It was ended on request: it is gone.
            None => {
                book.check(!pid.is_alive() && pid.info().is_none(), || {
                    format!("{pid} was shut down, and is there")
                });
                true
            }
        };
        book.check(may_be, || format!("{work:?} {pid} came to {came:?}"));
        let over = matches!(came, None | Some(Err(TaskError::Exited(_))));
        book.check(!over || gone.is_so(), || {
            format!("the body of {pid} is there after its end: {came:?}")
        });
    }

    /// Does one thing with the client's own agent, of which it knows the state.
    pub(super) async fn agent(&mut self) {
        let Some(mut own) = self.own.take() else {
            return self.own = self.new_agent().await;
        };
        let (book, agent) = (Arc::clone(&self.book), own.agent.clone());
        let before = own.changes;
        let came = match self.random.below(8) {
            0 | 1 => agent.get(|tally| tally.changes).await,
            2 | 3 => {
                own.changes += 1;
                agent
                    .get_and_update(|tally| {
                        tally.changes += 1;
                        tally.changes
                    })
                    .await
            }
            4 => {
                own.changes += 1;
                let done = agent.update(|tally| tally.changes += 1).await;
                done.map(|()| before + 1)
            }
            5 => {
                for _ in 0..3 {
                    let cast = agent.cast(|tally| tally.changes += 1);
                    book.check(cast.is_ok(), || format!("an agent takes no cast: {cast:?}"));
                }
                own.changes += 3;
                agent.get(|tally| tally.changes).await
            }
            6 => {
                let came = agent.update(|_| panic!("{PLANNED}: in an agent")).await;
                return self
                    .agent_ended(&own, came, |reason| matches!(reason, ExitReason::Panic(_)));
            }
            _ => {
                agent.exit(ExitReason::Kill);
                // Not by its pid: on several threads it may have ended by then, and nobody knows why.
                let reason = agent.ended().await;
                let came = Err(CallError::Exited(reason));
                return self.agent_ended(&own, came, |reason| *reason == ExitReason::Killed);
            }
        };
        book.check(came == Ok(own.changes), || {
            format!("an agent has {came:?} after {} changes", own.changes)
        });
        self.own = Some(own);
    }

    async fn new_agent(&self) -> Option<Own> {
        let gone = Gone::default();
        let there = gone.there();
        let started = Agent::start(move || Tally {
            changes: 0,
            _there: there,
        });
        match started.await {
            Ok(agent) => Some(Own {
                agent,
                gone,
                changes: 0,
            }),
            Err(error) => {
                self.book.violated(format!("an agent came to {error}"));
                None
            }
        }
    }

    fn agent_ended(
        &self,
        own: &Own,
        came: Result<(), CallError>,
        expected: impl Fn(&ExitReason) -> bool,
    ) {
        let right = match &came {
            Err(CallError::Exited(reason)) => {
                self.book.told(own.agent.pid(), reason, "an agent");
                expected(reason)
            }
            _ => false,
        };
        self.book.check(right && own.gone.is_so(), || {
            format!(
                "the end of an agent came to {came:?}, gone: {}",
                own.gone.is_so()
            )
        });
    }

    /// Ends the client's own agent.
    pub(super) async fn end_agent(&mut self) {
        let Some(own) = self.own.take() else { return };
        let stopped = own
            .agent
            .timeout(Duration::from_secs(20))
            .stop(ExitReason::Normal)
            .await;
        self.book.check(stopped.is_ok() && own.gone.is_so(), || {
            format!("an agent was told to stop: {stopped:?}")
        });
    }
}
