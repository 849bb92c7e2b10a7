//! A ring of actors on one thread.

use actix::prelude::*;

use super::arbiter;
use crate::actors::Ring;
use crate::latch::Latch;

pub(super) struct Node {
    done: Latch,
    next: Option<Addr<Node>>,
}

#[derive(actix::Message)]
#[rtype(result = "()")]
struct Next(Addr<Node>);

#[derive(actix::Message)]
#[rtype(result = "()")]
struct Token(u64);

impl Actor for Node {
    type Context = Context<Self>;
}

impl Handler<Next> for Node {
    type Result = ();

    fn handle(&mut self, Next(next): Next, _: &mut Context<Self>) {
        self.next = Some(next);
    }
}

impl Handler<Token> for Node {
    type Result = ();

    fn handle(&mut self, Token(n): Token, _: &mut Context<Self>) {
        match &self.next {
            Some(next) if n > 0 => next.do_send(Token(n - 1)),
            _ => self.done.hit(),
        }
    }
}

pub(super) struct Actix;

impl Ring for Actix {
    type Node = Addr<Node>;

    async fn node(done: Latch) -> Self::Node {
        Node::start_in_arbiter(arbiter(), |_| Node { done, next: None })
    }

    async fn connect(node: &Self::Node, next: Self::Node) {
        node.do_send(Next(next));
    }

    async fn pass(node: &Self::Node, hops: u64) {
        node.do_send(Token(hops));
    }
}
