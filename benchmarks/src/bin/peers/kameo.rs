//! kameo.

use kameo::Actor;
use kameo::actor::{ActorRef, Spawn};
use kameo::error::Infallible;
use kameo::message::{Context, Message};
use kameo::reply::{DelegatedReply, ReplySender};
use std::sync::atomic::{AtomicU32, Ordering};

use super::{Answers, PATIENCE, eventually, fate, yes_or_no};

static STARTS: AtomicU32 = AtomicU32::new(0);

#[derive(Clone, Default)]
struct Options {
    slow: bool,
    name: Option<&'static str>,
}

struct Worker {
    kept: Vec<ReplySender<()>>,
}

impl Actor for Worker {
    type Args = Options;
    type Error = Infallible;

    async fn on_start(options: Options, myself: ActorRef<Self>) -> Result<Self, Infallible> {
        if let Some(name) = options.name {
            // Each start asks for the name; after a restart it is still taken, by the one before.
            let _ = myself.register(name);
        }
        STARTS.fetch_add(1, Ordering::SeqCst);
        if options.slow {
            tokio::time::sleep(PATIENCE).await;
        }
        Ok(Self { kept: Vec::new() })
    }
}

struct Fail;
struct Never;
struct CallBack(ActorRef<Worker>, u32);

impl Message<Fail> for Worker {
    type Reply = ();

    async fn handle(&mut self, _: Fail, _: &mut Context<Self, ()>) {
        panic!("asked to");
    }
}

impl Message<Never> for Worker {
    type Reply = DelegatedReply<()>;

    async fn handle(&mut self, _: Never, ctx: &mut Context<Self, Self::Reply>) -> Self::Reply {
        let (delegated, reply) = ctx.reply_sender();
        self.kept.extend(reply);
        delegated
    }
}

impl Message<CallBack> for Worker {
    type Reply = ();

    async fn handle(&mut self, CallBack(other, hops): CallBack, ctx: &mut Context<Self, ()>) {
        if hops > 0 {
            let _ = other.ask(CallBack(ctx.actor_ref().clone(), hops - 1)).await;
        }
    }
}

#[derive(Actor)]
struct Supervisor;

fn found(name: &'static str) -> bool {
    ActorRef::<Worker>::lookup(name).is_ok_and(|worker| worker.is_some())
}

pub(super) async fn answers() -> Answers {
    // A name is given to a reference, which is there before `on_start` has run.
    let slow = Worker::spawn(Options {
        slow: true,
        name: None,
    });
    slow.register("slow").expect("a free name");
    let early = found("slow");

    let supervisor = Supervisor::spawn(Supervisor);
    let options = Options {
        slow: false,
        name: Some("a"),
    };
    let a = Worker::supervise(&supervisor, options).spawn().await;
    eventually(|| found("a")).await;
    let before = STARTS.load(Ordering::SeqCst);
    let failed = fate(async { a.ask(Fail).await }).await;
    let restarted = eventually(|| STARTS.load(Ordering::SeqCst) > before).await;
    // The name goes only after the restart: let it settle.
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    let named = found("a");

    let (b, c) = (
        Worker::spawn(Options::default()),
        Worker::spawn(Options::default()),
    );
    let unanswered = fate(async { b.ask(Never).await }).await;
    let cycle = fate(async { b.ask(CallBack(c, 2)).await }).await;
    [
        yes_or_no(early),
        yes_or_no(restarted),
        yes_or_no(named),
        unanswered,
        failed,
        cycle,
    ]
}
