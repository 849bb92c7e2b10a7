//! Supervisors as children of supervisors, however deep.
//!
//! A specification that is a child is shared by its copies: a copy of a supervisor's specification copies one
//! level, so that a start of a whole tree takes time in proportion to it. Nothing here recurses once a level: a
//! tree of thousands of levels would overflow the stack.

use std::borrow::Cow;
use std::mem;
use std::sync::Arc;

use super::SupervisorSpec;
use super::child::{AnyChildSpec, BeforeRun, ChildOptions, Launch, Spec};
use super::process::launch;
use crate::gen_server::StartError;
use crate::process::launch::{LaunchedProc, Place};
use crate::sync::Mutex;

/// The start of a supervisor by another.
#[derive(Clone)]
struct Nested {
    name: Cow<'static, str>,
    /// The lock is there because what children are started with need not be `Sync`. `None` while this is dropped.
    spec: Option<Arc<Mutex<SupervisorSpec>>>,
}

impl From<SupervisorSpec> for AnyChildSpec {
    fn from(spec: SupervisorSpec) -> Self {
        let nested = Nested {
            name: spec.name.clone(),
            spec: Some(Arc::new(Mutex::new(spec))),
        };
        Self::new(ChildOptions::supervisor(), nested)
    }
}

impl Launch for Nested {
    fn launch(
        &mut self,
        place: Place<'_>,
        before_run: BeforeRun<'_>,
    ) -> Result<LaunchedProc, StartError> {
        let spec = self.spec.as_ref().ok_or(StartError::Ignored)?;
        let spec = spec.lock().clone();
        let launched = launch(spec, place, before_run);
        launched.map(|(_, launched)| LaunchedProc::from(launched))
    }

    fn name(&self) -> Cow<'static, str> {
        self.name.clone()
    }

    fn boxed_clone(&self, options: &ChildOptions) -> Box<Spec<dyn Launch>> {
        Box::new(Spec {
            options: options.clone(),
            launch: self.clone(),
        })
    }

    fn take_children(&mut self) -> Vec<AnyChildSpec> {
        // Of the last two copies, dropped by two threads at once, exactly one gets what they share.
        let last = self.spec.take().and_then(Arc::into_inner);
        last.map_or_else(Vec::new, |spec| mem::take(&mut spec.lock().children))
    }
}

/// Drops one level after the other: each child gives up its own children before it is dropped.
impl Drop for SupervisorSpec {
    fn drop(&mut self) {
        let mut left = mem::take(&mut self.children);
        while let Some(mut child) = left.pop() {
            left.append(&mut child.0.launch.take_children());
        }
    }
}
