//! Plain processes that receive selectively, from senders on this node and on others.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use registry_runtime::prelude::*;
use registry_runtime::{MonitorRef, Received};
use registry_tests::Random;
use tokio::time::timeout;

use super::{Guest, ends};
use crate::book::Book;
use crate::plan::{one_in, pick};
use crate::servers::PLANNED;

/// Of which type something is that was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// The receiver's own.
    Parcel,
    Letter,
    Card,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Item {
    kind: Kind,
    from: usize,
    number: u64,
}

struct Parcel(Item);
struct Letter(Item);
struct Card(Item);

/// What has been sent and not received, in the order of sending.
#[derive(Clone)]
struct Post {
    sent: Arc<Mutex<VecDeque<Item>>>,
    book: Arc<Book>,
}

impl Post {
    fn sent(&self) -> std::sync::MutexGuard<'_, VecDeque<Item>> {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn send(&self, to: Pid, item: Item) -> Result<(), SendError> {
        self.sent().push_back(item);
        let sent = match item.kind {
            Kind::Parcel => to.send(Parcel(item)),
            Kind::Letter => to.send(Letter(item)),
            Kind::Card => to.send(Card(item)),
        };
        if sent.is_err() {
            self.sent().retain(|other| *other != item);
        }
        sent
    }

    /// An item was received: it was the first of its sender among those that were asked for, and of
    /// all senders where it is known who sent first.
    fn received(&self, item: Item, asked: impl Fn(Item) -> bool) {
        let exact = self.book.is_exact();
        let mut sent = self.sent();
        let of = |other: &Item| asked(*other) && (exact || other.from == item.from);
        let first = sent.iter().position(of);
        let right = first.is_some_and(|first| sent[first] == item);
        self.book.check(right, || {
            format!("{item:?} is received, of {:?}", first.map(|at| sent[at]))
        });
        sent.retain(|other| *other != item);
    }

    /// Nothing came in time: there is nothing, where that is known.
    fn nothing(&self, asked: impl Fn(Item) -> bool) {
        let left = self.sent().iter().copied().find(|item| asked(*item));
        self.book
            .check(!self.book.is_exact() || left.is_none(), || {
                format!("{left:?} is there, and is not received")
            });
    }
}

pub(super) async fn receive(mut guest: Guest, away: Node) {
    for _ in 0..guest.rounds() {
        one(&mut guest, &away).await;
        guest.pauses(8).await;
    }
}

async fn one(guest: &mut Guest, away: &Node) {
    let book = Arc::clone(&guest.book);
    let receiver = Receiver {
        post: Post {
            sent: Arc::default(),
            book: Arc::clone(&book),
        },
        random: Random::new(guest.random.below(1 << 30) as u64),
        senders: Vec::new(),
        over: Vec::new(),
    };
    let away = away.clone();
    let process = spawn(async move |ctx: Process<Parcel>| receiver.run(ctx, away).await);
    guest.note(|| format!("{} receives selectively", process.pid()));
    let killed = one_in(&mut guest.random, 5);
    if killed {
        guest.pauses(10).await;
        book.kills(process.pid());
        process.pid().exit(ExitReason::Kill);
    }
    let reason = ends(&book, process.ended(), "a receiver").await;
    book.told(process.pid(), &reason, "whoever waits for a receiver");
    let may_be = reason == ExitReason::Normal || (killed && reason == ExitReason::Killed);
    book.check(may_be, || {
        format!("the receiver {} ended of {reason}", process.pid())
    });
}

/// Sends some, and ends.
async fn send(number: usize, to: Pid, post: Post, mut random: Random) {
    let count = random.below(12) as u64;
    for number_of in 0..count {
        let kind = pick(&mut random, &[Kind::Parcel, Kind::Letter, Kind::Card]);
        let item = Item {
            kind,
            from: number,
            number: number_of,
        };
        if post.send(to, item).is_err() {
            return;
        }
        match random.below(4) {
            0 => tokio::task::yield_now().await,
            1 => tokio::time::sleep(Duration::from_millis(random.below(4) as u64)).await,
            _ => {}
        }
    }
    assert!(!one_in(&mut random, 4), "{PLANNED}: in a sender");
}

struct Receiver {
    post: Post,
    random: Random,
    /// Those whose end is to be told, by their number.
    senders: Vec<(MonitorRef, Pid, usize)>,
    /// Monitors that were ended, so that nothing more comes of them.
    over: Vec<MonitorRef>,
}

impl Receiver {
    async fn run(mut self, mut ctx: Process<Parcel>, away: Node) {
        let book = Arc::clone(&self.post.book);
        for number in 0..=self.random.below(3) {
            let (post, to) = (self.post.clone(), ctx.pid());
            let random = Random::new(self.random.below(1 << 30) as u64);
            let body = async move |_: Process<()>| send(number, to, post, random).await;
            let sender = if one_in(&mut self.random, 2) {
                spawn(body)
            } else {
                // Only outside of any process does a scope tell the node.
                let started = tokio::spawn(away.scope(async { spawn(body) })).await;
                match started {
                    Ok(sender) => sender,
                    Err(error) => return book.violated(format!("no sender: {error}")),
                }
            };
            let monitor = ctx.monitor(sender.pid());
            self.senders.push((monitor, sender.pid(), number));
        }
        for _ in 0..self.random.below(30) {
            self.step(&mut ctx).await;
        }
        self.all_that_is_left(&mut ctx).await;
    }

