//! A ring of tasks.

use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use crate::actors::Ring;
use crate::latch::Latch;

pub(super) enum Message {
    Next(UnboundedSender<Message>),
    Token(u64),
}

pub(super) struct Raw;

impl Ring for Raw {
    type Node = UnboundedSender<Message>;

    async fn node(done: Latch) -> Self::Node {
        let (sender, mut mailbox) = unbounded_channel();
        tokio::spawn(async move {
            let mut next = None::<UnboundedSender<Message>>;
            while let Some(message) = mailbox.recv().await {
                match (message, &next) {
                    (Message::Next(node), _) => next = Some(node),
                    (Message::Token(0), _) => done.hit(),
                    (Message::Token(n), Some(next)) => drop(next.send(Message::Token(n - 1))),
                    (Message::Token(_), None) => {}
                }
            }
        });
        sender
    }

    async fn connect(node: &Self::Node, next: Self::Node) {
        let _ = node.send(Message::Next(next));
    }

    async fn pass(node: &Self::Node, hops: u64) {
        let _ = node.send(Message::Token(hops));
    }
}
