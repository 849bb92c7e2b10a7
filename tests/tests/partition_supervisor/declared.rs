//! Partition supervisors that are declared as types.

use registry_runtime::__private::{Instance, Slot, part};
use registry_runtime::agent::AgentServer;
use registry_runtime::prelude::*;
use registry_runtime::supervisor::PartitionSupervisorOptions;
use registry_runtime::{
    Children, Declaration, DeclarationKind, DeclaredPartitionSupervisor, SupervisorError,
};
use registry_tests::{eventually, successor};

use super::support::{Numbers, numbered};

enum Shards {}

impl DeclaredPartitionSupervisor for Shards {
    type Of = AgentServer<usize>;

    fn slot() -> &'static Slot<Self, Instance<Numbers>> {
        static SLOT: Slot<Shards, Instance<Numbers>> = Slot::new();
        &SLOT
    }

    fn declaration() -> &'static Declaration {
        static DECLARATION: Declaration = Declaration::new(
            DeclarationKind::PartitionSupervisor,
            "Shards",
            module_path!(),
            file!(),
            line!(),
        );
        &DECLARATION
    }

    fn options() -> PartitionSupervisorOptions<AgentServer<usize>> {
        numbered(3)
    }
}

#[registry_runtime::test]
async fn a_declared_one_is_found_by_its_type() {
    let Err(SupervisorError::NotRunning(missing)) = part::via::<Shards>(&1) else {
        panic!("it was not started");
    };
    assert!(
        missing
            .to_string()
            .ends_with("; add `partition_supervisor!<Shards>;` to your supervision tree"),
        "{missing}"
    );
    assert_eq!((Shards::partitions(), Shards::whereis()), (0, None));
    assert_eq!(Shards::count_children(), Children::default());
    let tree = SupervisorSpec::new("App")
        .child(part::partition_options::<Shards>())
        .start()
        .await
        .unwrap();
    assert_eq!(
        part::via::<Shards>(&4).unwrap().get(|number| *number).await,
        Ok(1)
    );
    assert_eq!(Shards::resize(2).await, Ok(3));
    assert_eq!(Shards::partitions(), 2);
    assert_eq!(Shards::which_children().len(), 3);
    let running = Shards::whereis().unwrap();
    assert_eq!(
        Shards::start_link().await.unwrap_err(),
        StartError::AlreadyStarted(running)
    );
    assert_eq!(&*tree.which_children()[0].id, "Shards");
    // Restarted, it has all of its partitions.
    running.exit(ExitReason::Kill);
    successor(running, Shards::whereis).await;
    eventually(|| Shards::count_children().active == 3).await;
    assert_eq!(Shards::handle().unwrap().partitions(), 3);
    tree.shutdown().await;
    assert_eq!(Shards::whereis(), None);
}

supervision_tree! {
    Counting;
    partition_supervisor!<pub(crate) Counters, partitions = 2> { |number| Agent::<usize>(move || number * 10) };
    partition_supervisor!<pub(crate) Zeros, partitions = 3, max_restarts = 1> {
        Agent::<u8>(|| 0), restart = transient
    };
}

#[registry_runtime::test]
async fn agents_are_partitions_too() {
    let app = Counting::start().await.unwrap();
    let odd = Counters::via(&3).unwrap();
    odd.update(|number| *number += 1).await.unwrap();
    assert_eq!(
        Counters::via(&1).unwrap().get(|number| *number).await,
        Ok(11)
    );
    assert_eq!(
        Counters::via(&0).unwrap().get(|number| *number).await,
        Ok(0)
    );
    let zeros: PartitionSupervisor<Agent<u8>> = Zeros::handle().unwrap();
    assert_eq!((zeros.partitions(), Zeros::partitions()), (3, 3));
    // A client by key finds the successor.
    let pid = odd.whereis().unwrap();
    pid.exit(ExitReason::Kill);
    successor(pid, || odd.whereis()).await;
    assert_eq!(odd.get(|number| *number).await, Ok(10));
    app.shutdown().await;
}
