//! The process that a task is: a future, and a place for what comes out of it.

use std::any::Any;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;

use super::Task;
use crate::gen_server::StartError;
use crate::introspect::report;
use crate::process::cell::TRAP;
use crate::process::launch::Place;
use crate::process::reply::reply_slot;
use crate::process::{Actor, Cell, ExitReason, Pid, Proc, ReplyTo, current, exit, links, resolve};
use crate::supervisor::DynamicSupervisor;

/// The type of process that a task is.
#[derive(Debug)]
pub(crate) enum TaskProcess {}

impl Actor for TaskProcess {
    type Msg = Infallible;

    fn type_name() -> &'static str {
        "Task"
    }

    fn route(message: Box<dyn Any + Send>) -> Result<Infallible, Box<dyn Any + Send>> {
        Err(message)
    }
}

pin_project! {
    /// What a task's process runs.
    ///
    /// The order of the fields is that of their drop: the place among the supervisor's children is
    /// given up before anyone can learn that the task is over. They are no locals of an async block,
    /// since a panic would drop those before the reason is known.
    struct Body<F: Future> {
        #[pin]
        future: F,
        member: Option<Member>,
        silent: Option<SilentLink>,
        reply: Option<ReplyTo<F::Output>>,
    }
}

impl<F: Future> Future for Body<F> {
    type Output = ExitReason;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<ExitReason> {
        let this = self.project();
        let result = ready!(this.future.poll(cx));
        if let Some(member) = this.member.take() {
            member.done();
        }
        if let Some(reply) = this.reply.take() {
            reply.send(result);
        }
        Poll::Ready(ExitReason::Normal)
    }
}

/// A task's place among the children of its supervisor, given up with it.
///
/// The supervisor hears of the end as of any child's; that would be too late for whoever awaits one
/// task and starts the next where there is room for one.
pub(super) struct Member {
    supervisor: DynamicSupervisor,
    cell: Arc<Cell<TaskProcess>>,
    done: bool,
}

impl Member {
    pub(super) fn new(supervisor: DynamicSupervisor, cell: Arc<Cell<TaskProcess>>) -> Self {
        Self {
            supervisor,
            cell,
            done: false,
        }
    }

    fn done(mut self) {
        self.done = true;
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        let pid = self.cell.header.pid;
        self.supervisor.0.forget(pid);
        if self.done {
            return;
        }
        let reason = exit::pending(&*self.cell);
        if !reason.is_orderly() {
            let supervisor = self.supervisor.0.options.name.clone();
            report::child_terminated(pid, TaskProcess::type_name().into(), supervisor, reason);
        }
    }
}

/// Whether a task is linked to the process that starts it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Linked {
    Yes,
    /// It is a task of a stream. Its end is no `Exit` message to an owner that traps exits, which learns of it by the
    /// result: in Elixir, such a task is linked to a process between the two.
    Silently,
    No,
}

/// A [`Linked::Silently`] link: it goes with the body of the task, before the task ends, if the owner traps exits.
struct SilentLink {
    task: Arc<Cell<TaskProcess>>,
    owner: Pid,
}

impl Drop for SilentLink {
    fn drop(&mut self) {
        let owner = resolve(self.owner);
        if owner.is_some_and(|owner| owner.header().has(TRAP)) {
            links::unlink(&*self.task, self.owner);
        }
    }
}

/// Starts a task. `before_run` is called when nothing can go wrong any more.
pub(super) fn launch<F>(
    place: Place<'_>,
    linked: Linked,
    future: F,
    before_run: impl FnOnce(&Arc<Cell<TaskProcess>>) -> Option<Member>,
) -> Result<Task<F::Output>, StartError>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    let cell = place.prepare::<TaskProcess>(None, |_| Ok(()))?;
    let member = before_run(&cell);
    let owner = match linked {
        Linked::Yes | Linked::Silently => current::get(),
        Linked::No => None,
    };
    if let Some(owner) = &owner {
        links::link(&**owner, cell.header.pid);
    }
    let owner = owner.map(|owner| owner.header().pid);
    let silent = owner
        .filter(|_| matches!(linked, Linked::Silently))
        .map(|owner| SilentLink {
            task: Arc::clone(&cell),
            owner,
        });
    let (reply, answer) = reply_slot();
    let body = Body {
        future,
        member,
        silent,
        reply: Some(reply),
    };
    let launched = place.run_plain(cell, body);
    Ok(Task::new(launched.cell as Arc<dyn Proc>, answer, owner))
}
