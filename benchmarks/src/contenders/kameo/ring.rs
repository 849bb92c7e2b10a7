//! A ring of actors.

use kameo::Actor;
use kameo::actor::{ActorRef, Spawn};
use kameo::mailbox;
use kameo::message::{Context, Message};

use crate::actors::Ring;
use crate::latch::Latch;

#[derive(Actor)]
pub(super) struct Node {
    done: Latch,
    next: Option<ActorRef<Node>>,
}

struct Next(ActorRef<Node>);
struct Token(u64);

impl Message<Next> for Node {
    type Reply = ();

    async fn handle(&mut self, Next(next): Next, _: &mut Context<Self, ()>) {
        self.next = Some(next);
    }
}

impl Message<Token> for Node {
    type Reply = ();

    async fn handle(&mut self, Token(n): Token, _: &mut Context<Self, ()>) {
        match &self.next {
            Some(next) if n > 0 => drop(next.tell(Token(n - 1)).send().await),
            _ => self.done.hit(),
        }
    }
}

pub(super) struct Kameo;

impl Ring for Kameo {
    type Node = ActorRef<Node>;

    async fn node(done: Latch) -> Self::Node {
        Node::spawn_with_mailbox(Node { done, next: None }, mailbox::unbounded())
    }

    async fn connect(node: &Self::Node, next: Self::Node) {
        let _ = node.tell(Next(next)).send().await;
    }

    async fn pass(node: &Self::Node, hops: u64) {
        let _ = node.tell(Token(hops)).send().await;
    }
}
