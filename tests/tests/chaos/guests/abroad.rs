//! Processes of another node, which monitor servers of this one, and are linked to them.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use registry_runtime::prelude::*;
use registry_runtime::{MonitorRef, ProcessRef, Received};

use super::{Guest, ends, soon};
use crate::book::Book;
use crate::plan::{Target, one_in, pick};
use crate::servers::{Names, PLANNED};

/// What a process abroad is told to do.
#[derive(Clone, Debug)]
enum Order {
    Monitor(Pid),
    /// Ends a monitor, and takes out what has come of it.
    Demonitor,
    Link(Pid),
    Unlink(Pid),
    Return,
    Panic,
}

/// What it waits to be told.
#[derive(Default)]
struct Ties {
    monitors: Vec<(MonitorRef, Pid)>,
    links: HashSet<Pid>,
    /// Those it has ever linked itself to: each time, a dead one answers.
    linked: HashSet<Pid>,
    /// Those it was linked to, and of which there may be an `Exit` on the way.
    unlinked: HashSet<Pid>,
    /// Those that were told to link to it.
    invited: HashSet<Pid>,
    /// Deaths that it was told of.
    told: Vec<(Pid, ExitReason)>,
}

#[derive(Clone)]
struct Shared {
    ties: Arc<Mutex<Ties>>,
    book: Arc<Book>,
}

