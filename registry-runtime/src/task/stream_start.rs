//! Making streams of tasks.

use super::process::Linked;
use super::stream::{AsyncStream, Starter};
use super::{Task, TaskSupervisor};

impl Task<()> {
    /// Runs a task for each item, some at a time, and yields what comes of them; as
    /// [`TaskSupervisor::async_stream`](super::TaskSupervisor::async_stream), with no supervisor.
    ///
    /// Shown in the example of [`AsyncStream`](super::AsyncStream).
    ///
    /// # Elixir
    ///
    /// `Task.async_stream/3`.
    pub fn async_stream<I, F, Fut>(items: I, body: F) -> AsyncStream<I::IntoIter, F, Fut::Output>
    where
        I: IntoIterator,
        F: FnMut(I::Item) -> Fut,
        Fut: Future<Output: Send> + Send + 'static,
    {
        AsyncStream::new(items.into_iter(), body, Starter::Here)
    }
}

impl TaskSupervisor {
    /// Runs a supervised task for each item, some at a time, and yields what comes of them. The tasks
    /// are linked to the process that calls [`next`](AsyncStream::next), if it is called in one. When that process traps
    /// exits, it gets no `Exit` of them: the results tell of their ends.
    ///
    /// # Examples
    ///
    /// ```
    /// # use registry_runtime::prelude::*;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let tasks = TaskSupervisor::builder().start_link()?;
    /// let mut squares = tasks.async_stream(1..=4, async |n| n * n).max_concurrency(2);
    /// let mut sum = 0;
    /// while let Some(square) = squares.next().await {
    ///     sum += square?;
    /// }
    /// assert_eq!(sum, 30);
    /// # Ok(()) }
    /// ```
    ///
    /// # Elixir
    ///
    /// `Task.Supervisor.async_stream/4`.
    pub fn async_stream<I, F, Fut>(
        &self,
        items: I,
        body: F,
    ) -> AsyncStream<I::IntoIter, F, Fut::Output>
    where
        I: IntoIterator,
        F: FnMut(I::Item) -> Fut,
        Fut: Future<Output: Send> + Send + 'static,
    {
        AsyncStream::new(
            items.into_iter(),
            body,
            Starter::Supervisor(self.clone(), Linked::Silently),
        )
    }

    /// As [`async_stream`](Self::async_stream), with tasks that are linked to nobody.
    ///
    /// Takes what [`async_stream`](Self::async_stream) does.
    ///
    /// # Elixir
    ///
    /// `Task.Supervisor.async_stream_nolink/4`.
    pub fn async_stream_nolink<I, F, Fut>(
        &self,
        items: I,
        body: F,
    ) -> AsyncStream<I::IntoIter, F, Fut::Output>
    where
        I: IntoIterator,
        F: FnMut(I::Item) -> Fut,
        Fut: Future<Output: Send> + Send + 'static,
    {
        AsyncStream::new(
            items.into_iter(),
            body,
            Starter::Supervisor(self.clone(), Linked::No),
        )
    }
}
