//! Promise 6: messages arrive in the order in which they were sent; a death is told after them.
//!
//! Seen to fail: `push_signal` put signals before the messages; a batch was taken up from its end; a call was
//! sent at its second poll.

use registry_runtime::prelude::*;
use registry_runtime::{ProcessRef, Received};
use registry_tests::Log;

/// Takes numbers until its watched process has ended; fails unless all had come before.
fn counting(log: &Log, expected: u64, link: bool) -> ProcessRef<Counted> {
    let log = log.clone();
    spawn(async move |mut ctx: Process<Counted>| {
        ctx.trap_exit(true);
        let Counted::Watch(pid) = ctx.recv().await else {
            panic!("first comes whom to watch")
        };
        if link {
            ctx.link(pid);
        } else {
            let _monitor = ctx.monitor(pid);
        }
        log.add("watching");
        let mut next = 0;
        loop {
            match ctx.recv_any().await {
                Received::Message(Counted::Number(n)) => {
                    assert_eq!(n, next);
                    next += 1;
                }
                Received::Down(down) => break assert!(down.reason.is_normal()),
                Received::Exit(exit) => break assert!(exit.reason.is_normal()),
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(next, expected);
    })
}

#[derive(Debug)]
enum Counted {
    Watch(Pid),
    Number(u64),
}

async fn all_come_before_the_death(link: bool) {
    for _ in 0..100 {
        let log = Log::new();
        let counter = counting(&log, 500, link);
        let (to, watching) = (counter.clone(), log.clone());
        let sender = spawn(async move |_: Process<()>| {
            watching.until("watching").await;
            for n in 0..500 {
                to.send(Counted::Number(n)).unwrap();
                if n % 100 == 7 {
                    tokio::task::yield_now().await;
                }
            }
        });
        counter.send(Counted::Watch(sender.pid())).unwrap();
        assert_eq!(counter.ended().await, ExitReason::Normal);
    }
}

#[registry_runtime::test(flavor = "multi_thread", worker_threads = 4)]
async fn down_comes_after_every_message_of_the_dead() {
    all_come_before_the_death(false).await;
}

#[registry_runtime::test(flavor = "multi_thread", worker_threads = 4)]
async fn exit_comes_after_every_message_of_the_dead() {
    all_come_before_the_death(true).await;
}

#[gen_server]
struct Recorder {
    #[default]
    seen: Vec<u64>,
    #[default]
    downs: Vec<usize>,
}

#[gen_server]
impl Recorder {
    #[cast]
    fn cast(&mut self, n: u64) {
        self.seen.push(n);
    }

    #[call]
    fn call(&mut self, n: u64) -> u64 {
        self.seen.push(n);
        n
    }

    #[info]
    fn typed(&mut self, n: u64) {
        self.seen.push(n);
    }

    #[cast]
    fn watch(&mut self, pid: Pid, ctx: &mut Ctx<Self>) {
        let _monitor = ctx.monitor(pid);
    }

    #[info]
    fn on_down(&mut self, _down: Down) {
        self.downs.push(self.seen.len());
    }

    #[call]
    fn seen(&self) -> (Vec<u64>, Vec<usize>) {
        (self.seen.clone(), self.downs.clone())
    }
}

#[registry_runtime::test]
async fn casts_calls_and_typed_and_untyped_messages_share_one_order() {
    let server = Recorder::start().await.unwrap();
    for n in (0..400).step_by(4) {
        server.cast(n).unwrap();
        server.send(n + 1).unwrap();
        server.pid().send(n + 2).unwrap();
        assert_eq!(server.call(n + 3).await, Ok(n + 3));
    }
    assert_eq!(server.seen().await.unwrap().0, (0..400).collect::<Vec<_>>());
}

#[registry_runtime::test]
async fn a_call_is_sent_when_it_is_first_polled_and_of_two_in_a_join_the_first_is() {
    let server = Recorder::start().await.unwrap();
    let (made_first, made_last) = (server.call(1), server.call(2));
    server.cast(0).unwrap();
    assert_eq!(tokio::join!(made_last, made_first), (Ok(2), Ok(1)));
    assert_eq!(server.seen().await.unwrap().0, [0, 2, 1]);
}

#[registry_runtime::test]
async fn a_server_is_told_of_a_death_after_the_casts_of_the_dead() {
    let server = Recorder::start().await.unwrap();
    let to = server.clone();
    let sender = spawn(async move |mut ctx: Process<()>| {
        ctx.recv().await;
        (0..300).for_each(|n| to.cast(n).unwrap());
    });
    server.watch(sender.pid()).unwrap();
    sender.send(()).unwrap();
    sender.ended().await;
    let (seen, downs) = server.seen().await.unwrap();
    assert_eq!((seen.len(), downs), (300, vec![300]));
}

#[registry_runtime::test(flavor = "multi_thread", worker_threads = 4)]
async fn each_of_several_senders_keeps_its_order() {
    let server = Recorder::start().await.unwrap();
    let senders: Vec<_> = (0..4)
        .map(|sender: u64| {
            let server = server.clone();
            tokio::spawn(async move {
                for n in 0..1_000 {
                    server.cast(sender * 1_000 + n).unwrap();
                    if n % 50 == 0 {
                        tokio::task::yield_now().await;
                    }
                }
            })
        })
        .collect();
    for sender in senders {
        sender.await.unwrap();
    }
    let (seen, _) = server.seen().await.unwrap();
    assert_eq!(seen.len(), 4_000);
    for sender in 0..4 {
        let of_one: Vec<_> = seen.iter().filter(|n| **n / 1_000 == sender).collect();
        assert!(of_one.is_sorted());
    }
}
