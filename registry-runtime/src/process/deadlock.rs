//! Waits that would never end: a process that waits for itself, round any number of others.
//!
//! A process notes whom it waits for before it asks, and then walks from there along what others
//! have noted. The note lives in the slot that the answer comes into ([`super::reply`]): whoever
//! fills the slot takes the note back before anybody can see the answer, so a process that has been
//! answered waits for nobody, whether it has run since or not.
//!
//! Invariants:
//!
//! 1. A note is made by the process that waits, while it is polled, and taken back once: by whoever
//!    fills the slot or gives it up, under the slot's lock.
//! 2. Of two processes that ask each other at the same moment both have noted before either walks,
//!    so at least one finds the cycle: notes are made, and looked for, in one order (`SeqCst`).
//! 3. A cycle is one only if all its waits were there at one moment: what the walk found is looked
//!    at once more. A wait has a number, so that one which ended and came back is not taken for one
//!    that lasted.
//!
//! The first wait is in `Header::waiting_on`, further ones (of a `join!`) in
//! `Rare::also_waiting_on`, and `WAITS_FOR_MANY` says that there are some. Plain tasks have no pid,
//! and cannot be waited for.
//!
//! Ends are waited for as well: a supervisor ends after all that it holds. So a process that waits for the end
//! of a supervisor above it waits for itself ([`end_of`]). Nobody notes that wait, since such a process may
//! wait for something else at the same time, and is given that up by its own end.
//!
//! Lock order: a slot's lock is held while a note is taken back, and the `control` lock may be taken
//! under it.

use std::fmt;
use std::sync::Arc;

use super::cell::{EXIT, EXITING, KILL, WAITS_FOR_MANY};
use super::{Header, Pid, Proc, current, resolve};
use crate::sync::{AtomicU64, Ordering, stored_before_looking};

/// The processes round a deadlock, each of which waits for the next.
///
/// # Examples
///
/// ```
/// # use registry_runtime::prelude::*;
/// #[gen_server]
/// struct Mirror {}
///
/// #[gen_server]
/// impl Mirror {
///     #[call]
///     async fn look(&mut self, ctx: &mut Ctx<Self>) -> Result<(), CallError> {
///         ctx.self_ref().touch().await  // would wait for itself
///     }
///
///     #[call] fn touch(&mut self) {}
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mirror = Mirror::start().await?;
/// let Err(CallError::Deadlock(path)) = mirror.look().await? else { panic!("it called itself") };
/// assert!(path.pids().eq([mirror.pid()]));
/// println!("{path}");
/// # Ok(())
/// # }
/// ```
///
/// # Elixir
///
/// There is none: a server that calls itself exits, and a longer cycle waits for its time-outs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadlockPath(Box<[(Pid, &'static str)]>);

impl DeadlockPath {
    /// The processes, the caller first.
    ///
    /// Shown in the [example](Self#examples).
    pub fn pids(&self) -> impl Iterator<Item = Pid> + '_ {
        self.0.iter().map(|(pid, _)| *pid)
    }
}

impl fmt::Display for DeadlockPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (pid, name) in &self.0 {
            write!(f, "{name} {pid} -> ")?;
        }
        match self.0.first() {
            Some((pid, name)) => write!(f, "{name} {pid}"),
            None => Ok(()),
        }
    }
}

/// One wait: who, for whom, and its number among all that the process has made.
type Wait = (Pid, Pid, u32);

/// Marks, in what [`begin`] leaves, the wait in `Header::waiting_on`; the rest is its number.
const FIRST: u64 = 1;

/// What [`begin`] leaves for a wait that is in `also_waiting_on`. None is 0.
fn numbered(number: u32) -> u64 {
    (u64::from(number) + 1) << 1
}

/// Notes that a process waits for `target`. The note's handle is left in `wait`, which is not 0 from
/// before the note can be seen, and is to be given to [`end`]. For a process that is being polled, or has
/// not run yet.
#[inline]
pub(crate) fn begin(me: &Header, target: Pid, wait: &AtomicU64) {
    // Only the process itself makes notes: nobody else writes the count.
    let number = me.waits.load(Ordering::Relaxed).wrapping_add(1);
    me.waits.store(number, Ordering::Release);
    if me.waiting_on.load(Ordering::Relaxed) == 0 {
        wait.store(numbered(number) | FIRST, Ordering::Relaxed);
        me.waiting_on.store(target.bits(), Ordering::SeqCst);
    } else {
        wait.store(numbered(number), Ordering::Relaxed);
        let mut control = me.control.lock();
        control.rare().also_waiting_on.push((number, target));
        me.flags.fetch_or(WAITS_FOR_MANY, Ordering::SeqCst);
    }
    stored_before_looking();
}

/// The wait is over. To be called once, before the waiting side can know.
#[inline]
pub(crate) fn end(me: &Header, wait: u64) {
    if wait & FIRST != 0 {
        me.waiting_on.store(0, Ordering::Release);
        return;
    }
    let mut control = me.control.lock();
    let also = &mut control.rare().also_waiting_on;
    also.retain(|(other, _)| numbered(*other) != wait);
    if also.is_empty() {
        me.flags.fetch_and(!WAITS_FOR_MANY, Ordering::AcqRel);
    }
}

