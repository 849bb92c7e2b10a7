//! The running instance of a declared supervisor, on one node.

use std::fmt;

use super::{DynamicSupervisor, Supervisor, SupervisorNotRunning};
use crate::gen_server::StartError;
use crate::introspect::Declaration;
use crate::node::{Slot, SlotRef};
use crate::process::{Pid, resolve};
use crate::sync::RwLock;

/// Something that runs, and has a pid to tell it by.
pub trait Running: Clone + Send + Sync + 'static {
    #[doc(hidden)]
    fn running_pid(&self) -> Pid;
}

impl Running for DynamicSupervisor {
    fn running_pid(&self) -> Pid {
        self.pid()
    }
}

impl Running for Supervisor {
    fn running_pid(&self) -> Pid {
        self.pid()
    }
}

/// Where the running instance of a declared supervisor is found.
pub struct Instance<T>(RwLock<Option<T>>);

/// Gives a place up when it is dropped.
pub(crate) struct Claim(Option<Box<dyn FnOnce() + Send>>);

impl Claim {
    pub(crate) fn none() -> Self {
        Self(None)
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        if let Some(release) = self.0.take() {
            release();
        }
    }
}

impl<T: Running> Instance<T> {
    /// A place that nobody has.
    #[must_use]
    pub fn vacant() -> Self {
        Self(RwLock::new(None))
    }

    /// Whoever runs there.
    #[must_use]
    pub fn get(&self) -> Option<T> {
        self.0.read().clone()
    }
}

/// The instance of a declared supervisor that runs on the current node.
pub(crate) fn running<D: 'static, T: Running>(
    slot: &'static Slot<D, Instance<T>>,
    declaration: &'static Declaration,
) -> Result<T, SupervisorNotRunning> {
    slot.get_or_init(Instance::vacant, Instance::vacant)
        .get()
        .ok_or_else(|| SupervisorNotRunning::declared(declaration))
}

/// Takes the place of a declared supervisor on the current node.
pub(crate) fn claim<D: 'static, T: Running>(
    slot: &'static Slot<D, Instance<T>>,
    running: &T,
) -> Result<Claim, StartError> {
    let place: SlotRef<Instance<T>> = slot.get_or_init(Instance::vacant, Instance::vacant);
    let pid = running.running_pid();
    {
        let mut there = place.0.write();
        if let Some(other) = there.as_ref().map(Running::running_pid)
            && resolve(other).is_some()
        {
            return Err(StartError::AlreadyStarted(other));
        }
        *there = Some(running.clone());
    }
    Ok(Claim(Some(Box::new(move || {
        let left = {
            let mut there = place.0.write();
            match there.as_ref() {
                Some(now) if now.running_pid() == pid => there.take(),
                _ => None,
            }
        };
        drop(left);
    }))))
}

impl<T> fmt::Debug for Instance<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Instance(..)")
    }
}
