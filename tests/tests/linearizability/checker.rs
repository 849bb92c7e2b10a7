//! Is there an order of the operations on one key in which a map would have answered the same?

use std::collections::HashSet;
use std::fmt::Write as _;

/// A process of a history, by number.
pub(crate) type Process = u8;

/// What a process, or a thread that looks, does to one key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    /// With this value.
    Register(u64),
    Unregister,
    /// Adds this to the value.
    Update(u64),
    Lookup,
    /// What the process has under the key.
    Values,
    /// The process is shut out.
    Close,
    /// The process's entry leaves, after it was shut out.
    Leave,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Done {
    Ok,
    Taken(Process),
    Exiting,
    Found(Option<(Process, u64)>),
    Updated(Option<(u64, u64)>),
    Values(Option<u64>),
}

/// An operation: it took effect at some time between `begun` and `over`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Event {
    pub(crate) process: Process,
    pub(crate) begun: u64,
    pub(crate) over: u64,
    pub(crate) act: Act,
    pub(crate) done: Done,
}

/// The key as it should be: who has it, with what; and who is shut out, a bit a process.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
struct State {
    entry: Option<(Process, u64)>,
    closed: u64,
}

impl State {
    /// The key after an operation, if it can have ended as it did.
    fn after(self, event: &Event) -> Option<Self> {
        let me = event.process;
        let bit = 1 << me;
        let closed = self.closed & bit != 0;
        let mine = self.entry.filter(|(owner, _)| *owner == me);
        let (next, done) = match event.act {
            Act::Register(_) if closed => (self, Done::Exiting),
            Act::Register(value) => match self.entry {
                Some((owner, _)) => (self, Done::Taken(owner)),
                None => (self.with(Some((me, value))), Done::Ok),
            },
            Act::Unregister if closed || mine.is_none() => (self, Done::Ok),
            Act::Unregister => (self.with(None), Done::Ok),
            Act::Update(by) => match mine {
                Some((_, old)) => {
                    let updated = Done::Updated(Some((old + by, old)));
                    (self.with(Some((me, old + by))), updated)
                }
                None => (self, Done::Updated(None)),
            },
            Act::Lookup => (self, Done::Found(self.entry)),
            Act::Values => {
                let value = mine.filter(|_| !closed).map(|(_, value)| value);
                (self, Done::Values(value))
            }
            Act::Close => {
                let closed = self.closed | bit;
                (Self { closed, ..self }, Done::Ok)
            }
            Act::Leave if !closed => return None,
            Act::Leave if mine.is_some() => (self.with(None), Done::Ok),
            Act::Leave => (self, Done::Ok),
        };
        (done == event.done).then_some(next)
    }

    fn with(self, entry: Option<(Process, u64)>) -> Self {
        Self { entry, ..self }
    }
}

/// Whether the history of one key is linearizable; it begins with nobody.
///
/// # Panics
///
/// For more than 64 events.
pub(crate) fn linearizable(events: &[Event]) -> bool {
    assert!(events.len() <= 64, "a history of one key is short");
    let all = (0..events.len()).fold(0, |all, at| all | (1 << at));
    search(events, all, State::default(), &mut HashSet::new())
}

/// Whether what is `left` can follow on a state; `seen` holds what has been tried in vain.
fn search(events: &[Event], left: u64, state: State, seen: &mut HashSet<(u64, State)>) -> bool {
    if left == 0 {
        return true;
    }
    if !seen.insert((left, state)) {
        return false;
    }
    let of_left = || {
        events
            .iter()
            .enumerate()
            .filter(|(at, _)| left & (1 << at) != 0)
    };
    // What begins after another is over cannot come before it.
    let first_over = of_left().map(|(_, event)| event.over).min().unwrap_or(0);
    of_left()
        .filter(|(_, event)| event.begun < first_over)
        .any(|(at, event)| {
            state
                .after(event)
                .is_some_and(|next| search(events, left & !(1 << at), next, seen))
        })
}

/// A history as text.
pub(crate) fn explain(events: &[Event]) -> String {
    let mut sorted = events.to_vec();
    sorted.sort_unstable_by_key(|event| event.begun);
    let mut text = String::new();
    for Event {
        process,
        begun,
        over,
        act,
        done,
    } in sorted
    {
        let _ = writeln!(
            text,
            "  {begun:>5} to {over:>5}  process {process}: {act:?} -> {done:?}"
        );
    }
    text
}
