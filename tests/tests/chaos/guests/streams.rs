//! Streams of tasks, out of processes and from outside, supervised or not.

use std::collections::HashSet;
use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use registry_runtime::prelude::*;
use registry_runtime::{AsyncStream, OnTimeout};
use tokio::time::Instant;

use super::{Guest, ends, soon};
use crate::book::Book;
use crate::plan::{one_in, pick};
use crate::servers::{Jobs, PLANNED, wait};

/// What the task of an item does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Work {
    Returns,
    Waits(u64),
    Panics,
    Hangs,
}

/// Who starts the tasks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum From {
    /// Nobody holds them; they are linked to the process, if there is one.
    Here,
    Supervised,
    SupervisedAlone,
}

/// Who goes through the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    NoProcess,
    Process,
    ProcessThatTraps,
}

/// One stream, as planned.
#[derive(Clone, Debug)]
struct Plan {
    works: Vec<Work>,
    from: From,
    by: By,
    at_a_time: usize,
    ordered: bool,
    limit: Option<Duration>,
    on_timeout: OnTimeout,
    /// After how many results it is dropped.
    dropped_after: Option<usize>,
}

/// The bodies that are there.
struct Floor {
    there: AtomicUsize,
    most: usize,
    book: Arc<Book>,
}

struct There(Arc<Floor>);

impl There {
    fn new(floor: &Arc<Floor>) -> Self {
        let count = floor.there.fetch_add(1, Ordering::SeqCst) + 1;
        floor.book.check(count <= floor.most, || {
            format!(
                "a stream of {} tasks at a time has {count} bodies",
                floor.most
            )
        });
        Self(Arc::clone(floor))
    }
}

impl Drop for There {
    fn drop(&mut self) {
        self.0.there.fetch_sub(1, Ordering::SeqCst);
    }
}

pub(super) async fn stream(mut guest: Guest) {
    for _ in 0..guest.rounds() {
        one(&mut guest).await;
        guest.pauses(8).await;
    }
}

fn plan(guest: &mut Guest) -> Plan {
    let random = &mut guest.random;
    let count = random.below(9);
    let works: Vec<_> = (0..count)
        .map(|_| match random.below(8) {
            0 => Work::Panics,
            1 => Work::Hangs,
            2..=4 => Work::Waits(random.below(8) as u64),
            _ => Work::Returns,
        })
        .collect();
    let patient = !works.contains(&Work::Hangs) && one_in(random, 2);
    Plan {
        from: pick(
            random,
            &[From::Here, From::Supervised, From::SupervisedAlone],
        ),
        by: pick(random, &[By::NoProcess, By::Process, By::ProcessThatTraps]),
        at_a_time: 1 + random.below(4),
        ordered: one_in(random, 2),
        limit: (!patient).then(|| Duration::from_millis(1 + random.below(12) as u64)),
        on_timeout: pick(random, &[OnTimeout::End, OnTimeout::KillTask]),
        dropped_after: one_in(random, 4).then(|| random.below(count + 1)),
        works,
    }
}

async fn one(guest: &mut Guest) {
    let (plan, book) = (plan(guest), Arc::clone(&guest.book));
    let floor = Arc::new(Floor {
        there: AtomicUsize::new(0),
        most: plan.at_a_time,
        book: Arc::clone(&book),
    });
    let ran = run(plan.clone(), Arc::clone(&book), Arc::clone(&floor));
    if plan.by == By::NoProcess {
        guest.note(|| format!("streams {plan:?}"));
        ran.await;
    } else {
        let traps = plan.by == By::ProcessThatTraps;
        let process = spawn(async move |ctx: Process<()>| {
            ctx.trap_exit(traps);
            ran.await;
        });
        guest.note(|| format!("{} streams {plan:?}", process.pid()));
        let killed = one_in(&mut guest.random, 4);
        if killed {
            guest.pauses(10).await;
            book.kills(process.pid());
            process.pid().exit(ExitReason::Kill);
        }
        let reason = ends(&book, process.ended(), "a process that streams").await;
        book.told(process.pid(), &reason, "a stream's owner");
        let shares = plan.by == By::Process && plan.from != From::SupervisedAlone;
        let may_be = match &reason {
            ExitReason::Normal => true,
            ExitReason::Panic(info) => {
                shares && plan.works.contains(&Work::Panics) && info.message().starts_with(PLANNED)
            }
            ExitReason::Killed if killed => true,
            // As its tasks did, with a supervisor that was attacked.
            ExitReason::Killed | ExitReason::Shutdown => shares && plan.from == From::Supervised,
            _ => false,
        };
        book.check(may_be, || {
            format!("{} ended of {reason}: {plan:?}", process.pid())
        });
    }
    let left = || floor.there.load(Ordering::SeqCst);
    let gone = soon(&book, || left() == 0).await;
    book.check(gone, || {
        format!("{} bodies of {plan:?} outlive their stream", left())
    });
}

