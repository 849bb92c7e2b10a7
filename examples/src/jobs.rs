//! Jobs that run a few at a time, and are tried again when they fail.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use registry_runtime::Backoff;
use registry_runtime::prelude::*;

/// How often a job is tried in all.
pub const ATTEMPTS: u32 = 4;

/// How long a job that has failed waits: the first time, and at most.
const BACKOFF: Backoff = Backoff::exponential(Duration::from_millis(100), Duration::from_secs(2));

supervision_tree! {
    /// The queue, and the workers that it has started.
    pub Jobs, strategy = rest_for_one;

    /// The servers that there is one of.
    registry!<pub Servers, keys = unique, key = String>;
    /// One worker a job: that many run at a time, those that wait for their next try among them.
    dynamic_supervisor!<pub Workers, max_children = 4, holds = [Worker]>;
    Queue();
}

/// What a job does, at each attempt anew; the first attempt is number 1.
#[derive(Clone)]
pub struct Job(Arc<dyn Fn(u32) -> Running + Send + Sync>);

type Running = Pin<Box<dyn Future<Output = Result<String, String>> + Send>>;

impl Job {
    /// A job from an async function of the attempt's number.
    #[must_use]
    pub fn new<F, Fut>(work: F) -> Self
    where
        F: Fn(u32) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<String, String>> + Send + 'static,
    {
        Self(Arc::new(move |attempt| Box::pin(work(attempt))))
    }
}

impl fmt::Debug for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Job(..)")
    }
}

/// What became of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// What it returned; or what its last attempt failed of, be it an error, a panic or a kill.
    pub result: Result<String, ExitReason>,
    /// How often it was tried.
    pub attempts: u32,
}

/// Starts workers while there is room, counts their attempts, and answers when a job is over.
#[gen_server(registry = Servers, key = "queue", call_timeout = infinity)]
#[derive(Debug)]
pub struct Queue {
    #[default]
    last: u64,
    /// The jobs that have no worker yet.
    #[default]
    waiting: VecDeque<(u64, Job)>,
    /// What is known of the jobs that are not over.
    #[default]
    jobs: HashMap<u64, Entry>,
    /// Which job a worker works at.
    #[default]
    workers: HashMap<Pid, u64>,
}

#[derive(Debug)]
struct Entry {
    attempts: u32,
    done: Option<String>,
    reply: ReplyTo<Outcome>,
}

#[gen_server]
impl Queue {
    /// Runs a job: answers when it has succeeded, or was tried often enough.
    #[call]
    pub async fn run(&mut self, reply: ReplyTo<Outcome>, job: Job) {
        self.last += 1;
        self.jobs.insert(
            self.last,
            Entry {
                attempts: 0,
                done: None,
                reply,
            },
        );
        self.waiting.push_back((self.last, job));
        self.fill().await;
    }

    /// A worker is about to try: the number of the attempt, or `None` if it need not.
    #[call]
    fn begin(&mut self, ctx: &mut Ctx<Self>, id: u64, worker: Pid) -> Option<u32> {
        let _monitor = ctx.monitor(worker);
        self.workers.insert(worker, id);
        let entry = self.jobs.get_mut(&id)?;
        entry.attempts += 1;
        Some(entry.attempts)
    }

    #[cast]
    fn done(&mut self, id: u64, value: String) {
        if let Some(entry) = self.jobs.get_mut(&id) {
            entry.done = Some(value);
        }
    }

    /// A worker has ended, of whatever it may be: this comes after all that it has said.
    #[info]
    async fn on_down(&mut self, down: Down) {
        let Some(id) = self.workers.remove(&down.pid) else {
            return;
        };
        let goes_on = |entry: &Entry| entry.done.is_none() && entry.attempts < ATTEMPTS;
        if self.jobs.get(&id).is_some_and(goes_on) {
            // Its supervisor starts it again, when it has waited.
            return;
        }
        // It is not started again any more, and when this returns its place is free.
        let _ = Workers::terminate_child(down.pid).await;
        if let Some(Entry {
            attempts,
            done,
            reply,
        }) = self.jobs.remove(&id)
        {
            reply.send(Outcome {
                result: done.ok_or(down.reason),
                attempts,
            });
        }
        self.fill().await;
    }

    /// Starts workers until there are as many as there may be.
    async fn fill(&mut self) {
        while let Some((id, job)) = self.waiting.pop_front() {
            let worker = Worker::child_spec(id, job.clone()).restart(Restart::Transient);
            match Workers::start_child(worker.backoff(BACKOFF)).await {
                Ok(_) => {}
                Err(StartError::MaxChildren) => return self.waiting.push_front((id, job)),
                Err(error) => {
                    if let Some(Entry { reply, .. }) = self.jobs.remove(&id) {
                        let result = Err(ExitReason::error(error));
                        reply.send(Outcome {
                            result,
                            attempts: 0,
                        });
                    }
                }
            }
        }
    }
}

/// Works at one job. It does not deal with failure: it ends, and its supervisor starts it again.
#[gen_server]
#[derive(Debug)]
pub struct Worker {
    id: u64,
    job: Job,
}

/// What a worker tells itself, so that whoever starts it need not wait for the work.
#[derive(Debug)]
struct Go;

#[gen_server]
impl Worker {
    fn init(&mut self, ctx: &mut Ctx<Self>) {
        ctx.continue_with(Go);
    }

    #[info]
    async fn go(&mut self, ctx: &mut Ctx<Self>, _go: Go) {
        let attempt = match Queue::via().begin(self.id, ctx.pid()).await {
            Ok(Some(attempt)) => attempt,
            Ok(None) => return ctx.stop(ExitReason::Normal),
            Err(error) => return ctx.stop(ExitReason::error(error)),
        };
        match (self.job.0)(attempt).await {
            Ok(value) => {
                let _ = Queue::via().done(self.id, value);
                ctx.stop(ExitReason::Normal);
            }
            Err(error) => ctx.stop(ExitReason::error(error)),
        }
    }
}
