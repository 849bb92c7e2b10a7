//! `Ctx`: a process's own handle, and its side of the mailbox.

use std::any::Any;
use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::time::Instant;

use super::alarm::Alarm;
use super::cell::{EXIT, KILL, TRAP};
use super::mailbox::Mailbox;
use super::signal::{Down, Envelope, MonitorRef};
use super::timers::{Timed, TimerRef, Timers};
use super::{Actor, Cell, ExitReason, Info, Pid, current, exit, links, panics};
use crate::node::Node;
use crate::sync::Ordering;

/// After this many turns in one go, a process lets other tasks have the thread.
const BURST: u32 = 128;

/// A process's own handle: what only the process itself may do.
///
/// Handlers, `init` and `terminate` may take a `&mut Ctx<Self>`. Having it proves to be the
/// process: registering, linking, monitoring and receiving ask for it.
///
/// # Examples
///
/// ```
/// # use registry_runtime::prelude::*;
/// use std::time::Duration;
///
/// struct Tick;
///
/// #[gen_server]
/// struct Countdown { left: u32 }
///
/// #[gen_server]
/// impl Countdown {
///     fn init(&mut self, ctx: &mut Ctx<Self>) {
///         assert!(ctx.pid().is_alive() && *ctx.node() == Node::current());
///         assert_eq!(ctx.parent(), None);  // `start` links to nobody
///         ctx.continue_with(Tick);
///     }
///
///     #[info]
///     fn tick(&mut self, ctx: &mut Ctx<Self>, _: Tick) {
///         match self.left.checked_sub(1) {
///             Some(left) => self.left = left,
///             None => return ctx.stop(ExitReason::Shutdown),
///         }
///         ctx.send_after(Duration::from_millis(1), Tick);
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let countdown = Countdown::start(3).await?;
/// assert_eq!(countdown.pid().ended().await, ExitReason::Shutdown);
/// # Ok(())
/// # }
/// ```
///
/// # Elixir
///
/// `self()` and the functions of `Process` that act on the caller.
pub struct Ctx<A: Actor> {
    pub(crate) cell: Arc<Cell<A>>,
    pub(crate) batch: VecDeque<Envelope<A::Msg>>,
    /// Counts turns down to the next time that others get the thread.
    burst: u32,
    /// The mailbox has been told to wake something else than the task; plain processes'.
    elsewhere: bool,
    pub(crate) local: Option<Box<Local<A::Msg>>>,
}

/// What most processes never need.
pub(crate) struct Local<M> {
    pub(crate) stop: Option<ExitReason>,
    continues: VecDeque<M>,
    /// What selective receives passed over; plain processes'.
    pub(crate) saved: VecDeque<Envelope<M>>,
    timers: Timers<M>,
    idle: Option<Idle>,
}

struct Idle {
    after: Duration,
    alarm: Option<Alarm>,
}

/// What a process finds when it looks for something to do.
pub(crate) enum Next<M> {
    Message(M),
    Any(Box<dyn Any + Send>),
    /// An exit signal is to be obeyed.
    Exit,
}

/// No message has come for as long as [`Ctx::idle_timeout`] said. Handled by
/// `#[info] fn …(&mut self, _: IdleTimeout)`.
///
/// Shown in the example of [`Ctx::idle_timeout`].
///
/// # Elixir
///
/// The `:timeout` message of a `{:noreply, state, timeout}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct IdleTimeout;

impl<M> Local<M> {
    /// A message has come: the idle time counts from here.
    fn restart_idle(&mut self) {
        if let Some(idle) = &mut self.idle {
            idle.alarm = None;
        }
    }

    /// What goes before the messages of this round: a continue, or a timer of this round.
    fn before_messages(&mut self) -> Option<M> {
        let next = self.continues.pop_front();
        let message = next.or_else(|| self.timers.next_turn())?;
        self.restart_idle();
        Some(message)
    }

