//! What there is of a process besides its task: one allocation that holds control and mailbox.
//!
//! Invariants:
//!
//! 1. `flags` only gain bits (but for `TRAP`, `WAITS_FOR_MANY`, `UNDECIDED` and `START_AWAITED`, which come and go). `EXITING`
//!    is set, and `Control::exit` holds the reason, before anything of the process is torn down;
//!    `DEAD` is set after its names have left all registries and before anyone is told.
//! 2. Whoever sets a flag that the task must see wakes it afterwards; the task stores its waker
//!    before it looks at the flags, under the `control` lock, which whoever wakes has taken since it
//!    set the flag. So no signal is slept through.
//! 3. Once `DEAD`, `links`, `children`, `watchers` and `undecided` take nothing in: who comes late is told so
//!    and answers for itself. All of them are read and changed under the `control` lock.
//!
//! Lock order: under the `control` lock, the mailbox of the same process may be locked. `links` also takes a
//! second `control` lock. No other lock of this crate is taken under it, and nobody is woken under it.

use std::any::Any;
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};
use std::task::Waker;

use foldhash::fast::FixedState;

use super::line::Place;
use super::mailbox::{Mailbox, MailboxFigures, Push};
use super::pid_map::Pids;
use super::pid_set::PidSet;
use super::reply::{ReplyTo, Undecided};
use super::runtime::Runtime;
use super::signal::{Envelope, MonitorRef, Pushed};
use super::timers::Moment;
use super::{Actor, ExitReason, Info, Pid, panics};
use crate::introspect::View;
use crate::node::Node;
use crate::registry::Names;
use crate::sync::{AtomicBool, AtomicU32, AtomicU64, Mutex, Ordering};

/// The process turns exit signals into messages.
pub(crate) const TRAP: u32 = 1;
/// It is to end at its next await, whatever it does.
pub(crate) const KILL: u32 = 1 << 1;
/// It is to end at its next await, `terminate` included; the reason is in `Control::exit`.
pub(crate) const EXIT: u32 = 1 << 2;
/// It is ending.
pub(crate) const EXITING: u32 = 1 << 3;
/// It has ended and its names are gone.
pub(crate) const DEAD: u32 = 1 << 4;
/// Its `init` is over, and it was not ended by that.
pub(crate) const STARTED: u32 = 1 << 5;
/// It waits for more than one process: there is something in `also_waiting_on`. Changed under the
/// `control` lock.
pub(crate) const WAITS_FOR_MANY: u32 = 1 << 6;
/// The process that started it with a link waits for the end of its `init`. Set before it runs, and cleared
/// when that wait is over or given up.
pub(crate) const START_AWAITED: u32 = 1 << 7;

/// A panic has dropped answers inside of it, and it is not known yet whether it ends of that: there is
/// something in `undecided`. Changed under the `control` lock.
pub(crate) const UNDECIDED: u32 = 1 << 8;

/// The part of a process that does not depend on its type.
// What each message touches comes first.
#[derive(Debug)]
#[repr(C)]
pub struct Header {
    /// Wakes the process's task: set at its first poll, and the same for good. So who holds on to a
    /// dead process holds the memory of its task, and its runtime's handle, with it.
    pub(crate) waker: OnceLock<Waker>,
    pub(crate) flags: AtomicU32,
    /// How many waits it has noted.
    pub(crate) waits: AtomicU32,
    /// The pid that the process waits for, as bits; 0 when it waits for none. See `deadlock`.
    pub(crate) waiting_on: AtomicU64,
    pub(crate) pid: Pid,
    /// Whether its task is being polled.
    pub(crate) busy: AtomicBool,
    /// Whether the parent is a supervisor: told through `children`, not through `links`.
    pub(crate) supervised: bool,
    /// How often its supervisor has started it again.
    pub(crate) restarts: AtomicU32,
    pub(crate) node: Node,
    pub(crate) control: Mutex<Control>,
    /// What the process holds in registries; see `registry`.
    pub(crate) names: Mutex<Names>,
    pub(crate) started: Moment,
    /// Where its task runs; `None` in tests that run none.
    pub(crate) runtime: Option<Arc<Runtime>>,
    /// Whoever started it with a link; a server ends with its parent even when it traps exits.
    pub(crate) parent: Option<Pid>,
}

