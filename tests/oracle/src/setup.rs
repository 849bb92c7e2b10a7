//! What a scenario declares: specifications of children, times. `beam/setup.exs` is the other half.

use std::sync::Arc;
use std::time::Duration;

use registry_runtime::prelude::*;
use registry_runtime::{AutoShutdown, SupervisorSpec};

use crate::scenario::{About, listed};
use crate::worker::Worker;
use crate::world::World;

/// A running supervisor.
#[derive(Clone, Debug)]
pub enum Sup {
    /// With children in an order.
    Static(Supervisor),
    /// With any number of children.
    Dynamic(DynamicSupervisor),
    /// With the same child several times.
    Partition(PartitionSupervisor<Worker>),
}

fn shutdown(world: &World, text: &str) -> Shutdown {
    match text {
        "brutal_kill" => Shutdown::BrutalKill,
        "infinity" => Shutdown::Infinity,
        units => Shutdown::After(world.time(units)),
    }
}

fn restart(text: &str) -> Restart {
    match text {
        "transient" => Restart::Transient,
        "temporary" => Restart::Temporary,
        _ => Restart::Permanent,
    }
}

/// A worker as it is declared.
pub fn worker(world: &Arc<World>, id: &str) -> ChildSpec<Worker> {
    let about = &world.workers[id];
    let key = match about["name"].as_str() {
        "-" => format!("alone-{}", world.next()),
        name => name.to_owned(),
    };
    Worker::child_spec(key, id.to_owned(), Arc::clone(world))
        .id(id)
        .restart(restart(&about["restart"]))
        .shutdown(shutdown(world, &about["shutdown"]))
        .significant(about["significant"] == "1")
}

/// A child of any kind as it is declared.
pub fn child(world: &Arc<World>, id: &str) -> AnyChildSpec {
    let Some(about) = world.sups.get(id) else {
        return worker(world, id).into();
    };
    let spec: AnyChildSpec = match about["kind"].as_str() {
        "dynamic" => dynamic(about).into(),
        _ => fixed(world, id).into(),
    };
    spec.id(id)
        .restart(restart(&about["restart"]))
        .shutdown(shutdown(world, &about["shutdown"]))
        .significant(about["significant"] == "1")
}

const WINDOW: Duration = Duration::from_secs(1_000_000);

fn intensity(about: &About) -> u32 {
    about["intensity"].parse().expect("a number")
}

fn dynamic(about: &About) -> registry_runtime::DynamicSupervisorOptions {
    let options = DynamicSupervisor::builder()
        .max_restarts(intensity(about))
        .within(WINDOW);
    match about["max_children"].parse() {
        Ok(most) => options.max_children(most),
        Err(_) => options,
    }
}

fn fixed(world: &Arc<World>, id: &str) -> SupervisorSpec {
    let about = &world.sups[id];
    let strategy = match about["kind"].as_str() {
        "one_for_all" => Strategy::OneForAll,
        "rest_for_one" => Strategy::RestForOne,
        _ => Strategy::OneForOne,
    };
    let auto = match about["auto"].as_str() {
        "any_significant" => AutoShutdown::AnySignificant,
        "all_significant" => AutoShutdown::AllSignificant,
        _ => AutoShutdown::Never,
    };
    let spec = Supervisor::builder(id.to_owned())
        .strategy(strategy)
        .max_restarts(intensity(about))
        .within(WINDOW)
        .auto_shutdown(auto);
    listed(&about["children"]).fold(spec, |spec, id| spec.child(child(world, id)))
}

/// Starts a supervisor that belongs to nobody.
pub async fn start_sup(world: &Arc<World>, id: &str) -> Result<Pid, StartError> {
    let about = &world.sups[id];
    let (pid, sup) = match about["kind"].as_str() {
        "dynamic" => {
            let sup = dynamic(about).start()?;
            (sup.pid(), Sup::Dynamic(sup))
        }
        "partition" => {
            let (of, id) = (Arc::clone(world), about["children"].clone());
            let sup = PartitionSupervisor::builder(worker(world, &id))
                .with_arguments(move |_| worker(&of, &id))
                .partitions(about["partitions"].parse::<usize>().expect("a number"))
                .max_restarts(intensity(about))
                .within(WINDOW)
                .start()
                .await?;
            (sup.pid(), Sup::Partition(sup))
        }
        _ => {
            let sup = fixed(world, id).start().await?;
            (sup.pid(), Sup::Static(sup))
        }
    };
    world.hello(pid, id, None).await;
    world
        .running
        .lock()
        .expect("no panic")
        .insert(id.to_owned(), sup);
    Ok(pid)
}
