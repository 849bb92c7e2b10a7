//! Changing the number of partitions that run.

use std::error::Error;
use std::fmt;

use super::SupervisorError;
use super::partition::PartitionSupervisor;
use super::partition_kind::Partition;

impl<S: Partition> PartitionSupervisor<S> {
    /// Changes the number of partitions that run, from none to as many as it was started with; how
    /// many there were before.
    ///
    /// Those above are ended, the last first, once no key leads to them any more, and started again as
    /// their number is needed. Keys may then lead to other partitions than before.
    ///
    /// # Errors
    ///
    /// [`ResizeError::TooMany`]; [`ResizeError::Supervisor`] when a partition cannot be started or
    /// ended: then those that were are so, and keys lead to the old number, or to less.
    ///
    /// # Cancel safety
    ///
    /// When it is dropped, some of the partitions may have been started or ended; the next resize
    /// puts that right.
    ///
    /// # Examples
    ///
    /// ```
    /// # use registry_runtime::prelude::*;
    /// use registry_runtime::ResizeError;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let agents = PartitionSupervisor::builder(Agent::child_spec(|| 0)).partitions(4).start().await?;
    /// assert_eq!(agents.resize(2).await?, 4);   // how many there were
    /// assert_eq!((agents.partitions(), agents.count_children().active), (2, 2));
    /// let more = agents.resize(5).await;
    /// assert_eq!(more, Err(ResizeError::TooMany { most: 4, got: 5 }));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Elixir
    ///
    /// `PartitionSupervisor.resize!/2`.
    pub async fn resize(&self, partitions: usize) -> Result<usize, ResizeError> {
        let most = self.table.most();
        if partitions > most {
            return Err(ResizeError::TooMany {
                most,
                got: partitions,
            });
        }
        let _one_at_a_time = self.table.resizing.lock().await;
        let before = self.table.open();
        if partitions < before {
            self.table.set_open(partitions);
        }
        // All that are not to run, and not only those between the numbers: a resize that was given up
        // may have left some above.
        for index in (partitions..most).rev() {
            match self.supervisor.terminate_child(&index.to_string()).await {
                // The specification of a temporary one goes when it ends.
                Ok(()) | Err(SupervisorError::NotFound) => self.table.seat(index, None),
                Err(error) => return Err(error.into()),
            }
        }
        for index in before..partitions {
            match self.supervisor.restart_child(&index.to_string()).await {
                Ok(_) | Err(SupervisorError::Running | SupervisorError::Restarting) => {}
                Err(error) => return Err(error.into()),
            }
        }
        self.table.set_open(partitions);
        Ok(before)
    }
}

/// Why a partition supervisor was not resized.
///
/// Shown in the example of [`PartitionSupervisor::resize`](super::PartitionSupervisor::resize).
///
/// # Elixir
///
/// `PartitionSupervisor.resize!/2` raises.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ResizeError {
    /// There cannot be more partitions than it was started with.
    TooMany {
        /// How many it was started with.
        most: usize,
        /// How many it was asked for.
        got: usize,
    },
    /// A partition could not be started or ended.
    Supervisor(SupervisorError),
}

impl fmt::Display for ResizeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooMany { most, got } => write!(
                f,
                "expected the number of partitions to be at most {most}, with which it was started, \
                 got `{got}`"
            ),
            Self::Supervisor(error) => {
                write!(f, "a partition could not be started or ended: {error}")
            }
        }
    }
}

impl Error for ResizeError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Supervisor(error) => Some(error),
            Self::TooMany { .. } => None,
        }
    }
}

impl From<SupervisorError> for ResizeError {
    fn from(error: SupervisorError) -> Self {
        Self::Supervisor(error)
    }
}
