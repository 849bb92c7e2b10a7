//! A process group, and a message to each of its members.

use ractor::{Actor, ActorProcessingErr, ActorRef, pg};

use crate::actors::Topic;
use crate::latch::Latch;

struct Subscriber;

impl Actor for Subscriber {
    type Msg = u64;
    type State = Latch;
    type Arguments = Latch;

    async fn pre_start(&self, _: ActorRef<u64>, latch: Latch) -> Result<Latch, ActorProcessingErr> {
        Ok(latch)
    }

    async fn handle(
        &self,
        _: ActorRef<u64>,
        _: u64,
        latch: &mut Latch,
    ) -> Result<(), ActorProcessingErr> {
        latch.hit();
        Ok(())
    }
}

pub(super) struct Ractor;

impl Topic for Ractor {
    type Handle = String;

    async fn subscribe(n: u64, latch: Latch) -> String {
        let group = "topic".to_owned();
        let mut members = Vec::new();
        for _ in 0..n {
            let (actor, _) = Actor::spawn(None, Subscriber, latch.clone())
                .await
                .expect("an actor");
            members.push(actor.get_cell());
        }
        pg::join(group.clone(), members);
        group
    }

    async fn publish(topic: &String) {
        for member in pg::get_members(topic) {
            let _ = member.send_message(1_u64);
        }
    }
}
