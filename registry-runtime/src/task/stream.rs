//! Streams of tasks: one for each item, a number of them at a time.

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::fmt;
use std::iter::Fuse;
use std::num::NonZeroUsize;
use std::time::Duration;

use tokio::time::Instant;

use super::process::Linked;
use super::set::TaskSet;
use super::{Task, TaskError, TaskSupervisor};
use crate::process::alarm::Alarm;

/// What a stream does when a task takes too long.
///
/// Shown in the example of [`AsyncStream`].
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
/// # Examples
///
/// ```
/// # use registry_runtime::prelude::*;
/// use std::time::Duration;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut squares = Task::async_stream(1..=3_u64, async |n| n * n)
///     .max_concurrency(2)
///     .unordered()
///     .timeout(Duration::from_secs(1))
///     .on_timeout(OnTimeout::KillTask);
/// let mut sum = 0;
/// while let Some(square) = squares.next().await {
///     sum += square?;
/// }
/// assert_eq!(sum, 14);
///
/// let words = Task::async_stream(["a", "b"], async |word| word.to_uppercase()).collect().await;
/// assert_eq!(words, [Ok("A".to_owned()), Ok("B".to_owned())]);  // in order
/// # Ok(())
/// # }
/// ```
///
/// # Elixir
///
/// The stream that `Task.Supervisor.async_stream/4` returns. `:zip_input_on_exit` is left out: results
/// in order can be zipped with the items, and others can carry them.
#[must_use = "a stream does nothing until `next` is called"]
pub struct AsyncStream<I: Iterator, F, T> {
    pub(super) items: Fuse<I>,
    pub(super) body: F,
    pub(super) starter: Starter,
    pub(super) at_a_time: usize,
    pub(super) ordered: bool,
    pub(super) limit: Option<Duration>,
    pub(super) on_timeout: OnTimeout,
    pub(super) running: TaskSet<T, Task<T>>,
    /// When each task's time is up, in the order they were started.
    pub(super) deadlines: VecDeque<(u64, Instant)>,
    /// Rings when the time of the task with this number is up.
    pub(super) alarm: Option<(u64, Alarm)>,
    /// Killed since they took too long, and not gone yet.
    pub(super) timed_out: HashSet<u64>,
    /// Results that wait to be yielded.
    pub(super) results: BTreeMap<u64, Result<T, TaskError>>,
    pub(super) started: u64,
    pub(super) yielded: u64,
    pub(super) ended: bool,
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
            alarm: None,
            timed_out: HashSet::new(),
            results: BTreeMap::new(),
            started: 0,
            yielded: 0,
            ended: false,
        }
    }

    /// How many tasks may run at a time; as many as the machine runs threads at once unless it is
    /// called. 0 counts as 1.
    ///
    /// Shown in the [example](Self#examples).
    pub fn max_concurrency(mut self, most: usize) -> Self {
        self.at_a_time = most.max(1);
        self
    }

    /// Has results come as they are done, instead of in the order of the items.
    ///
    /// Shown in the [example](Self#examples).
    pub fn unordered(mut self) -> Self {
        self.ordered = false;
        self
    }

    /// How long each task may take, from its own start; five seconds unless it is called, `None` for
    /// as long as it takes.
    ///
    /// Shown in the [example](Self#examples).
    pub fn timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.limit = limit.into();
        self
    }

    /// Says what happens when a task takes too long.
    ///
    /// Shown in the [example](Self#examples).
    pub fn on_timeout(mut self, on_timeout: OnTimeout) -> Self {
        self.on_timeout = on_timeout;
        self
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
