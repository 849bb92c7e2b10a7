//! The children of a `Supervisor`, in order, found by id and by pid.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::mem;
use std::sync::Arc;

use super::child::{AnyChildSpec, ChildOptions};
use super::failures::Failures;
use super::intensity::Intensity;
use super::{ChildInfo, ChildState, Children, Restart};
use crate::process::pid_map::PidMap;
use crate::process::{ExitReason, Pid, TimerRef, resolve};

/// A child's place in the order.
pub(crate) type Place = u64;

/// Changed by the supervisor's process alone; read by whoever looks at it.
#[derive(Debug)]
pub(crate) struct Registered {
    entries: BTreeMap<Place, Entry>,
    by_pid: PidMap<Place>,
    by_id: HashMap<Arc<str>, Place>,
    next: Place,
    pub(crate) intensity: Intensity,
}

#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) id: Arc<str>,
    pub(crate) options: ChildOptions,
    type_name: Cow<'static, str>,
    /// `None` while the child is being launched from it.
    spec: Option<AnyChildSpec>,
    pub(crate) state: State,
    pub(crate) failures: Failures,
    /// How often it has been started again.
    pub(crate) restarts: u32,
    /// Why its last process ended.
    pub(crate) last_exit: Option<ExitReason>,
}

/// What a child is doing, and what its supervisor waits for to do something about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Stopped,
    Running(Pid),
    /// It is to be started when this timer is due, and those that follow it then as well.
    Waits(TimerRef),
    /// It is being started, or is to be after one before it, which failed and waits.
    Follows,
}

impl Registered {
    pub(crate) fn new(intensity: Intensity) -> Self {
        Self {
            entries: BTreeMap::new(),
            by_pid: PidMap::default(),
            by_id: HashMap::new(),
            next: 0,
            intensity,
        }
    }

    /// Adds a child that does not run, as the last one.
    pub(crate) fn add(&mut self, spec: AnyChildSpec) -> Place {
        let place = self.next;
        self.next += 1;
        let id = spec.0.known_as();
        self.by_id.insert(Arc::clone(&id), place);
        let entry = Entry {
            id,
            options: spec.0.options.clone(),
            type_name: spec.0.launch.name(),
            spec: Some(spec),
            state: State::Stopped,
            failures: Failures::default(),
            restarts: 0,
            last_exit: None,
        };
        self.entries.insert(place, entry);
        place
    }

    /// Takes a child out for good.
    pub(crate) fn remove(&mut self, place: Place) -> Option<Entry> {
        let entry = self.entries.remove(&place)?;
        self.by_id.remove(&entry.id);
        if let State::Running(pid) = entry.state {
            self.by_pid.remove(pid);
        }
        Some(entry)
    }

    /// Takes all children out for good.
    pub(crate) fn take_all(&mut self) -> impl Iterator<Item = Entry> + use<> {
        self.by_id.clear();
        self.by_pid = PidMap::default();
        mem::take(&mut self.entries).into_values()
    }

    pub(crate) fn get(&self, place: Place) -> Option<&Entry> {
        self.entries.get(&place)
    }

    pub(crate) fn get_mut(&mut self, place: Place) -> Option<&mut Entry> {
        self.entries.get_mut(&place)
    }

    pub(crate) fn find_id(&self, id: &str) -> Option<(Place, &Entry)> {
        let place = *self.by_id.get(id)?;
        Some((place, self.entries.get(&place)?))
    }

    /// The process of a child that runs.
    pub(crate) fn running(&self, id: &str) -> Option<Pid> {
        match self.find_id(id)?.1.state {
            State::Running(pid) => Some(pid),
            State::Stopped | State::Waits(_) | State::Follows => None,
        }
    }

    pub(crate) fn find_pid(&self, pid: Pid) -> Option<Place> {
        self.by_pid.get(pid).copied()
    }

    /// Notes what a child does from now on. Gives back the timer that it waited for, to be cancelled.
    #[must_use]
    pub(crate) fn set_state(&mut self, place: Place, state: State) -> Option<TimerRef> {
        let entry = self.entries.get_mut(&place)?;
        let old = mem::replace(&mut entry.state, state);
        if let State::Running(pid) = old {
            self.by_pid.remove(pid);
        }
        if let State::Running(pid) = state {
            self.by_pid.insert(pid, place);
        }
        match old {
            State::Waits(timer) => Some(timer),
            State::Stopped | State::Running(_) | State::Follows => None,
        }
    }

    pub(crate) fn take_spec(&mut self, place: Place) -> Option<AnyChildSpec> {
        self.entries.get_mut(&place)?.spec.take()
    }

    pub(crate) fn put_spec(&mut self, place: Place, spec: AnyChildSpec) {
        if let Some(entry) = self.entries.get_mut(&place) {
            entry.spec = Some(spec);
        }
    }

    /// The places from `first` on, in order.
    pub(crate) fn from(&self, first: Place) -> Vec<Place> {
        self.entries
            .range(first..)
            .map(|(place, _)| *place)
            .collect()
    }

    /// Whether no significant child runs or is about to.
    pub(crate) fn no_significant_left(&self) -> bool {
        !self
            .entries
            .values()
            .any(|entry| entry.options.significant && entry.state != State::Stopped)
    }

    pub(crate) fn infos(&self) -> Vec<ChildInfo> {
        let info = |entry: &Entry| ChildInfo {
            id: Arc::clone(&entry.id),
            state: entry.shown(),
            kind: entry.options.kind,
            type_name: entry.type_name.clone(),
            restarts: entry.restarts,
            last_exit: entry.last_exit.clone(),
        };
        self.entries.values().map(info).collect()
    }

    pub(crate) fn count(&self) -> Children {
        let mut count = Children::default();
        for entry in self.entries.values() {
            let running = matches!(entry.shown(), ChildState::Running(_));
            count.count(entry.options.kind, running);
        }
        count
    }
}

impl Entry {
    /// What the child is doing, for those who look: a process that has ended runs no more, even if
    /// the supervisor has yet to hear of it.
    fn shown(&self) -> ChildState {
        match self.state {
            State::Running(pid) if resolve(pid).is_none() => match self.options.restart {
                Restart::Permanent => ChildState::Restarting,
                Restart::Transient | Restart::Temporary => ChildState::Stopped,
            },
            State::Running(pid) => ChildState::Running(pid),
            State::Waits(_) | State::Follows => ChildState::Restarting,
            State::Stopped => ChildState::Stopped,
        }
    }
}