    /// Begins a round: the first timer that has its turn in it.
    fn begin_round(&mut self) -> Option<M> {
        let message = self.timers.begin_round()?;
        self.restart_idle();
        Some(message)
    }

    /// Waits for a timer or for the idle time, when there is nothing to do.
    // Out of the loop, as few processes have such a time.
    #[inline(never)]
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Next<M>> {
        if let Poll::Ready(message) = self.timers.poll(cx) {
            self.restart_idle();
            return Poll::Ready(Next::Message(message));
        }
        let Some(idle) = &mut self.idle else {
            return Poll::Pending;
        };
        let after = idle.after;
        let alarm = idle.alarm.get_or_insert_with(|| Alarm::new(after, None));
        if alarm.poll(cx).is_pending() {
            return Poll::Pending;
        }
        // Once: the next one counts from the next message on, or from a new call.
        self.idle = None;
        Poll::Ready(Next::Any(Box::new(IdleTimeout)))
    }
}

impl<M> Default for Local<M> {
    fn default() -> Self {
        Self {
            stop: None,
            continues: VecDeque::new(),
            saved: VecDeque::new(),
            timers: Timers::default(),
            idle: None,
        }
    }
}

impl<A: Actor> Ctx<A> {
    pub(crate) fn new(cell: Arc<Cell<A>>) -> Self {
        Self {
            cell,
            batch: VecDeque::new(),
            burst: BURST,
            elsewhere: false,
            local: None,
        }
    }

    pub(crate) fn cell(&self) -> &Arc<Cell<A>> {
        &self.cell
    }

    pub(crate) fn local(&mut self) -> &mut Local<A::Msg> {
        self.local.get_or_insert_default()
    }

    /// This process's pid.
    ///
    /// Shown in the [example](Self#examples).
    ///
    /// # Elixir
    ///
    /// `self/0`.
    #[must_use]
    pub fn pid(&self) -> Pid {
        self.cell.header.pid
    }

    /// The node that this process lives on.
    ///
    /// Shown in the [example](Self#examples).
    #[must_use]
    pub fn node(&self) -> &Node {
        &self.cell.header.node
    }

    /// The process that started this one with a link: its supervisor, mostly.
    ///
    /// Shown in the [example](Self#examples).
    #[must_use]
    pub fn parent(&self) -> Option<Pid> {
        self.cell.header.parent
    }

    /// Sends a message to this process itself after `after`. The timer dies with the process.
    ///
    /// Shown in the [example](Self#examples).
    ///
    /// # Elixir
    ///
    /// `Process.send_after(self(), message, time)`.
    pub fn send_after<M>(&mut self, after: Duration, message: M) -> TimerRef
    where
        A: Info<M>,
    {
        self.add_timer(after, Timed::Once(A::wrap(message)))
    }

    /// Sends a clone of a message to this process every `period`, the first after one `period`.
    /// Ticks that the process was too busy for are left out, not made up for.
    ///
    /// # Examples
    ///
    /// ```
    /// # use registry_runtime::prelude::*;
    /// use registry_runtime::TimerRef;
    /// use std::time::Duration;
    ///
    /// #[derive(Clone)]
    /// struct Tick;
    ///
    /// #[gen_server]
    /// struct Clock { #[default] ticks: u32, #[default] timer: Option<TimerRef> }
    ///
    /// #[gen_server]
    /// impl Clock {
    ///     fn init(&mut self, ctx: &mut Ctx<Self>) {
    ///         self.timer = Some(ctx.interval(Duration::from_millis(1), Tick));
    ///     }
    ///
    ///     #[info]
    ///     fn tick(&mut self, ctx: &mut Ctx<Self>, _: Tick) {
    ///         self.ticks += 1;
    ///         if let Some(timer) = self.timer.take_if(|_| self.ticks == 3) {
    ///             assert!(ctx.cancel_timer(timer).is_some());
    ///             ctx.stop(ExitReason::Normal);
    ///         }
    ///     }
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let clock = Clock::start().await?;
    /// assert!(clock.ended().await.is_normal());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Elixir
    ///
    /// `:timer.send_interval/2`.
    pub fn interval<M>(&mut self, period: Duration, message: M) -> TimerRef
    where
        A: Info<M>,
        M: Clone + Send + 'static,
    {
        // A period of nothing would never let the process do anything else.
        let period = period.max(Duration::from_millis(1));
        let make = move || A::wrap(message.clone());
        self.add_timer(period, Timed::Every(period, Box::new(make)))
    }

