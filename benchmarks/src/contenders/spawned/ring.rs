//! A ring of actors.

use spawned_concurrency::message::Message;
use spawned_concurrency::tasks::{Actor, ActorRef, ActorStart, Context, Handler};

use crate::actors::Ring;
use crate::latch::Latch;

pub(super) struct Node {
    done: Latch,
    next: Option<ActorRef<Node>>,
}

struct Next(ActorRef<Node>);
struct Token(u64);

impl Message for Next {
    type Result = ();
}

impl Message for Token {
    type Result = ();
}

impl Actor for Node {}

impl Handler<Next> for Node {
    async fn handle(&mut self, Next(next): Next, _: &Context<Self>) {
        self.next = Some(next);
    }
}

impl Handler<Token> for Node {
    async fn handle(&mut self, Token(n): Token, _: &Context<Self>) {
        match &self.next {
            Some(next) if n > 0 => drop(next.send(Token(n - 1))),
            _ => self.done.hit(),
        }
    }
}

pub(super) struct Spawned;

impl Ring for Spawned {
    type Node = ActorRef<Node>;

    async fn node(done: Latch) -> Self::Node {
        Node { done, next: None }.start()
    }

    async fn connect(node: &Self::Node, next: Self::Node) {
        let _ = node.send(Next(next));
    }

    async fn pass(node: &Self::Node, hops: u64) {
        let _ = node.send(Token(hops));
    }
}
