//! ractor.

use ractor::{Actor, ActorProcessingErr, ActorRef, RpcReplyPort, SupervisionEvent, call, registry};

use super::{Answers, NO, PATIENCE, eventually, fate, yes_or_no};

enum Message {
    Fail(#[expect(dead_code, reason = "never answered")] RpcReplyPort<()>),
    Never(RpcReplyPort<()>),
    CallBack(ActorRef<Message>, u32, RpcReplyPort<()>),
}

struct Worker;

impl Actor for Worker {
    type Msg = Message;
    type State = Vec<RpcReplyPort<()>>;
    type Arguments = bool;

    async fn pre_start(
        &self,
        _: ActorRef<Message>,
        slow: bool,
    ) -> Result<Self::State, ActorProcessingErr> {
        if slow {
            tokio::time::sleep(PATIENCE).await;
        }
        Ok(Vec::new())
    }

    async fn handle(
        &self,
        myself: ActorRef<Message>,
        message: Message,
        kept: &mut Self::State,
    ) -> Result<(), ActorProcessingErr> {
        match message {
            Message::Fail(_) => panic!("asked to"),
            Message::Never(reply) => kept.push(reply),
            Message::CallBack(other, hops, reply) => {
                if hops > 0 {
                    call!(other, Message::CallBack, myself, hops - 1)?;
                }
                reply.send(())?;
            }
        }
        Ok(())
    }
}

/// Takes what `handle_supervisor_evt` does where nothing is written, but that it lives on.
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

fn found(name: &str) -> bool {
    registry::where_is(name).is_some()
}

pub(super) async fn answers() -> Answers {
    tokio::spawn(Actor::spawn(Some("slow".to_owned()), Worker, true));
    let early = eventually(|| found("slow")).await;

    let (supervisor, _) = Actor::spawn(None, Supervisor, ()).await.expect("an actor");
    let (a, task) = Actor::spawn_linked(Some("a".to_owned()), Worker, false, supervisor.get_cell())
        .await
        .expect("a free name");
    let failed = fate(async { call!(a, Message::Fail) }).await;
    task.await.expect("it is caught");
    let back = eventually(|| found("a")).await;
    // The supervisor is told, and may start another by hand; nothing does it for the supervisor.
    let restarted = if back {
        yes_or_no(true)
    } else {
        "by hand".to_owned()
    };
    let by_hand = Actor::spawn(Some("a".to_owned()), Worker, false)
        .await
        .is_ok();
    let named = if by_hand {
        "by hand".to_owned()
    } else {
        NO.to_owned()
    };

    let (b, _) = Actor::spawn(None, Worker, false).await.expect("an actor");
    let (c, _) = Actor::spawn(None, Worker, false).await.expect("an actor");
    let unanswered = fate(async { call!(b, Message::Never) }).await;
    let cycle = fate(async { call!(b, Message::CallBack, c, 2) }).await;
    [
        yes_or_no(early),
        restarted,
        named,
        unanswered,
        failed,
        cycle,
    ]
}