    /// Cancels a timer of this process: the time it had left, or `None` if it is over. A message of a timer
    /// that was cancelled never comes.
    ///
    /// Shown in the example of [`interval`](Self::interval).
    ///
    /// # Elixir
    ///
    /// `Process.cancel_timer/1`. There a timer that is due is over; here it is over when its message is
    /// handled, and the time left of one that is due is zero.
    pub fn cancel_timer(&mut self, timer: TimerRef) -> Option<Duration> {
        self.local.as_mut()?.timers.cancel(timer)
    }

    /// Links this process with another: when one ends, the other gets an exit signal. A link to a
    /// process that does not exist is answered by a signal with [`ExitReason::NoProc`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use registry_runtime::prelude::*;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let other = spawn(async |mut ctx: Process<()>| ctx.recv().await);
    /// let pid = other.pid();
    /// let linked = spawn(async move |mut ctx: Process<()>| {
    ///     ctx.trap_exit(true);
    ///     ctx.link(pid);
    ///     ctx.exit(pid, ExitReason::Kill);
    ///     let exit: Exit = ctx.recv_info().await;  // without `trap_exit` it would have ended by it
    ///     assert_eq!((exit.from, exit.reason), (Some(pid), ExitReason::Killed));
    ///     ctx.unlink(pid);
    /// });
    /// assert!(linked.ended().await.is_normal());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Elixir
    ///
    /// `Process.link/1`.
    pub fn link(&self, pid: Pid) {
        links::link(&*self.cell, pid);
    }

    /// Undoes [`Ctx::link`], whichever side made the link.
    ///
    /// It is final: once it has returned, the link has no effect on this process any more, unless it is
    /// made anew. What the other's death has done before stays. An [`Exit`](super::Exit) that is in the mailbox already is still
    /// received, and a process that does not trap exits and has been told to end still ends.
    ///
    /// Shown in the example of [`link`](Self::link).
    ///
    /// # Elixir
    ///
    /// `Process.unlink/1`.
    pub fn unlink(&self, pid: Pid) {
        links::unlink(&*self.cell, pid);
    }

    /// Has this process told of another's death, by a [`Down`] that comes after all that the other
    /// had sent; at once, with [`ExitReason::NoProc`], if there is no such process.
    ///
    /// # Examples
    ///
    /// ```
    /// # use registry_runtime::prelude::*;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let other = spawn(async |mut ctx: Process<()>| ctx.recv().await);
    /// let watcher = spawn(async move |mut ctx: Process<()>| {
    ///     let monitor = ctx.monitor(other.pid());
    ///     let twice = ctx.monitor(other.pid());
    ///     assert!(ctx.demonitor(twice));       // no word of that one
    ///     other.pid().exit(ExitReason::Kill);
    ///     let down: Down = ctx.recv_info().await;
    ///     assert_eq!((down.monitor, down.reason), (monitor, ExitReason::Killed));
    ///     assert!(!ctx.demonitor_flush(monitor));  // it is over
    /// });
    /// assert!(watcher.ended().await.is_normal());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Elixir
    ///
    /// `Process.monitor/1`.
    #[must_use = "the reference tells which monitor a `Down` belongs to"]
    pub fn monitor(&self, pid: Pid) -> MonitorRef {
        links::monitor(&*self.cell, pid)
    }

