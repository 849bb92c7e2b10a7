//! Streams of tasks: one for each item, a number of them at a time.

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::fmt;
use std::future::poll_fn;
use std::iter::Fuse;
use std::num::NonZeroUsize;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until};

use super::set::TaskSet;
use super::start::begin;
use super::supervisor::Linked;
use super::{Task, TaskError, TaskSupervisor};
use crate::gen_server::StartError;
use crate::process::ExitReason;
use crate::process::timers::far_enough;

/// What a stream does when a task takes too long.
///
/// # Elixir
///
/// `:on_timeout`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnTimeout {
    /// It kills all of its tasks, yields the time-out, and ends.
    #[default]
    End,
    /// It kills the task, yields the time-out in its place, and goes on.
    KillTask,
}

/// Who starts a stream's tasks.
pub(super) enum Starter {
    Here,
    Supervisor(TaskSupervisor, Linked),
}

/// Tasks for the items of an iterator, a number of them at a time, and what comes of them.
///
/// Made by [`TaskSupervisor::async_stream`] and [`Task::async_stream`]. Nothing runs before the first
/// [`next`](Self::next), and tasks are started only while one waits in it. Dropping the stream kills
/// the tasks that run.
///
/// Results come in the order of the items: those that are done sooner wait for those before them,
/// in memory. [`unordered`](Self::unordered) yields each as it comes.
///
/// # Elixir
///
/// The stream that `Task.Supervisor.async_stream/4` returns. `:zip_input_on_exit` is left out: results
/// in order can be zipped with the items, and others can carry them.
#[must_use = "a stream does nothing until `next` is called"]
pub struct AsyncStream<I: Iterator, F, T> {
    items: Fuse<I>,
    body: F,
    starter: Starter,
    at_a_time: usize,
    ordered: bool,
    limit: Option<Duration>,
    on_timeout: OnTimeout,
    running: TaskSet<T, Task<T>>,
    /// When each task's time is up, in the order they were started.
    deadlines: VecDeque<(u64, Instant)>,
    sleep: Option<Pin<Box<Sleep>>>,
    /// Killed since they took too long, and not gone yet.
    timed_out: HashSet<u64>,
    /// Results that wait to be yielded.
    results: BTreeMap<u64, Result<T, TaskError>>,
    started: u64,
    yielded: u64,
    ended: bool,
}

impl<I: Iterator, F, T> AsyncStream<I, F, T> {
    pub(super) fn new(items: I, body: F, starter: Starter) -> Self {
        Self {
            items: items.fuse(),
            body,
            starter,
            at_a_time: std::thread::available_parallelism().map_or(1, NonZeroUsize::get),
            ordered: true,
            limit: Some(Duration::from_secs(5)),
            on_timeout: OnTimeout::default(),
            running: TaskSet::new(),
            deadlines: VecDeque::new(),
            sleep: None,
            timed_out: HashSet::new(),
            results: BTreeMap::new(),
            started: 0,
            yielded: 0,
            ended: false,
        }
    }

    /// How many tasks may run at a time; as many as the machine runs threads at once unless it is
    /// called. 0 counts as 1.
    pub fn max_concurrency(mut self, most: usize) -> Self {
        self.at_a_time = most.max(1);
        self
    }

    /// Has results come as they are done, instead of in the order of the items.
    pub fn unordered(mut self) -> Self {
        self.ordered = false;
        self
    }