/// What others change of a process.
#[derive(Debug, Default)]
pub(crate) struct Control {
    /// Why it is to end, or has ended.
    pub(crate) exit: Option<ExitReason>,
    pub(crate) links: PidSet,
    pub(crate) rare: Option<Box<Rare>>,
}

/// What most processes never need.
#[derive(Debug, Default)]
pub(crate) struct Rare {
    /// Who is told of this process's death.
    pub(crate) watchers: HashMap<MonitorRef, Watcher, FixedState>,
    /// What this process monitors.
    pub(crate) monitoring: HashMap<MonitorRef, Pid, FixedState>,
    /// The processes that end before this one does; a supervisor's.
    pub(crate) children: Pids,
    /// Whom it waits for besides the one in `Header::waiting_on`, by the wait's number.
    pub(crate) also_waiting_on: Vec<(u32, Pid)>,
    /// The answers that a panic has dropped inside of this process.
    pub(crate) undecided: Vec<Undecided>,
    pub(crate) label: Option<Arc<str>>,
    /// What there is to see of a supervisor or registry.
    pub(crate) view: Option<View>,
}

/// Who is told of a death.
#[derive(Debug)]
pub(crate) enum Watcher {
    /// A process, by a [`Down`](super::Down) in its mailbox.
    Process(Pid),
    /// A task that waits.
    Task(ReplyTo<ExitReason>),
}

impl Control {
    pub(crate) fn rare(&mut self) -> &mut Rare {
        self.rare.get_or_insert_default()
    }

    /// Whether children are left to wait for.
    pub(crate) fn has_children(&self) -> bool {
        self.rare
            .as_ref()
            .is_some_and(|rare| !rare.children.is_empty())
    }
}

impl Header {
    pub(crate) fn new(
        pid: Pid,
        node: Node,
        runtime: Option<Arc<Runtime>>,
        parent: Option<Pid>,
        supervised: bool,
    ) -> Self {
        Self {
            pid,
            node,
            runtime,
            parent,
            supervised,
            started: Moment::now(),
            flags: AtomicU32::new(0),
            waiting_on: AtomicU64::new(0),
            waits: AtomicU32::new(0),
            restarts: AtomicU32::new(0),
            busy: AtomicBool::new(false),
            control: Mutex::new(Control::default()),
            waker: OnceLock::new(),
            names: Mutex::new(Names::default()),
        }
    }

    #[inline]
    pub(crate) fn has(&self, flags: u32) -> bool {
        self.flags.load(Ordering::Acquire) & flags != 0
    }

    /// Whether the process runs, is not ending, and has not been told to.
    pub(crate) fn is_alive(&self) -> bool {
        !self.has(KILL | EXIT | EXITING | DEAD)
    }

    /// Wakes the process's task, which has not run yet if there is no waker: it will look then.
    ///
    /// Who wants it to see a flag calls this under the `control` lock or after it, since the waker
    /// is set under that; and who has pushed a message, after that.
    #[inline]
    pub(crate) fn wake(&self) {
        if let Some(waker) = self.waker.get() {
            waker.wake_by_ref();
        }
    }

    /// Wakes what the process said to wake in place of its task, or else its task.
    #[inline]
    pub(crate) fn wake_at(&self, elsewhere: Option<Waker>) {
        match elsewhere {
            None => self.wake(),
            Some(waker) => waker.wake(),
        }
    }

    /// Whether [`Header::wake`] would do for the waker.
    #[inline]
    pub(crate) fn is_woken_by(&self, waker: &Waker) -> bool {
        self.waker.get().is_some_and(|own| own.will_wake(waker))
    }

    /// Why it ended, once it is dead, as everybody is told.
    pub(crate) fn exit_reason(&self) -> Option<ExitReason> {
        if !self.has(DEAD) {
            return None;
        }
        let reason = self.control.lock().exit.clone();
        reason.map(|reason| self.as_told(reason))
    }

    /// The reason that everybody is told: `init` that ignores the start is no failure. Only the start itself
    /// and the supervisor tell it apart.
    pub(crate) fn as_told(&self, reason: ExitReason) -> ExitReason {
        match reason {
            ExitReason::Ignore if !self.has(STARTED) => ExitReason::Normal,
            other => other,
        }
    }