    /// Ends a monitor; `false` if it was over.
    ///
    /// It is final: once it has returned, no [`Down`] of this monitor is put into the mailbox any more. One
    /// that is there already stays there: then `false` comes back. [`Ctx::demonitor_flush`] takes it out.
    ///
    /// Shown in the example of [`monitor`](Self::monitor).
    ///
    /// # Elixir
    ///
    /// `Process.demonitor/1`.
    #[expect(clippy::must_use_candidate, reason = "it is called for what it does")]
    pub fn demonitor(&self, monitor: MonitorRef) -> bool {
        links::demonitor(&*self.cell, monitor)
    }

    /// Ends a monitor, and takes its [`Down`] out of the mailbox if it is there already. Once it has
    /// returned, this process receives no `Down` of this monitor any more. `false` if the monitor was over.
    ///
    /// Shown in the example of [`monitor`](Self::monitor).
    ///
    /// # Elixir
    ///
    /// `Process.demonitor(ref, [:flush])`.
    pub fn demonitor_flush(&mut self, monitor: MonitorRef) -> bool {
        let was_there = links::demonitor(&*self.cell, monitor);
        let other = |envelope: &Envelope<A::Msg>| match envelope {
            Envelope::Any(any) => any
                .downcast_ref::<Down>()
                .is_none_or(|down| down.monitor != monitor),
            Envelope::Message(_) => true,
        };
        let before = self.batch.len();
        self.batch.retain(other);
        let waiting = self.cell.mailbox.retain(other);
        for _ in 0..before - self.batch.len() + waiting.len() {
            self.cell.mailbox.count_handled();
        }
        panics::discard_all(waiting);
        if let Some(local) = &mut self.local {
            local.saved.retain(other);
        }
        was_there
    }

    /// Says whether exit signals become [`Exit`](super::Exit) messages instead of ending this
    /// process; what it was before comes back.
    ///
    /// Shown in the example of [`link`](Self::link).
    ///
    /// # Elixir
    ///
    /// `Process.flag(:trap_exit, boolean)`.
    #[expect(clippy::must_use_candidate, reason = "it is called for what it does")]
    pub fn trap_exit(&self, trap: bool) -> bool {
        let flags = &self.cell.header.flags;
        let before = if trap {
            flags.fetch_or(TRAP, Ordering::AcqRel)
        } else {
            flags.fetch_and(!TRAP, Ordering::AcqRel)
        };
        before & TRAP != 0
    }

    /// Asks a process to exit, with this process as the sender.
    ///
    /// Shown in the example of [`link`](Self::link).
    ///
    /// # Elixir
    ///
    /// `Process.exit/2`, with its rules: `Kill` cannot be trapped, `Normal` is ignored by others
    /// than oneself unless they trap exits, and whoever traps exits gets a message.
    pub fn exit(&self, pid: Pid, reason: ExitReason) {
        if let Some(target) = super::resolve(pid) {
            exit::signal(&*target, Some(self.pid()), reason);
        }
    }

    /// Names this process in trees and reports.
    ///
    /// Shown in the example of [`Pid::info`](super::Pid::info).
    ///
    /// # Elixir
    ///
    /// `Process.set_label/1`.
    pub fn set_label(&self, label: impl Into<Arc<str>>) {
        let label = label.into();
        let old = self.cell.header.control.lock().rare().label.replace(label);
        drop(old);
    }

    /// Gives back memory that the mailbox has grown by, for a process that will be quiet.
    ///
    /// # Examples
    ///
    /// ```
    /// # use registry_runtime::prelude::*;
    /// #[gen_server]
    /// struct Nightly {}
    ///
    /// #[gen_server]
    /// impl Nightly {
    ///     #[cast] fn done_for_today(&mut self, ctx: &mut Ctx<Self>) { ctx.hibernate() }
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let nightly = Nightly::start().await?;
    /// nightly.done_for_today()?;
    /// nightly.stop(ExitReason::Normal).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Elixir
    ///
    /// What is left of `:hibernate`.
    pub fn hibernate(&mut self) {
        self.batch.shrink_to_fit();
        drop(current::keeping(|_, spare| spare.take()));
        if let Some(local) = &mut self.local {
            local.saved.shrink_to_fit();
            local.continues.shrink_to_fit();
        }
    }

