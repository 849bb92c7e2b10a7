//! A supervisor that spawns its child again, under the same name.

use ractor::{
    Actor, ActorCell, ActorProcessingErr, ActorRef, ActorStatus, SupervisionEvent, registry,
};

use crate::actors::Restarted;

const NAME: &str = "session:0";

struct Worker;

impl Actor for Worker {
    type Msg = ();
    type State = ();
    type Arguments = ();

    async fn pre_start(&self, _: ActorRef<()>, (): ()) -> Result<(), ActorProcessingErr> {
        Ok(())
    }

    async fn handle(&self, _: ActorRef<()>, (): (), (): &mut ()) -> Result<(), ActorProcessingErr> {
        panic!("asked to");
    }
}

struct Supervisor;

async fn spawn(supervisor: &ActorRef<()>) -> Result<(), ActorProcessingErr> {
    Actor::spawn_linked(Some(NAME.to_owned()), Worker, (), supervisor.get_cell()).await?;
    Ok(())
}

impl Actor for Supervisor {
    type Msg = ();
    type State = ();
    type Arguments = ();

    async fn pre_start(&self, myself: ActorRef<()>, (): ()) -> Result<(), ActorProcessingErr> {
        spawn(&myself).await
    }

    async fn handle_supervisor_evt(
        &self,
        myself: ActorRef<()>,
        event: SupervisionEvent,
        (): &mut (),
    ) -> Result<(), ActorProcessingErr> {
        match event {
            SupervisionEvent::ActorTerminated(..) | SupervisionEvent::ActorFailed(..) => {
                spawn(&myself).await
            }
            _ => Ok(()),
        }
    }
}

pub(super) struct Ractor;

/// The worker, when it runs: it has its name before, and a kill then is a start that fails, which ends the
/// supervisor as well.
fn worker() -> Option<ActorCell> {
    registry::where_is(NAME).filter(|worker| worker.get_status() == ActorStatus::Running)
}

impl Restarted for Ractor {
    async fn boot() {
        Actor::spawn(None, Supervisor, ()).await.expect("an actor");
    }

    fn incarnation() -> Option<u64> {
        worker().map(|worker| worker.get_id().pid())
    }

    fn kill() {
        if let Some(worker) = worker() {
            worker.kill();
        }
    }

    fn panic() {
        if let Some(worker) = worker() {
            let _ = worker.send_message(());
        }
    }
}
