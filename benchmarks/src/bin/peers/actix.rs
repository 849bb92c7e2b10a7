//! actix. It has no names but of types (`SystemService`), which is not asked after here.

use actix::prelude::*;
use std::sync::atomic::{AtomicU32, Ordering};

use super::{Answers, NONE, eventually, fate, yes_or_no};

static STARTS: AtomicU32 = AtomicU32::new(0);

struct Worker;

impl Actor for Worker {
    type Context = Context<Self>;

    fn started(&mut self, _: &mut Self::Context) {
        STARTS.fetch_add(1, Ordering::SeqCst);
    }
}

impl Supervised for Worker {}

#[derive(Message)]
#[rtype(result = "()")]
struct Fail;

#[derive(Message)]
#[rtype(result = "()")]
struct Never;

#[derive(Message)]
#[rtype(result = "()")]
struct CallBack(Addr<Worker>, u32);

impl Handler<Fail> for Worker {
    type Result = ();

    fn handle(&mut self, _: Fail, _: &mut Self::Context) {
        panic!("asked to");
    }
}

impl Handler<Never> for Worker {
    type Result = ResponseFuture<()>;

    fn handle(&mut self, _: Never, _: &mut Self::Context) -> Self::Result {
        Box::pin(std::future::pending())
    }
}

impl Handler<CallBack> for Worker {
    type Result = ResponseFuture<()>;

    fn handle(&mut self, CallBack(other, hops): CallBack, ctx: &mut Self::Context) -> Self::Result {
        let myself = ctx.address();
        Box::pin(async move {
            if hops > 0 {
                let _ = other.send(CallBack(myself, hops - 1)).await;
            }
        })
    }
}

pub(super) fn answers() -> Answers {
    System::new().block_on(async {
        let a = Supervisor::start(|_| Worker);
        let b = Worker.start();
        let c = Worker.start();
        let unanswered = fate(b.send(Never)).await;
        let cycle = fate(b.send(CallBack(c, 2))).await;

        let before = STARTS.load(Ordering::SeqCst);
        let failed = fate(a.send(Fail)).await;
        let restarted = eventually(|| STARTS.load(Ordering::SeqCst) > before).await;
        let none = NONE.to_owned();
        [
            none.clone(),
            yes_or_no(restarted),
            none,
            unanswered,
            failed,
            cycle,
        ]
    })
}