    /// Whether its `init` said that there is nothing to run.
    pub(crate) fn has_ignored(&self) -> bool {
        !self.has(STARTED) && matches!(self.control.lock().exit, Some(ExitReason::Ignore))
    }
}

/// A process of type `A`: the shared half of it.
// Which comes first: what a message touches lies side by side.
#[repr(C)]
pub struct Cell<A: Actor> {
    pub(crate) mailbox: Mailbox<Envelope<A::Msg>>,
    pub(crate) header: Header,
}

// With the two counts of an `Arc`, 320 bytes: a size of mimalloc's, and one that glibc lays out beside a
// small server's task without a gap. With eight more it was 64 bytes a process, and with forty less 76.
#[cfg(all(target_pointer_width = "64", not(registry_loom)))]
const _: () = assert!(size_of::<Cell<super::Plain<()>>>() == 304);

/// Why a message was not taken; it is handed back.
#[derive(Debug)]
pub(crate) enum Refused<M> {
    Closed(M),
    Full(M),
}

impl<A: Actor> Cell<A> {
    /// Puts a message into the mailbox and wakes the process.
    #[inline]
    pub(crate) fn send(&self, message: A::Msg) -> Result<(), Refused<A::Msg>> {
        self.pushed(self.mailbox.push(Envelope::Message(message)))
    }

    /// As [`Cell::send`]; into a full mailbox the message goes as soon as there is room. Until then it
    /// waits at the place that is returned.
    #[inline]
    pub(crate) fn send_or_wait(&self, message: A::Msg) -> Result<Option<Place>, Refused<A::Msg>> {
        let (push, place) = self.mailbox.push_or_wait(Envelope::Message(message));
        self.pushed(push).map(|()| place)
    }

    #[inline]
    fn pushed(&self, push: Push<Envelope<A::Msg>>) -> Result<(), Refused<A::Msg>> {
        match push {
            Push::Wake(elsewhere) => {
                self.header.wake_at(elsewhere);
                Ok(())
            }
            Push::Full(Envelope::Message(message)) => Err(Refused::Full(message)),
            Push::Closed(Envelope::Message(message)) => Err(Refused::Closed(message)),
            // What comes back is what went in, and only messages go in here.
            Push::Queued | Push::Full(Envelope::Any(_)) | Push::Closed(Envelope::Any(_)) => Ok(()),
        }
    }
}

/// A process of any type.
pub trait Proc: Any + Send + Sync {
    #[doc(hidden)]
    fn header(&self) -> &Header;
    #[doc(hidden)]
    fn type_name(&self) -> &'static str;
    /// Puts an untyped message into the mailbox, and leaves it to the caller to wake the process;
    /// `signal`s go in even when it is full.
    #[doc(hidden)]
    fn put_any(&self, message: Box<dyn Any + Send>, signal: bool) -> Pushed;
    /// Takes no more messages; what is returned drops those that are left.
    #[doc(hidden)]
    fn close(&self) -> Option<Box<dyn FnOnce()>>;
    #[doc(hidden)]
    fn figures(&self) -> Figures;
}

/// What a process's mailbox has counted; opaque outside of the crate.
#[derive(Clone, Copy, Debug)]
pub struct Figures(pub(crate) MailboxFigures);

impl<A: Actor> Proc for Cell<A> {
    #[inline]
    fn header(&self) -> &Header {
        &self.header
    }

    fn type_name(&self) -> &'static str {
        A::type_name()
    }

    fn put_any(&self, message: Box<dyn Any + Send>, signal: bool) -> Pushed {
        let push = if signal {
            self.mailbox.push_signal(Envelope::Any(message))
        } else {
            self.mailbox.push(Envelope::Any(message))
        };
        Pushed(match push {
            Push::Wake(elsewhere) => Push::Wake(elsewhere),
            Push::Full(Envelope::Any(message)) => Push::Full(message),
            Push::Closed(Envelope::Any(message)) => Push::Closed(message),
            // What comes back is what went in, and that was untyped.
            Push::Queued
            | Push::Full(Envelope::Message(_))
            | Push::Closed(Envelope::Message(_)) => Push::Queued,
        })
    }

    fn close(&self) -> Option<Box<dyn FnOnce()>> {
        let left = self.mailbox.close();
        (!left.is_empty()).then(|| {
            let discard: Box<dyn FnOnce()> = Box::new(|| panics::discard_all(left));
            discard
        })
    }

    fn figures(&self) -> Figures {
        Figures(self.mailbox.figures())
    }
}