impl Shared {
    fn ties(&self) -> MutexGuard<'_, Ties> {
        self.ties.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(super) async fn watch(mut guest: Guest, home: Node) {
    for _ in 0..guest.rounds() {
        one(&mut guest, &home).await;
        guest.pauses(8).await;
    }
}

/// A server of the other node that runs, at random, and its process.
async fn some_server(guest: &mut Guest, home: &Node) -> Option<(Pid, Target)> {
    let all = || Names::select(|_, pid, id| Some((pid, *id)));
    let mut all = home.scope(async { all() }).await;
    all.sort_unstable();
    if all.is_empty() {
        return None;
    }
    let (pid, id) = pick(&mut guest.random, &all);
    Some((pid, Target::new(id)))
}

async fn one(guest: &mut Guest, home: &Node) {
    let book = Arc::clone(&guest.book);
    let shared = Shared {
        ties: Arc::default(),
        book: Arc::clone(&book),
    };
    let traps = one_in(&mut guest.random, 2);
    let inside = shared.clone();
    let process = spawn(async move |ctx| obey(ctx, inside, traps).await);
    let me = process.pid();
    guest.note(|| format!("{me} goes abroad, traps: {traps}"));
    for _ in 0..guest.random.below(16) {
        tie(guest, home, &process, &shared).await;
        let told = std::mem::take(&mut shared.ties().told);
        for (pid, reason) in told {
            home.scope(async { book.told(pid, &reason, "a process abroad") })
                .await;
        }
    }
    let all_told = || untold(&shared, me, traps).is_none();
    let settled = soon(&book, all_told).await;
    book.check(settled, || {
        format!("{me}, traps: {traps}: {:?}", untold(&shared, me, traps))
    });
    let how = guest.random.below(3);
    let asked = match how {
        0 => process.send(Order::Return).is_ok(),
        1 => process.send(Order::Panic).is_ok(),
        _ => {
            me.exit(ExitReason::Kill);
            true
        }
    };
    let reason = ends(&book, process.ended(), "a process abroad").await;
    guest.note(|| format!("{me} comes home: {reason}, asked: {asked} {how}"));
    home.scope(async { book.told(me, &reason, "whoever waits for it") })
        .await;
    let as_asked = asked
        && match &reason {
            ExitReason::Normal => how == 0,
            ExitReason::Panic(_) => how == 1,
            ExitReason::Killed => how == 2,
            _ => false,
        };
    // Else it has ended as one it was linked to, which a process that traps exits never does.
    book.check(!traps || as_asked, || {
        format!("{me} traps exits, and ended of {reason}")
    });
    book.check(as_asked || !reason.is_normal(), || {
        format!("{me} ended normally, and was not asked to")
    });
    if book.is_exact() && !as_asked {
        let shared_with = || {
            let ties = shared.ties();
            let mut all = ties.links.iter().chain(&ties.invited);
            all.any(|pid| reason == ExitReason::NoProc || book.may_have_ended_of(*pid, &reason))
        };
        let known = soon(&book, shared_with).await;
        book.check(known, || {
            format!("{me} ended of {reason}, and none it was linked to did")
        });
    }
}

/// Does something to whom the process is tied to.
async fn tie(guest: &mut Guest, home: &Node, process: &ProcessRef<Order>, shared: &Shared) {
    let (book, me) = (Arc::clone(&guest.book), process.pid());
    let Some((pid, target)) = some_server(guest, home).await else {
        return guest.pauses(4).await;
    };
    let watched = {
        let book = Arc::clone(&book);
        home.scope(async move { book.told(pid, &pid.ended().await, "ended") })
    };
    let order = match guest.random.below(12) {
        0..=2 => Order::Monitor(pid),
        3 => Order::Demonitor,
        4..=6 => Order::Link(pid),
        7 => {
            let of: Vec<_> = shared.ties().links.iter().copied().collect();
            let Some(other) = of.iter().min() else { return };
            Order::Unlink(*other)
        }
        8..=9 => {
            // The other way round: the server monitors the process, or is linked to it.
            let link = one_in(&mut guest.random, 2);
            if link {
                shared.ties().invited.insert(pid);
                drop(tokio::spawn(watched));
            }
            let meet = async { with_server!(target, |server| server.meet(me, link)) };
            let met = home.scope(meet).await;
            return guest.note(|| format!("{pid} is to meet {me}, link: {link}: {met:?}"));
        }
        10 => {
            let reasons = [
                ExitReason::Kill,
                ExitReason::Shutdown,
                ExitReason::error(PLANNED),
            ];
            let reason = pick(&mut guest.random, &reasons);
            if reason == ExitReason::Kill {
                book.kills(pid);
            }
            guest.note(|| format!("ends {pid}: {reason}"));
            return pid.exit(reason);
        }
        _ => return guest.pauses(6).await,
    };
    if matches!(order, Order::Link(_)) {
        drop(tokio::spawn(watched));
    }
    guest.note(|| format!("{me}: {order:?}"));
    let _ = process.send(order);
    if one_in(&mut guest.random, 2) {
        guest.pauses(4).await;
    }
}

/// What the process ought to have been told by now, and has not.
fn untold(shared: &Shared, me: Pid, traps: bool) -> Option<String> {
    // It has ended: there is nothing left to tell it.
    me.info()?;
    let ties = shared.ties();
    let gone = |pid: &&Pid| pid.info().is_none();
    if let Some(pid) = ties.monitors.iter().map(|(_, pid)| pid).find(gone) {
        return Some(format!("it is not told of the end of {pid}"));
    }
    let ended = |pid: &&Pid| gone(pid) && (traps || shared.book.has_fallen(**pid));
    let pid = ties.links.iter().find(ended)?;
    Some(format!(
        "it has not felt the end of {pid}, to which it is linked"
    ))
}

/// The process itself.
async fn obey(mut ctx: Process<Order>, shared: Shared, traps: bool) {
    let book = Arc::clone(&shared.book);
    ctx.trap_exit(traps);
    let me = ctx.pid();
    loop {
        match ctx.recv_any().await {
            Received::Message(Order::Monitor(pid)) => {
                let monitor = ctx.monitor(pid);
                shared.ties().monitors.push((monitor, pid));
            }
            Received::Message(Order::Demonitor) => {
                let first = shared.ties().monitors.first().copied();
                if let Some((monitor, _)) = first {
                    ctx.demonitor_flush(monitor);
                    shared.ties().monitors.remove(0);
                }
            }
            Received::Message(Order::Link(pid)) => {
                shared.ties().links.insert(pid);
                shared.ties().linked.insert(pid);
                book.linked(me, pid);
                ctx.link(pid);
            }
            Received::Message(Order::Unlink(pid)) => {
                ctx.unlink(pid);
                book.unlinked(me, pid);
                let mut ties = shared.ties();
                ties.links.remove(&pid);
                ties.unlinked.insert(pid);
            }
            Received::Message(Order::Return) => return,
            Received::Message(Order::Panic) => panic!("{PLANNED}: abroad"),
            Received::Down(down) => {
                let mut ties = shared.ties();
                let this = (down.monitor, down.pid);
                let at = ties.monitors.iter().position(|known| *known == this);
                at.map(|at| ties.monitors.remove(at));
                ties.told.push((down.pid, down.reason.clone()));
                drop(ties);
                book.check(at.is_some() && down.pid.info().is_none(), || {
                    format!("{me} is told, of no monitor of its own: {down:?}")
                });
            }
            Received::Exit(exit) => {
                let known = exit.from.is_some_and(|from| {
                    let mut ties = shared.ties();
                    ties.told.push((from, exit.reason.clone()));
                    ties.links.remove(&from)
                        || (exit.reason == ExitReason::NoProc && ties.linked.contains(&from))
                        || ties.unlinked.contains(&from)
                        || ties.invited.contains(&from)
                });
                book.check(traps && known, || {
                    format!("{me}, traps: {traps}, is told {exit:?}")
                });
            }
            Received::Other(_) => book.violated(format!("{me} gets what nobody has sent")),
            _ => {}
        }
    }
}
