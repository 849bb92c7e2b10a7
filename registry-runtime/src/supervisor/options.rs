//! The words of a supervision tree.

use std::time::Duration;

/// When an ended child is started again.
///
/// # Examples
///
/// ```
/// # use registry_runtime::prelude::*;
/// #[gen_server]
/// struct Job {}
///
/// #[gen_server]
/// impl Job {
///     #[cast] fn finish(&mut self, ctx: &mut Ctx<Self>) { ctx.stop(ExitReason::Normal) }
///     #[cast] fn fail(&mut self) { panic!("no paper") }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let jobs = DynamicSupervisor::builder().start()?;
/// let job = jobs.start_child(Job::child_spec().restart(Restart::Transient)).await?;
/// job.finish()?;
/// job.ended().await;
/// assert_eq!(jobs.count_children().specs, 0);  // it is done
///
/// let job = jobs.start_child(Job::child_spec().restart(Restart::Transient)).await?;
/// job.fail()?;
/// job.ended().await;
/// while jobs.count_children().active == 0 { tokio::task::yield_now().await }  // it is back
/// # Ok(())
/// # }
/// ```
///
/// # Elixir
///
/// `:restart`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Restart {
    /// Always.
    #[default]
    Permanent,
    /// Unless it ended in order: `Normal`, `Shutdown`, `ShutdownWith`.
    Transient,
    /// Never. A dynamic supervisor keeps no arguments of such a child.
    Temporary,
}

/// How a child is ended by its supervisor.
///
/// Shown in the example of [`ChildSpec`](super::ChildSpec).
///
/// # Elixir
///
/// `:shutdown`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shutdown {
    /// Killed at once: `terminate` does not run.
    BrutalKill,
    /// Asked to exit with `Shutdown`, and killed after this time.
    After(Duration),
    /// Asked to exit, and waited for as long as it takes.
    Infinity,
}

impl Default for Shutdown {
    /// Five seconds.
    fn default() -> Self {
        Self::After(Duration::from_secs(5))
    }
}

/// Which children are started again with the one that ended.
///
/// Shown in the example of [`SupervisorSpec`](super::SupervisorSpec).
///
/// # Elixir
///
/// `:strategy`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strategy {
    /// It alone.
    #[default]
    OneForOne,
    /// All.
    OneForAll,
    /// It, and those started after it.
    RestForOne,
}

/// Whether a supervisor ends by itself when its significant children have ended.
///
/// # Examples
///
/// ```
/// # use registry_runtime::prelude::*;
/// use registry_runtime::AutoShutdown;
///
/// #[gen_server]
/// struct Game {}
///
/// #[gen_server]
/// impl Game {
///     #[cast] fn over(&mut self, ctx: &mut Ctx<Self>) { ctx.stop(ExitReason::Normal) }
/// }
///
/// #[gen_server]
/// struct Log {}
///
/// #[gen_server]
/// impl Log {}
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let sup = Supervisor::builder("game")
///     .auto_shutdown(AutoShutdown::AnySignificant)
///     .child(Log::child_spec())
///     .start()
///     .await?;
/// let game = Game::child_spec().restart(Restart::Temporary).significant(true);
/// sup.start_child(game).await?.over()?;
/// assert_eq!(sup.wait().await, ExitReason::Shutdown);  // the log has ended as well
/// # Ok(())
/// # }
/// ```
///
/// # Elixir
///
/// `:auto_shutdown`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AutoShutdown {
    /// No.
    #[default]
    Never,
    /// When one of them ends by itself.
    AnySignificant,
    /// When the last of them ends by itself.
    AllSignificant,
}

/// What a child is.
///
/// Told by [`ChildInfo`](super::ChildInfo), and shown in its [example](super::ChildInfo#examples).
///
/// # Elixir
///
/// `:type`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ChildKind {
    /// A process without children of its own.
    #[default]
    Worker,
    /// A supervisor.
    Supervisor,
}

/// How long a child waits before it is started again, so that one that crashes at once does not
/// use up its neighbours' restarts.
///
/// The first restart waits for `first`, each further one twice as long as the one before, up to
/// `most`; a child that has run for longer than `most` begins anew.
///
/// # Examples
///
/// ```
/// # use registry_runtime::prelude::*;
/// use std::time::Duration;
///
/// use registry_runtime::Backoff;
///
/// #[gen_server]
/// struct Uplink {}
///
/// #[gen_server]
/// impl Uplink {}
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let backoff = Backoff::exponential(Duration::from_millis(100), Duration::from_secs(10));
/// let sup = Supervisor::builder("net").child(Uplink::child_spec().backoff(backoff)).start().await?;
/// assert_eq!(sup.which_children()[0].restarts, 0);
/// sup.shutdown().await;
/// # Ok(())
/// # }
/// ```
///
/// # Elixir
///
/// There is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    pub(crate) first: Duration,
    pub(crate) most: Duration,
}

impl Backoff {
    /// Waits from `first` up to `most`.
    ///
    /// As [`Backoff`] shows.
    #[must_use]
    pub const fn exponential(first: Duration, most: Duration) -> Self {
        Self { first, most }
    }

    /// Always waits for `delay`.
    ///
    /// As [`Backoff`] shows.
    #[must_use]
    pub const fn constant(delay: Duration) -> Self {
        Self {
            first: delay,
            most: delay,
        }
    }

    /// How long the restart after `failures` failures in a row waits.
    pub(crate) fn delay(self, failures: u32) -> Duration {
        let factor = 1_u32
            .checked_shl(failures.saturating_sub(1))
            .unwrap_or(u32::MAX);
        self.first.saturating_mul(factor).min(self.most)
    }
}
