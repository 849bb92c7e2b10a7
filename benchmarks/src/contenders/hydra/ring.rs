//! A ring of servers.

use hydra::{ExitReason, GenServer, GenServerOptions, Pid};
use serde::{Deserialize, Serialize};

use crate::actors::Ring;
use crate::latch::Latch;

#[derive(Debug, Serialize, Deserialize)]
enum Message {
    Next(Pid),
    Token(u64),
}

struct Node {
    done: Latch,
    next: Option<Pid>,
}

impl GenServer for Node {
    type Message = Message;

    async fn init(&mut self) -> Result<(), ExitReason> {
        Ok(())
    }

    async fn handle_cast(&mut self, message: Message) -> Result<(), ExitReason> {
        match (message, self.next) {
            (Message::Next(next), _) => self.next = Some(next),
            (Message::Token(n), Some(next)) if n > 0 => Self::cast(next, Message::Token(n - 1)),
            (Message::Token(_), _) => self.done.hit(),
        }
        Ok(())
    }
}

pub(super) struct Hydra;

impl Ring for Hydra {
    type Node = Pid;

    async fn node(done: Latch) -> Pid {
        Node { done, next: None }
            .start(GenServerOptions::new())
            .await
            .expect("a server")
    }

    async fn connect(node: &Pid, next: Pid) {
        Node::cast(*node, Message::Next(next));
    }

    async fn pass(node: &Pid, hops: u64) {
        Node::cast(*node, Message::Token(hops));
    }
}