    /// How long each task may take, from its own start; five seconds unless it is called, `None` for
    /// as long as it takes.
    pub fn timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.limit = limit.into();
        self
    }

    /// Says what happens when a task takes too long.
    pub fn on_timeout(mut self, on_timeout: OnTimeout) -> Self {
        self.on_timeout = on_timeout;
        self
    }

    /// The result to yield now, if it is there.
    fn take_result(&mut self) -> Option<Result<T, TaskError>> {
        if !self.ordered {
            return self.results.pop_first().map(|(_, result)| result);
        }
        let result = self.results.remove(&self.yielded)?;
        self.yielded += 1;
        Some(result)
    }

    /// Ends the stream: its tasks are killed, and it yields nothing after `error`.
    fn end(&mut self, error: TaskError) -> Poll<Option<Result<T, TaskError>>> {
        self.ended = true;
        self.running.kill_all();
        self.results.clear();
        Poll::Ready(Some(Err(error)))
    }

    fn task_is_over(&mut self, number: u64, result: Result<T, TaskError>) {
        let killed = self.timed_out.remove(&number);
        let result = match result {
            Err(TaskError::Exited(ExitReason::Killed)) if killed => Err(TaskError::Timeout),
            result => result,
        };
        self.results.insert(number, result);
    }

    /// The next task whose time is up.
    fn poll_deadline(&mut self, cx: &mut Context<'_>) -> Poll<u64> {
        loop {
            let Some(&(number, deadline)) = self.deadlines.front() else {
                return Poll::Pending;
            };
            if !self.running.contains(number) {
                self.deadlines.pop_front();
                continue;
            }
            let sleep = self.sleep.get_or_insert_with(|| Box::pin(sleep_until(deadline)));
            if sleep.deadline() != deadline {
                sleep.as_mut().reset(deadline);
            }
            if sleep.as_mut().poll(cx).is_pending() {
                return Poll::Pending;
            }
            self.deadlines.pop_front();
            return Poll::Ready(number);
        }
    }
}

impl<I, F, Fut> AsyncStream<I, F, Fut::Output>
where
    I: Iterator,
    F: FnMut(I::Item) -> Fut,
    Fut: Future<Output: Send> + Send + 'static,
{
    /// Waits for the next result; `None` when there are no more.
    ///
    /// Each item yields what its task returned, [`TaskError::Exited`] or [`TaskError::Timeout`]; the
    /// stream ends with [`TaskError::Start`] when a task cannot be started, and its others are killed.
    ///
    /// # Cancel safety
    ///
    /// Safe: a result is taken out only when it is returned. The tasks run on, and no others are
    /// started until `next` is called again.
    pub async fn next(&mut self) -> Option<Result<Fut::Output, TaskError>> {
        poll_fn(|cx| self.poll_next(cx)).await
    }

    /// As [`next`](Self::next), for other kinds of streams to be made of.
    pub fn poll_next(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Fut::Output, TaskError>>> {
        loop {
            if self.ended {
                return Poll::Ready(None);
            }
            if let Some(result) = self.take_result() {
                return Poll::Ready(Some(result));
            }
            while self.running.len() < self.at_a_time {
                let Some(item) = self.items.next() else { break };
                if let Err(error) = self.start(item) {
                    return self.end(TaskError::Start(error));
                }
            }
            match self.running.poll_next(cx) {
                Poll::Ready(Some((number, result))) => {
                    self.task_is_over(number, result);
                    continue;
                }
                Poll::Ready(None) => return Poll::Ready(None),
                Poll::Pending => {}
            }
            match self.poll_deadline(cx) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(_) if self.on_timeout == OnTimeout::End => {
                    return self.end(TaskError::Timeout);
                }
                // Yielded once it is gone: until then it counts among those that run.
                Poll::Ready(number) => {
                    self.timed_out.insert(number);
                    self.running.kill(number);
                }
            }
        }
    }

    fn start(&mut self, item: I::Item) -> Result<(), StartError> {
        let future = (self.body)(item);
        let task = match &self.starter {
            Starter::Here => begin(true, future),
            Starter::Supervisor(supervisor, linked) => supervisor.spawn(*linked, future)?,
        };
        if let Some(limit) = self.limit {
            self.deadlines.push_back((self.started, far_enough(limit)));
        }
        self.running.insert(self.started, task);
        self.started += 1;
        Ok(())
    }

    /// Waits for all results.
    ///
    /// # Cancel safety
    ///
    /// When it is dropped, the tasks that run are killed, and the results are lost.
    ///
    /// # Elixir
    ///
    /// `Enum.to_list/1`.
    pub async fn collect(mut self) -> Vec<Result<Fut::Output, TaskError>> {
        let mut results = Vec::new();
        while let Some(result) = self.next().await {
            results.push(result);
        }
        results
    }
}

impl<I: Iterator, F, T> Drop for AsyncStream<I, F, T> {
    fn drop(&mut self) {
        self.running.kill_all();
    }
}

impl<I: Iterator, F, T> fmt::Debug for AsyncStream<I, F, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsyncStream")
            .field("running", &self.running.len())
            .field("max_concurrency", &self.at_a_time)
            .finish_non_exhaustive()
    }
}