    pub(crate) fn add_continue(&mut self, message: A::Msg) {
        self.local().continues.push_back(message);
    }

    pub(crate) fn add_timer(&mut self, after: Duration, message: Timed<A::Msg>) -> TimerRef {
        self.local().timers.add(after, message)
    }

    pub(crate) fn set_idle(&mut self, after: Option<Duration>) {
        self.local().idle = after.map(|after| Idle { after, alarm: None });
    }

    /// What polls the process, before a look at the mailbox: inside of a join or a select that may be
    /// something with a waker of its own.
    pub(crate) fn polled_by(&mut self, waker: &Waker) {
        let task = self.cell.header.waker.get();
        let elsewhere = !task.is_some_and(|task| task.will_wake(waker));
        if elsewhere || self.elsewhere {
            self.cell.mailbox.wake_elsewhere(elsewhere.then_some(waker));
        }
        self.elsewhere = elsewhere;
    }

    /// Begins a turn, or says why there is none now. Between any two turns the process looks at its
    /// flags; and after a burst of turns, it lets other tasks have the thread.
    #[inline]
    pub(crate) fn begin_turn(&mut self, cx: &mut Context<'_>) -> Result<(), Poll<Next<A::Msg>>> {
        if self.cell.header.has(KILL | EXIT) {
            return Err(self.told_to_end());
        }
        if self.burst == 0 {
            self.burst = BURST;
            cx.waker().wake_by_ref();
            return Err(Poll::Pending);
        }
        self.burst -= 1;
        Ok(())
    }

    #[cold]
    fn told_to_end(&self) -> Poll<Next<A::Msg>> {
        if self.cell.header.has(KILL) {
            // The task ends the process when it is polled next. The killer wakes it after it has set
            // the flag.
            return Poll::Pending;
        }
        Poll::Ready(Next::Exit)
    }

    /// Looks for something to do: a turn. In this order: a kill or an exit signal, a continue, the timers
    /// of this round, the messages of this round; then the next round begins.
    pub(crate) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Next<A::Msg>> {
        if let Err(none) = self.begin_turn(cx) {
            return none;
        }
        if let Some(local) = &mut self.local
            && let Some(message) = local.before_messages()
        {
            return Poll::Ready(Next::Message(message));
        }
        if self.batch.is_empty() {
            let taken = self.cell.mailbox.take_batch(&mut self.batch);
            if let Some(local) = &mut self.local
                && let Some(message) = local.begin_round()
            {
                return Poll::Ready(Next::Message(message));
            }
            if !taken {
                Mailbox::shrink(&mut self.batch);
                if let Some(local) = &mut self.local
                    && let Poll::Ready(next) = local.poll(cx)
                {
                    return Poll::Ready(next);
                }
                self.burst = BURST;
                return Poll::Pending;
            }
        }
        let Some(envelope) = self.batch.pop_front() else {
            return Poll::Pending;
        };
        self.cell.mailbox.count_handled();
        if let Some(local) = &mut self.local {
            local.restart_idle();
        }
        Poll::Ready(match envelope {
            Envelope::Message(message) => Next::Message(message),
            Envelope::Any(any) => Next::Any(any),
        })
    }
}

/// The messages that nobody will handle any more are dropped one by one: see
/// `panics::discard_all`.
impl<A: Actor> Drop for Ctx<A> {
    fn drop(&mut self) {
        panics::discard_all(std::mem::take(&mut self.batch));
        if let Some(local) = self.local.take() {
            panics::discard_all(local.saved);
            panics::discard_all(local.continues);
            panics::discard_all(local.timers.into_messages());
        }
    }
}

impl<A: Actor> fmt::Debug for Ctx<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Ctx").field(&self.pid()).finish()
    }
}

impl<A: Actor> Ctx<A> {
    /// The time at which this process was started.
    #[must_use]
    pub fn started(&self) -> Instant {
        self.cell.header.started.instant()
    }
}
