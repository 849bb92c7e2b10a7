//! What the tests of partition supervisors share.

use registry_runtime::agent::AgentServer;
use registry_runtime::prelude::*;
use registry_runtime::supervisor::PartitionSupervisorOptions;

pub(crate) type Numbers = PartitionSupervisor<AgentServer<usize>>;

/// Partitions that hold their number.
pub(crate) fn numbered(partitions: usize) -> PartitionSupervisorOptions<AgentServer<usize>> {
    PartitionSupervisor::builder(Agent::child_spec(|| -> usize { panic!("unused") }))
        .with_arguments(|partition| Agent::child_spec(move || partition))
        .partitions(partitions)
}

/// What the partition that a key leads to says.
pub(crate) async fn number(numbers: &Numbers, key: i32) -> Result<usize, CallError> {
    numbers.via(&key).get(|number| *number).await
}
