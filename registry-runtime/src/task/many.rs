//! Waiting for several tasks.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::time::Duration;

use super::set::TaskSet;
use super::{Task, TaskError};
use crate::process::alarm::within;

/// Kills the tasks that are left when the wait ends early, however it does.
struct KillLeft<T>(TaskSet<T, Task<T>>);

impl<T> Drop for KillLeft<T> {
    fn drop(&mut self) {
        self.0.kill_all();
    }
}

impl<T> Task<T> {
    /// Waits for the results of all tasks, at most `limit` altogether; in the order of the tasks.
    ///
    /// As soon as one of them fails, and when time is up, those that are left are killed.
    ///
    /// # Errors
    ///
    /// [`TaskError::Exited`] with the reason of the first to end without a result;
    /// [`TaskError::Timeout`].
    ///
    /// # Cancel safety
    ///
    /// When it is dropped, the tasks that are left are killed.
    ///
    /// # Examples
    ///
    /// ```
    /// # use registry_runtime::prelude::*;
    /// # use std::time::Duration;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), TaskError> {
    /// let tasks = (1..=3).map(|n| Task::run(async move { n * n }));
    /// assert_eq!(Task::await_many(tasks, Duration::from_secs(5)).await?, [1, 4, 9]);
    /// # Ok(()) }
    /// ```
    ///
    /// # Elixir
    ///
    /// `Task.await_many/2`, which ends the caller as well; its default is five seconds.
    pub async fn await_many(
        tasks: impl IntoIterator<Item = Self>,
        limit: Duration,
    ) -> Result<Vec<T>, TaskError> {
        let mut left = KillLeft(TaskSet::new());
        for (number, task) in (0..).zip(tasks) {
            left.0.insert(number, task);
        }
        let runtime = left.0.runtime();
        let all = async {
            let mut results = BTreeMap::new();
            while let Some((number, result)) = poll_fn(|cx| left.0.poll_next(cx)).await {
                results.insert(number, result?);
            }
            Ok(results.into_values().collect())
        };
        let all = within(limit, runtime.as_ref(), all).await;
        all.unwrap_or(Err(TaskError::Timeout))
    }

    /// Waits until all tasks are done, at most `limit`; what each has come to, in their order, `None`
    /// for those that run on.
    ///
    /// # Cancel safety
    ///
    /// Results that have come in are lost when it is dropped; the tasks run on.
    ///
    /// # Examples
    ///
    /// ```
    /// # use registry_runtime::prelude::*;
    /// use std::time::Duration;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let quick = Task::run(std::future::ready(1));
    /// let never = Task::run(std::future::pending());
    /// let mut tasks = [quick, never];
    /// let results = Task::yield_many(&mut tasks, Duration::from_millis(1)).await;
    /// assert_eq!(results, [Some(Ok(1)), None]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Elixir
    ///
    /// `Task.yield_many/2`.
    pub async fn yield_many(
        tasks: &mut [Self],
        limit: Duration,
    ) -> Vec<Option<Result<T, TaskError>>> {
        let mut results: Vec<_> = tasks.iter().map(|_| None).collect();
        let mut left = TaskSet::new();
        for (number, task) in (0..).zip(tasks) {
            left.insert(number, task);
        }
        let runtime = left.runtime();
        let all = async {
            while let Some((number, result)) = poll_fn(|cx| left.poll_next(cx)).await {
                let place = usize::try_from(number)
                    .ok()
                    .and_then(|at| results.get_mut(at));
                if let Some(place) = place {
                    *place = Some(result);
                }
            }
        };
        within(limit, runtime.as_ref(), all).await;
        results
    }
}
