//! The options of a dynamic supervisor.

use std::borrow::Cow;
use std::time::Duration;

use super::child::{AnyChildSpec, BeforeRun, ChildOptions};
use super::dynamic::DynamicSupervisor;
use super::dynamic_process::launch;
use super::instance::Claim;
use crate::gen_server::StartError;
use crate::introspect::Declaration;
use crate::process::launch::{LaunchedProc, Place, launch_here};

/// What a dynamic supervisor allows.
///
/// # Examples
///
/// ```
/// # use registry_runtime::prelude::*;
/// use std::time::Duration;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let sup = DynamicSupervisor::builder()
///     .name("sessions")
///     .max_children(1_000)
///     .max_restarts(10)
///     .within(Duration::from_secs(1))
///     .start()?;
/// assert_eq!(sup.count_children().specs, 0);
/// sup.shutdown().await;
/// # Ok(())
/// # }
/// ```
///
/// # Elixir
///
/// The options of `DynamicSupervisor.start_link/1`.
#[derive(Clone, Debug)]
pub struct DynamicSupervisorOptions {
    pub(crate) name: Cow<'static, str>,
    pub(crate) max_children: usize,
    pub(crate) max_restarts: u32,
    pub(crate) within: Duration,
    pub(crate) declaration: Option<&'static Declaration>,
    pub(crate) claim: fn(&DynamicSupervisor) -> Result<Claim, StartError>,
}

impl From<DynamicSupervisorOptions> for AnyChildSpec {
    fn from(options: DynamicSupervisorOptions) -> Self {
        let name = options.name.clone();
        let start = move |place: Place<'_>, before_run: BeforeRun<'_>| {
            let launched = launch(options.clone(), place, before_run);
            launched.map(|(_, launched)| LaunchedProc::from(launched))
        };
        Self::starting(name, ChildOptions::supervisor(), start)
    }
}

impl Default for DynamicSupervisorOptions {
    fn default() -> Self {
        Self {
            name: "DynamicSupervisor".into(),
            max_children: usize::MAX,
            max_restarts: 3,
            within: Duration::from_secs(5),
            declaration: None,
            claim: |_| Ok(Claim::none()),
        }
    }
}

impl DynamicSupervisorOptions {
    /// Names the supervisor in trees and reports.
    ///
    /// Shown in the [example](Self#examples).
    #[must_use]
    pub fn name(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.name = name.into();
        self
    }

    /// How many children it may have at a time; no limit unless it is called.
    ///
    /// Shown in the [example](Self#examples).
    #[must_use]
    pub fn max_children(mut self, most: usize) -> Self {
        self.max_children = most;
        self
    }

    /// How many restarts it takes within [`within`](Self::within) before it gives up; 3 unless it
    /// is called.
    ///
    /// Shown in the [example](Self#examples).
    #[must_use]
    pub fn max_restarts(mut self, most: u32) -> Self {
        self.max_restarts = most;
        self
    }

    /// The window that restarts are counted in; five seconds unless it is called.
    ///
    /// Shown in the [example](Self#examples).
    #[must_use]
    pub fn within(mut self, window: Duration) -> Self {
        self.within = window;
        self
    }

    /// Starts the supervisor, linked to the running process if there is one.
    ///
    /// Shown in the [example](Self#examples).
    ///
    /// # Errors
    ///
    /// [`StartError::NoRuntime`] and [`StartError::NoTimers`].
    ///
    /// # Elixir
    ///
    /// `DynamicSupervisor.start_link/1`.
    pub fn start_link(self) -> Result<DynamicSupervisor, StartError> {
        self.start_with(true)
    }

    /// Starts the supervisor, linked to nobody.
    ///
    /// Shown in the [example](Self#examples).
    ///
    /// # Errors
    ///
    /// [`StartError::NoRuntime`] and [`StartError::NoTimers`].
    pub fn start(self) -> Result<DynamicSupervisor, StartError> {
        self.start_with(false)
    }

    fn start_with(self, link: bool) -> Result<DynamicSupervisor, StartError> {
        launch_here(link, |place| launch(self, place, &mut |_| ()))
            .map(|(supervisor, _)| supervisor)
    }
}