/// Goes through a stream of which the results are known.
async fn run(plan: Plan, book: Arc<Book>, floor: Arc<Floor>) {
    let began: Arc<Vec<_>> = Arc::new(
        plan.works
            .iter()
            .map(|_| std::sync::OnceLock::new())
            .collect(),
    );
    let body = {
        let (floor, began) = (Arc::clone(&floor), Arc::clone(&began));
        move |(n, work): (usize, Work)| {
            let there = There::new(&floor);
            let twice = began[n].set(Instant::now()).is_err();
            floor
                .book
                .check(!twice, || format!("item {n} of a stream is there twice"));
            async move {
                let _there = there;
                match work {
                    Work::Returns => {}
                    Work::Waits(millis) => wait(millis).await,
                    Work::Panics => panic!("{PLANNED}: in a stream"),
                    Work::Hangs => pending().await,
                }
                n
            }
        }
    };
    let items: Vec<_> = plan.works.iter().copied().enumerate().collect();
    let stream = match plan.from {
        From::Here => Task::async_stream(items, body),
        From::Supervised => match Jobs::async_stream(items, body) {
            Ok(stream) => stream,
            Err(_) => return,
        },
        From::SupervisedAlone => match Jobs::handle() {
            Ok(jobs) => jobs.async_stream_nolink(items, body),
            Err(_) => return,
        },
    };
    let stream = stream
        .max_concurrency(plan.at_a_time)
        .timeout(plan.limit)
        .on_timeout(plan.on_timeout);
    let stream = if plan.ordered {
        stream
    } else {
        stream.unordered()
    };
    let began = |n: usize| began[n].get().copied();
    Results {
        plan: &plan,
        book: &book,
        seen: HashSet::new(),
        count: 0,
        panics: 0,
    }
    .take(stream, &floor, began)
    .await;
}

/// What a stream has yielded so far.
struct Results<'a> {
    plan: &'a Plan,
    book: &'a Book,
    seen: HashSet<usize>,
    count: usize,
    panics: usize,
}

impl Results<'_> {
    async fn take<I, F, Fut>(
        &mut self,
        mut stream: AsyncStream<I, F, usize>,
        floor: &Floor,
        began: impl Fn(usize) -> Option<Instant>,
    ) where
        I: Iterator,
        F: FnMut(I::Item) -> Fut,
        Fut: Future<Output = usize> + Send + 'static,
    {
        loop {
            if self.plan.dropped_after == Some(self.count) {
                return;
            }
            let Some(result) = stream.next().await else {
                break;
            };
            let may_be = self.may_be(&result, &began);
            self.book.check(may_be, || {
                format!("result {} is {result:?}: {:?}", self.count, self.plan)
            });
            self.count += 1;
            let last = matches!(result, Err(TaskError::Start(_)))
                || (result == Err(TaskError::Timeout) && self.plan.on_timeout == OnTimeout::End);
            if last {
                let more = stream.next().await;
                return self.book.check(more.is_none(), || {
                    format!("a stream goes on after its end: {more:?}")
                });
            }
        }
        let (count, of) = (self.count, self.plan.works.len());
        self.book.check(count == of, || {
            format!("a stream of {of} items yields {count}: {:?}", self.plan)
        });
        let left = floor.there.load(Ordering::SeqCst);
        self.book.check(left == 0, || {
            format!("a stream is at its end, and {left} bodies are there")
        });
        let more = stream.next().await;
        self.book.check(more.is_none(), || {
            format!("a stream goes on after its end: {more:?}")
        });
    }

    fn may_be(
        &mut self,
        result: &Result<usize, TaskError>,
        began: impl Fn(usize) -> Option<Instant>,
    ) -> bool {
        let plan = self.plan;
        let ordered = plan.ordered.then_some(self.count);
        let supervised = plan.from != From::Here;
        let linked = plan.by == By::Process && plan.from != From::SupervisedAlone;
        match result {
            Ok(n) => {
                let right = ordered.is_none_or(|at| at == *n);
                let done = matches!(plan.works.get(*n), Some(Work::Returns | Work::Waits(_)));
                right && done && self.seen.insert(*n)
            }
            Err(TaskError::Exited(reason)) => {
                // Whoever shares its tasks' fate has ended by now, if it is certain that nothing
                // came between.
                if linked && self.book.is_exact() {
                    return false;
                }
                match reason {
                    ExitReason::Panic(_) => {
                        self.panics += 1;
                        let planned = |work: &&Work| **work == Work::Panics;
                        let most = plan.works.iter().filter(planned).count();
                        self.panics <= most
                            && ordered.is_none_or(|at| plan.works[at] == Work::Panics)
                    }
                    ExitReason::Killed | ExitReason::Shutdown => supervised,
                    _ => false,
                }
            }
            Err(TaskError::Timeout) => plan.limit.is_some_and(|limit| {
                let Some(at) = ordered else { return true };
                if plan.on_timeout == OnTimeout::End {
                    // It may be that of another task, which comes in place of those before it.
                    return true;
                }
                let quick = match plan.works[at] {
                    Work::Returns => Duration::ZERO,
                    Work::Waits(millis) => Duration::from_millis(millis),
                    Work::Panics | Work::Hangs => limit,
                };
                let certain = self.book.is_exact() && !self.book.plan.jumps;
                let late = began(at).is_some_and(|began| began.elapsed() >= limit);
                late && !(certain && quick + Duration::from_millis(2) < limit)
            }),
            Err(TaskError::Start(error)) => {
                supervised
                    && matches!(
                        error,
                        StartError::MaxChildren | StartError::SupervisorNotRunning(_)
                    )
            }
            Err(_) => false,
        }
    }
}