/// Whether the target may wait for this process in turn: `false` for nearly every call.
#[inline]
pub(crate) fn may_close_a_cycle(me: &Header, target: &Header) -> bool {
    target.pid == me.pid
        || target.waiting_on.load(Ordering::SeqCst) != 0
        || target.flags.load(Ordering::SeqCst) & WAITS_FOR_MANY != 0
}

/// Whether a process has noted a wait. Who sees that it has also sees the note's handle; who does not is
/// seen by the process when that looks for something else, after it has noted (`SeqCst` for both).
#[inline]
pub(crate) fn has_noted(process: &Header) -> bool {
    let one = process.waiting_on.load(Ordering::SeqCst) != 0;
    let many = process.flags.load(Ordering::SeqCst) & WAITS_FOR_MANY != 0;
    one || many
}

/// The cycle that the wait closes, if it does. `name` is that of the target, which may be gone.
#[cold]
pub(crate) fn cycle(me: Pid, target: Pid, name: &'static str) -> Option<DeadlockPath> {
    let pids = path(me, target)?;
    let named = |pid: Pid| {
        let known = resolve(pid).map(|process| process.type_name());
        let unknown = if pid == target { name } else { "process" };
        (pid, known.unwrap_or(unknown))
    };
    Some(DeadlockPath(pids.into_iter().map(named).collect()))
}

/// The running process, and those above it up to one whose end it waits for: each can end, or go on, only after
/// the one before it has ended. To wait for the end of the last is to wait for itself.
#[derive(Debug)]
pub(crate) struct Held(Vec<Arc<dyn Proc>>);

/// Whether the running process is `target`, or is held by it.
pub(crate) fn end_of(target: Pid) -> Option<Held> {
    let mut held = vec![current::get()?];
    while let Some(last) = held.last() {
        let header = last.header();
        if header.pid == target {
            return Some(Held(held));
        }
        let holder = resolve(header.parent?)?;
        let waits = || {
            waits_of(holder.header().pid)
                .iter()
                .any(|wait| wait.1 == header.pid)
        };
        if !header.supervised && !waits() {
            return None;
        }
        held.push(holder);
    }
    None
}

impl Held {
    /// The cycle.
    pub(crate) fn path(&self) -> DeadlockPath {
        let (me, holders) = self.0.split_at(1);
        let path = me.iter().chain(holders.iter().rev());
        let named = path.map(|process| (process.header().pid, process.type_name()));
        DeadlockPath(named.collect())
    }

    /// The cycle, once one of them has begun to end. Before that the process may be dropped where it waits.
    pub(crate) fn path_of_the_ending(&self) -> Option<DeadlockPath> {
        let me = self.0.first()?.header();
        let dropped = me.has(EXIT | KILL) && !me.has(EXITING);
        let ending = self.0.iter().any(|process| process.header().has(EXITING));
        (ending && !dropped).then(|| self.path())
    }
}

/// The way from `me` over `first` back to `me`, `me` first and once.
fn path(me: Pid, first: Pid) -> Option<Vec<Pid>> {
    if me == first {
        return Some(vec![me]);
    }
    loop {
        let found = walk(me, first)?;
        let still = found.iter().all(|wait| waits_of(wait.0).contains(wait));
        if still {
            let via = found.into_iter().map(|(from, ..)| from);
            return Some(std::iter::once(me).chain(via).collect());
        }
    }
}

/// The waits that lead from `from` to `me`, as they were seen one after the other.
fn walk(me: Pid, from: Pid) -> Option<Vec<Wait>> {
    let mut seen = vec![from];
    let mut ways = vec![(from, Vec::new())];
    while let Some((last, way)) = ways.pop() {
        for wait in waits_of(last) {
            let (_, next, _) = wait;
            let mut longer = way.clone();
            longer.push(wait);
            if next == me {
                return Some(longer);
            }
            if !seen.contains(&next) {
                seen.push(next);
                ways.push((next, longer));
            }
        }
    }
    None
}

fn waits_of(pid: Pid) -> Vec<Wait> {
    let Some(process) = resolve(pid) else {
        return Vec::new();
    };
    let header = process.header();
    // A wait that begins between the two has changed the number: else it would go by the old one.
    let (number, first) = loop {
        let number = header.waits.load(Ordering::SeqCst);
        let first = Pid::from_bits(header.waiting_on.load(Ordering::SeqCst));
        if header.waits.load(Ordering::SeqCst) == number {
            break (number, first);
        }
    };
    let mut waits: Vec<Wait> = first.map(|to| (pid, to, number)).into_iter().collect();
    if let Some(rare) = &header.control.lock().rare {
        let also = rare.also_waiting_on.iter();
        waits.extend(also.map(|(number, to)| (pid, *to, *number)));
    }
    waits
}
