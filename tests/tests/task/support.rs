//! What the tests of tasks share.

use std::future::pending;
use std::time::Duration;

use registry_runtime::prelude::*;
use tokio::sync::oneshot;

/// Long enough for anything on the paused clock, and far from any default.
pub(crate) const HOUR: Duration = Duration::from_secs(3600);

/// Runs `body` in a process of its own.
pub(crate) async fn in_process<T, F, Fut>(body: F) -> T
where
    T: Send + 'static,
    F: FnOnce(Process<()>) -> Fut + Send + 'static,
    Fut: Future<Output = T> + Send + 'static,
{
    let (send, receive) = oneshot::channel();
    let process = spawn(async |ctx: Process<()>| {
        let _ = send.send(body(ctx).await);
    });
    if let Ok(result) = receive.await {
        return result;
    }
    panic!("the process ended: {}", process.pid().ended().await)
}

/// A process that traps exits, and what `body` makes of it.
pub(crate) async fn in_trapping_process<T, F, Fut>(body: F) -> T
where
    T: Send + 'static,
    F: FnOnce(Process<()>) -> Fut + Send + 'static,
    Fut: Future<Output = T> + Send + 'static,
{
    in_process(async |ctx: Process<()>| {
        ctx.trap_exit(true);
        body(ctx).await
    })
    .await
}

/// Ends the task that awaits it with `reason`, as Elixir's `exit/1`.
pub(crate) async fn exit(me: oneshot::Receiver<Pid>, reason: ExitReason) {
    if let Ok(me) = me.await {
        me.exit(reason);
    }
    pending::<()>().await;
}

/// A task that ends itself with `reason`.
pub(crate) fn exiting(reason: ExitReason) -> Task<()> {
    let (send, me) = oneshot::channel();
    let task = Task::run(exit(me, reason));
    let _ = send.send(task.pid());
    task
}

/// Sleeps this many milliseconds of the paused clock, as Elixir's tests do.
pub(crate) async fn sleep(millis: u64) -> u64 {
    tokio::time::sleep(Duration::from_millis(millis)).await;
    millis
}

/// A reason that is none of the ordinary ones.
pub(crate) fn unknown() -> ExitReason {
    ExitReason::error("unknown")
}

pub(crate) fn exited<T>(reason: ExitReason) -> Result<T, TaskError> {
    Err(TaskError::Exited(reason))
}
