//! A ring of servers that cast to one another.

use registry_runtime::prelude::*;

use crate::actors::Ring;
use crate::latch::Latch;

#[gen_server]
pub(super) struct Node {
    done: Latch,
    #[default]
    next: Option<ServerRef<Node>>,
}

#[gen_server]
impl Node {
    #[cast]
    fn connect(&mut self, next: ServerRef<Node>) {
        self.next = Some(next);
    }

    #[cast]
    fn token(&mut self, hops: u64) {
        match &self.next {
            Some(next) if hops > 0 => drop(next.token(hops - 1)),
            _ => self.done.hit(),
        }
    }
}

pub(super) struct Ours;

impl Ring for Ours {
    type Node = ServerRef<Node>;

    async fn node(done: Latch) -> Self::Node {
        Node::start(done).await.expect("a server")
    }

    async fn connect(node: &Self::Node, next: Self::Node) {
        node.connect(next).expect("a server");
    }

    async fn pass(node: &Self::Node, hops: u64) {
        node.token(hops).expect("a server");
    }
}
