//! A ring of actors.

use ractor::{Actor, ActorProcessingErr, ActorRef};

use crate::actors::Ring;
use crate::latch::Latch;

pub(super) enum Message {
    Next(ActorRef<Message>),
    Token(u64),
}

struct Node;

impl Actor for Node {
    type Msg = Message;
    type State = (Latch, Option<ActorRef<Message>>);
    type Arguments = Latch;

    async fn pre_start(
        &self,
        _: ActorRef<Message>,
        done: Latch,
    ) -> Result<Self::State, ActorProcessingErr> {
        Ok((done, None))
    }

    async fn handle(
        &self,
        _: ActorRef<Message>,
        message: Message,
        (done, next): &mut Self::State,
    ) -> Result<(), ActorProcessingErr> {
        match (message, &next) {
            (Message::Next(node), _) => *next = Some(node),
            (Message::Token(n), Some(next)) if n > 0 => drop(next.cast(Message::Token(n - 1))),
            (Message::Token(_), _) => done.hit(),
        }
        Ok(())
    }
}

pub(super) struct Ractor;

impl Ring for Ractor {
    type Node = ActorRef<Message>;

    async fn node(done: Latch) -> Self::Node {
        Actor::spawn(None, Node, done).await.expect("an actor").0
    }

    async fn connect(node: &Self::Node, next: Self::Node) {
        let _ = node.cast(Message::Next(next));
    }

    async fn pass(node: &Self::Node, hops: u64) {
        let _ = node.cast(Message::Token(hops));
    }
}
