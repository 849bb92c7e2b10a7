//! xtra: an actor with a `Handler` for each kind of message, and nothing else.

mod topic;

use xtra::prelude::*;

use super::{Contender, NO_TABLE, OPTION, is_option, is_table};
use crate::actors::{Actors, Ring, TIMEOUT};
use crate::case::Kind;
use crate::latch::Latch;
use crate::measure;
use crate::run::{Flavor, Run, Samples};

/// xtra.
pub const CONTENDER: Contender = Contender {
    name: "xtra",
    package: "xtra",
    about: "xtra on tokio: unbounded mailboxes; `tokio::time::timeout` around calls, which have none of their own; `broadcast` to actors of one address",
    missing: |kind, _| match kind {
        kind if is_table(kind) => Some(NO_TABLE),
        kind if is_option(kind) => Some(OPTION),
        Kind::CallName | Kind::FanName | Kind::CastName | Kind::Latency => Some("no names"),
        Kind::Start | Kind::Memory | Kind::Death => Some("no names, no supervision"),
        Kind::Kill | Kind::Panic => Some("no supervision"),
        _ => None,
    },
    measure,
};

fn measure(kind: Kind, flavor: Flavor, run: Run) -> Option<Samples> {
    flavor.run(async move {
        match kind {
            Kind::Ring => measure::ring::<Xtra>(run).await,
            Kind::Publish => measure::topic::<topic::Xtra>(run).await,
            _ => measure::actors::<Xtra>(kind, run).await,
        }
    })
}

#[derive(xtra::Actor)]
struct Counter(u64);

struct Get;
struct Add(u64);

impl Handler<Get> for Counter {
    type Return = u64;

    async fn handle(&mut self, _: Get, _: &mut Context<Self>) -> u64 {
        self.0
    }
}

impl Handler<Add> for Counter {
    type Return = ();

    async fn handle(&mut self, Add(n): Add, _: &mut Context<Self>) {
        self.0 += n;
    }
}

struct Xtra;

impl Actors for Xtra {
    type Ref = Address<Counter>;

    async fn start() -> Self::Ref {
        xtra::spawn_tokio(Counter(0), Mailbox::unbounded())
    }

    async fn call(server: &Self::Ref) -> u64 {
        let answer = tokio::time::timeout(TIMEOUT, server.send(Get)).await;
        answer.expect("in time").expect("an answer")
    }

    async fn call_bare(server: &Self::Ref) -> u64 {
        server.send(Get).await.expect("an answer")
    }

    async fn cast(server: &Self::Ref) {
        let _ = server.send(Add(1)).detach().await;
    }
}

#[derive(xtra::Actor)]
struct Node {
    done: Latch,
    next: Option<Address<Node>>,
}

struct Next(Address<Node>);
struct Token(u64);

impl Handler<Next> for Node {
    type Return = ();

    async fn handle(&mut self, Next(next): Next, _: &mut Context<Self>) {
        self.next = Some(next);
    }
}

impl Handler<Token> for Node {
    type Return = ();

    async fn handle(&mut self, Token(n): Token, _: &mut Context<Self>) {
        match &self.next {
            Some(next) if n > 0 => drop(next.send(Token(n - 1)).detach().await),
            _ => self.done.hit(),
        }
    }
}

impl Ring for Xtra {
    type Node = Address<Node>;

    async fn node(done: Latch) -> Self::Node {
        xtra::spawn_tokio(Node { done, next: None }, Mailbox::unbounded())
    }

    async fn connect(node: &Self::Node, next: Self::Node) {
        let _ = node.send(Next(next)).detach().await;
    }

    async fn pass(node: &Self::Node, hops: u64) {
        let _ = node.send(Token(hops)).detach().await;
    }
}