impl<A: Actor> std::fmt::Debug for Cell<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", A::type_name(), self.header.pid)
    }
}

impl dyn Proc {
    /// Puts an untyped message into the mailbox, and wakes the process; `signal`s go in even when it is full.
    ///
    /// # Errors
    ///
    /// The message, if the process takes no more.
    pub(crate) fn push_any(
        &self,
        message: Box<dyn Any + Send>,
        signal: bool,
    ) -> Result<(), Box<dyn Any + Send>> {
        self.put_any(message, signal).settle(self)
    }
}

impl std::fmt::Debug for dyn Proc {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.type_name(), self.header().pid)
    }
}

/// A process that handles messages of type `M`, whatever else it is.
///
/// # Examples
///
/// What [`Registry::find`](crate::Registry::find) returns.
///
/// ```
/// # use registry_runtime::prelude::*;
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let printers: Registry<u32, (), Unique, String> = Registry::builder().build()?;
/// printers.start()?;
/// let registry = printers.clone();
/// let printer = spawn(async move |mut ctx: Process<String>| {
///     registry.register(&ctx, 1, ()).expect("the number is free");
///     assert_eq!(ctx.recv().await, "a page");
/// });
/// while printers.count() == 0 { tokio::task::yield_now().await }
/// let found = printers.find(&1).expect("it is registered");
/// found.deliver("a page".to_owned())?;  // whoever has the number by now
/// assert!(printer.ended().await.is_normal());
/// # Ok(())
/// # }
/// ```
pub trait Receiver<M: ?Sized>: Proc {
    /// Puts a message into the process's mailbox; never blocks.
    ///
    /// # Errors
    ///
    /// [`SendError`]: the process has ended, or its mailbox is full.
    fn deliver(&self, message: M) -> Result<(), SendError>
    where
        M: Sized;

    /// As [`Receiver::deliver`], for a caller that holds a lock: gives back what was refused, since its
    /// `Drop` may be user code.
    #[doc(hidden)]
    fn offer(&self, message: M) -> Option<Box<dyn Any + Send>>
    where
        M: Sized;
}

impl<A: Info<M>, M: ?Sized> Receiver<M> for Cell<A> {
    #[inline]
    fn deliver(&self, message: M) -> Result<(), SendError>
    where
        M: Sized,
    {
        match self.send(A::wrap(message)) {
            Ok(()) => Ok(()),
            Err(Refused::Closed(_)) => Err(SendError::NotRunning),
            Err(Refused::Full(_)) => Err(SendError::Full),
        }
    }

    fn offer(&self, message: M) -> Option<Box<dyn Any + Send>>
    where
        M: Sized,
    {
        match self.send(A::wrap(message)) {
            Ok(()) => None,
            Err(Refused::Closed(message) | Refused::Full(message)) => Some(Box::new(message)),
        }
    }
}

/// Why a message could not be sent.
///
/// # Examples
///
/// ```
/// # use registry_runtime::prelude::*;
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let brief = spawn(async |mut ctx: Process<u32>| ctx.recv().await);
/// assert_eq!(brief.send(1), Ok(()));
/// assert!(brief.ended().await.is_normal());
/// assert_eq!(brief.send(2), Err(SendError::NotRunning));
/// # Ok(())
/// # }
/// ```
///
/// # Elixir
///
/// `send/2` does not tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SendError {
    /// The process has ended.
    NotRunning,
    /// The process's mailbox is bounded, and full.
    Full,
}

impl std::fmt::Display for SendError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::NotRunning => "the process has ended; look it up again, or start it",
            Self::Full => "the process's mailbox is full; send less, or raise `mailbox = …`",
        })
    }
}

impl std::error::Error for SendError {}
