//! ractor: an actor is a handler and its state; names are given as it is spawned.

mod restart;
mod ring;
mod topic;

use ractor::rpc::CallResult;
use ractor::{Actor, ActorCell, ActorProcessingErr, ActorRef, RpcReplyPort, SupervisionEvent};
use std::sync::OnceLock;

use super::{Contender, NO_TABLE, OPTION, is_option, is_table};
use crate::actors::{Actors, Crowd, Named, TIMEOUT};
use crate::case::Kind;
use crate::measure;
use crate::run::{Flavor, Run, Samples};

/// ractor.
pub const CONTENDER: Contender = Contender {
    name: "ractor",
    package: "ractor",
    about: "ractor: `call` with a time-out, `where_is`, `spawn_linked` under a supervisor that restarts by hand, process groups",
    missing: |kind, _| match kind {
        kind if is_table(kind) => Some(NO_TABLE),
        kind if is_option(kind) => Some(OPTION),
        _ => None,
    },
    measure,
};

fn measure(kind: Kind, flavor: Flavor, run: Run) -> Option<Samples> {
    flavor.run(async move {
        match kind {
            Kind::Start | Kind::Memory | Kind::Death => measure::crowd::<Ractor>(kind, run).await,
            Kind::Ring => measure::ring::<ring::Ractor>(run).await,
            Kind::Publish => measure::topic::<topic::Ractor>(run).await,
            Kind::Kill | Kind::Panic => measure::restarted::<restart::Ractor>(kind, run).await,
            _ => measure::named::<Ractor>(kind, run).await,
        }
    })
}

enum Message {
    Get(RpcReplyPort<u64>),
    Add(u64),
}

struct Counter;

impl Actor for Counter {
    type Msg = Message;
    type State = u64;
    type Arguments = ();

    async fn pre_start(&self, _: ActorRef<Message>, (): ()) -> Result<u64, ActorProcessingErr> {
        Ok(0)
    }

    async fn handle(
        &self,
        _: ActorRef<Message>,
        message: Message,
        state: &mut u64,
    ) -> Result<(), ActorProcessingErr> {
        match message {
            Message::Get(reply) => {
                let _ = reply.send(*state);
            }
            Message::Add(n) => *state += n,
        }
        Ok(())
    }
}

/// A supervisor whose children end for good.
struct Supervisor;

impl Actor for Supervisor {
    type Msg = ();
    type State = ();
    type Arguments = ();

    async fn pre_start(&self, _: ActorRef<()>, (): ()) -> Result<(), ActorProcessingErr> {
        Ok(())
    }

    async fn handle_supervisor_evt(
        &self,
        _: ActorRef<()>,
        _: SupervisionEvent,
        (): &mut (),
    ) -> Result<(), ActorProcessingErr> {
        Ok(())
    }
}

static SUPERVISOR: OnceLock<ActorCell> = OnceLock::new();

struct Ractor;

async fn get(server: &ActorRef<Message>, timeout: Option<std::time::Duration>) -> u64 {
    match server.call(Message::Get, timeout).await {
        Ok(CallResult::Success(state)) => state,
        _ => panic!("no answer"),
    }
}

impl Actors for Ractor {
    type Ref = ActorRef<Message>;

    async fn start() -> Self::Ref {
        Actor::spawn(None, Counter, ()).await.expect("an actor").0
    }

    async fn call(server: &Self::Ref) -> u64 {
        get(server, Some(TIMEOUT)).await
    }

    async fn call_bare(server: &Self::Ref) -> u64 {
        get(server, None).await
    }

    async fn cast(server: &Self::Ref) {
        let _ = server.cast(Message::Add(1));
    }
}

impl Named for Ractor {
    async fn start_named(name: String) {
        Actor::spawn(Some(name), Counter, ())
            .await
            .expect("an actor");
    }

    async fn call_name(name: &str) -> u64 {
        let server = ActorRef::where_is(name).expect("an actor");
        get(&server, Some(TIMEOUT)).await
    }

    async fn cast_name(name: &str) {
        if let Some(server) = ActorRef::where_is(name) {
            let _ = server.cast(Message::Add(1));
        }
    }
}

impl Crowd for Ractor {
    type Handle = ActorCell;

    async fn boot() {
        let (supervisor, _) = Actor::spawn(None, Supervisor, ()).await.expect("an actor");
        let _ = SUPERVISOR.set(supervisor.get_cell());
    }

    async fn start(i: u64) -> ActorCell {
        let supervisor = SUPERVISOR.get().expect("a supervisor").clone();
        let name = Some(format!("session:{i}"));
        let (actor, _) = Actor::spawn_linked(name, Counter, (), supervisor)
            .await
            .expect("an actor");
        actor.get_cell()
    }

    fn end(handle: ActorCell) {
        handle.kill();
    }

    fn left() -> usize {
        // Names go before the supervisor forgets the child.
        SUPERVISOR
            .get()
            .map_or(0, |supervisor| supervisor.get_children().len())
    }
}
