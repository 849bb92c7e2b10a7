//! Getting on in a stream of tasks.

use std::future::poll_fn;
use std::task::{Context, Poll};

use tokio::time::Instant;

use super::process::Linked;
use super::start::try_begin;
use super::stream::Starter;
use super::{AsyncStream, OnTimeout, TaskError};
use crate::gen_server::StartError;
use crate::process::ExitReason;
use crate::process::alarm::{Alarm, far_enough};

impl<I: Iterator, F, T> AsyncStream<I, F, T> {
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
            let (rings_for, alarm) = self.alarm.get_or_insert_with(|| {
                let left = deadline.saturating_duration_since(Instant::now());
                (number, Alarm::new(left, self.running.runtime().as_ref()))
            });
            if *rings_for != number {
                self.alarm = None;
                continue;
            }
            if alarm.poll(cx).is_pending() {
                return Poll::Pending;
            }
            self.alarm = None;
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
    /// Shown in the [example](Self#examples).
    ///
    /// # Cancel safety
    ///
    /// Safe: a result is taken out only when it is returned. The tasks run on, and no others are
    /// started until `next` is called again.
    pub async fn next(&mut self) -> Option<Result<Fut::Output, TaskError>> {
        poll_fn(|cx| self.poll_next(cx)).await
    }

    /// As [`next`](Self::next), for other kinds of streams to be made of.
    ///
    /// Shown in the [example](Self#examples).
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
            Starter::Here => try_begin(Linked::Silently, future)?,
            Starter::Supervisor(supervisor, linked) => supervisor.spawn(*linked, future)?,
        };
        if let Some(limit) = self.limit {
            let until = far_enough(limit);
            self.deadlines
                .extend(until.map(|until| (self.started, until)));
        }
        self.running.insert(self.started, task);
        self.started += 1;
        Ok(())
    }

    /// Waits for all results.
    ///
    /// Shown in the [example](Self#examples).
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