    async fn step(&mut self, ctx: &mut Process<Parcel>) {
        let limit = Duration::from_millis(self.random.below(5) as u64);
        let of = |kind: Kind| move |item: Item| item.kind == kind;
        let (post, book) = (self.post.clone(), Arc::clone(&self.post.book));
        match self.random.below(12) {
            0..=2 => match timeout(limit, ctx.recv()).await {
                Ok(Parcel(item)) => post.received(item, of(Kind::Parcel)),
                Err(_) => post.nothing(of(Kind::Parcel)),
            },
            3..=4 => match timeout(limit, ctx.recv_info::<Letter>()).await {
                Ok(Letter(item)) => post.received(item, of(Kind::Letter)),
                Err(_) => post.nothing(of(Kind::Letter)),
            },
            5..=6 => match timeout(limit, ctx.recv_info::<Card>()).await {
                Ok(Card(item)) => post.received(item, of(Kind::Card)),
                Err(_) => post.nothing(of(Kind::Card)),
            },
            7..=8 => {
                if !self.any(ctx, limit).await {
                    post.nothing(|_| true);
                }
            }
            9 => {
                if let Ok(down) = timeout(limit, ctx.recv_info::<Down>()).await {
                    self.down(&down);
                }
            }
            10 if one_in(&mut self.random, 3) => {
                let Some(&(monitor, pid, _)) = self.senders.first() else {
                    return;
                };
                // Nothing waits meanwhile: it is over exactly when its `Down` is there.
                let there = pid.info().is_some();
                let was_there = ctx.demonitor_flush(monitor);
                book.check(!book.is_exact() || was_there == there, || {
                    format!("the monitor of {pid}, there: {there}, was there: {was_there}")
                });
                self.senders.remove(0);
                self.over.push(monitor);
            }
            11 => ctx.hibernate(),
            _ => tokio::task::yield_now().await,
        }
    }

    /// Takes whatever is next; whether there was anything in time.
    async fn any(&mut self, ctx: &mut Process<Parcel>, limit: Duration) -> bool {
        let Ok(received) = timeout(limit, ctx.recv_any()).await else {
            return false;
        };
        let post = self.post.clone();
        match received {
            Received::Message(Parcel(item)) => post.received(item, |_| true),
            Received::Down(down) => {
                let of = |(monitor, ..): &&(MonitorRef, Pid, usize)| *monitor == down.monitor;
                let from = self.senders.iter().find(of).map(|(.., number)| *number);
                let before = post
                    .sent()
                    .iter()
                    .copied()
                    .find(|item| Some(item.from) == from);
                post.book.check(before.is_none(), || {
                    format!("the end of {} is told before {before:?}", down.pid)
                });
                self.down(&down);
            }
            Received::Other(any) => match any.downcast::<Letter>() {
                Ok(letter) => post.received(letter.0, |_| true),
                Err(any) => match any.downcast::<Card>() {
                    Ok(card) => post.received(card.0, |_| true),
                    Err(_) => post.book.violated("something is received that nobody sent"),
                },
            },
            Received::Exit(exit) => post.book.violated(format!("{exit:?} is received")),
            _ => {}
        }
        true
    }

    fn down(&mut self, down: &Down) {
        let book = &self.post.book;
        let of = |(monitor, pid, _): &_| (*monitor, *pid) == (down.monitor, down.pid);
        let at = self.senders.iter().position(of);
        at.map(|at| self.senders.remove(at));
        book.check(at.is_some(), || {
            let over = self.over.contains(&down.monitor);
            format!("{down:?} is told, of a monitor that was ended: {over}")
        });
        let may_be = matches!(
            down.reason,
            ExitReason::Normal | ExitReason::Panic(_) | ExitReason::NoProc
        );
        book.check(may_be && down.pid.info().is_none(), || {
            format!("a sender's end is told: {down:?}")
        });
    }

    /// All senders end, and all that they have sent is received.
    async fn all_that_is_left(&mut self, ctx: &mut Process<Parcel>) {
        let limit = Duration::from_secs(10);
        while !self.senders.is_empty() {
            let Ok(down) = timeout(limit, ctx.recv_info::<Down>()).await else {
                let text = format!("no word of the ends of {:?}", self.senders);
                return self.post.book.violated(text);
            };
            self.down(&down);
        }
        // Those whose monitors were ended may still be at it.
        loop {
            let quiet = Duration::from_millis(20);
            if !self.any(ctx, quiet).await {
                break;
            }
        }
        let certain = self.post.book.is_exact() && !self.post.book.plan.jumps;
        if !self.over.is_empty() && !certain {
            return;
        }
        let left = self.post.sent().clone();
        self.post.book.check(left.is_empty(), || {
            format!("what was sent is not received: {left:?}")
        });
    }
}
