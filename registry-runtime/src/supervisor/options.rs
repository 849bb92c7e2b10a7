//! The words of a supervision tree.

use std::time::Duration;

/// When an ended child is started again.
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
    /// Never.
    Temporary,
}

/// How a child is ended by its supervisor.
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
    #[must_use]
    pub const fn exponential(first: Duration, most: Duration) -> Self {
        Self { first, most }
    }

    /// Always waits for `delay`.
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
