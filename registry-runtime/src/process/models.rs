//! Loom models of what processes share: each runs every interleaving of a few threads.
//!
//! Run by `RUSTFLAGS="--cfg registry_loom" cargo test -p registry-runtime --release --lib models`.
//! Each has been seen to fail with a fault of its kind put in: a kill, an exit signal, an answer, or room in
//! a mailbox that wakes nobody; a closing mailbox that tells no one who waits for room; a wait that an
//! answer leaves, or takes back after its lock; a list of the unanswered that forgets a newer question, or
//! looks for it too early; watchers and links that the dead take in, a child that its parent takes in as it
//! ends; notes of waits in any order. What loom does not see is std's own `OnceLock`, which holds a task's
//! waker: that the mailbox is locked between that and the first look.
//! A model goes through all interleavings there are, unless `LOOM_MAX_PREEMPTIONS` says how often a thread
//! may be broken off. `LOOM_LOG=info` and `--nocapture` tell how many they were.
//!
//! A model polls one process at most: which process is current is kept by OS thread, and all of
//! loom's threads are one.

use std::future::{pending, poll_fn};
use std::mem;
use std::sync::Arc;
use std::task::Poll;

use loom::future::block_on;
use loom::model;
use loom::sync::atomic::AtomicU64;
use loom::sync::atomic::Ordering::SeqCst;
use loom::thread;

use super::ctx::Next;
use super::mailbox::{Mailbox, Push};
use super::reply::{Awaiting, Lost, ReplyTo, reply_slot};
use super::task::{EndedBy, Task};
use super::{Cell, Ctx, ExitReason, Plain, Proc, exit, links};
use super::{current, deadlock};
use crate::node::Node;

pub(super) type Process = Arc<Cell<Plain<u32>>>;

/// Asks, as the running process and nothing within it. (Loom's wakers do not know their own clones.)
fn ask(target: &Process) -> (ReplyTo<u32>, Awaiting<u32>) {
    let (reply, mut awaiting) = reply_slot();
    let me = current::get().unwrap();
    let noted = awaiting.will_ask(&target.header, || "", me.header().waker.get());
    noted.unwrap();
    (reply, awaiting)
}

/// Polls as the task of the running process does. (Loom's wakers do not know their own clones.)
fn poll(awaiting: &mut Awaiting<u32>) -> Poll<Result<u32, Lost>> {
    let me = current::get().unwrap();
    awaiting.poll_call(me.header().waker.get().unwrap())
}

/// Waits to be woken, or goes on if it has been.
async fn next_poll() {
    let mut polled = false;
    poll_fn(|_| {
        if mem::replace(&mut polled, true) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
}

/// Runs `body` as the body of a process, to its end.
fn in_process<F: Future<Output = ()>>(body: F) {
    let cell = process(&Node::new());
    let body = async {
        body.await;
        ExitReason::Normal
    };
    block_on(Task::new(Arc::clone(&cell), body, EndedBy::Kills));
    assert_eq!(cell.header.exit_reason(), Some(ExitReason::Normal));
}

fn process(node: &Node) -> Process {
    Cell::create(node, None, None, false, None)
}

/// Runs a process whose body takes messages until `last`.
pub(super) fn run_until(cell: &Process, last: u32) -> Vec<u32> {
    let mut ctx = Ctx::new(Arc::clone(cell));
    let got = Arc::new(std::sync::Mutex::new(Vec::new()));
    let seen = Arc::clone(&got);
    let body = async move {
        loop {
            match poll_fn(|cx| ctx.poll_next(cx)).await {
                Next::Message(message) => {
                    seen.lock().unwrap().push(message);
                    if message == last {
                        return ExitReason::Normal;
                    }
                }
                Next::Any(_) => {}
                Next::Exit => return exit::pending(&*ctx.cell),
            }
        }
    };
    block_on(Task::new(Arc::clone(cell), body, EndedBy::Kills));
    let got = got.lock().unwrap().clone();
    got
}

#[test]
fn a_message_is_never_slept_through() {
    model(|| {
        let node = Node::new();
        let cell = process(&node);
        let sender = Arc::clone(&cell);
        let thread = thread::spawn(move || {
            assert!(sender.send(1).is_ok());
            assert!(sender.send(2).is_ok());
        });
        assert_eq!(run_until(&cell, 2), [1, 2]);
        thread.join().unwrap();
    });
}

#[test]
fn each_senders_messages_keep_their_order() {
    model(|| {
        let mailbox = Arc::new(Mailbox::new(None));
        let other = Arc::clone(&mailbox);
        let thread = thread::spawn(move || {
            other.push(1);
            other.push(2);
        });
        mailbox.push(10);
        thread.join().unwrap();
        let all: Vec<u32> = mailbox.close().into();
        let position = |n| all.iter().position(|m| *m == n).unwrap();
        assert!(position(1) < position(2) && all.len() == 3);
    });
}

#[test]
fn a_message_goes_in_or_comes_back_when_the_mailbox_closes() {
    model(|| {
        let mailbox = Arc::new(Mailbox::new(None));
        let other = Arc::clone(&mailbox);
        let thread = thread::spawn(move || matches!(other.push(1), Push::Closed(1)));
        let left = mailbox.close();
        let came_back = thread.join().unwrap();
        assert_eq!(left.len(), usize::from(!came_back));
    });
}

#[test]
fn a_kill_is_never_slept_through() {
    model(|| {
        let node = Node::new();
        let cell = process(&node);
        let killer = Arc::clone(&cell);
        let thread = thread::spawn(move || exit::signal(&*killer, None, ExitReason::Kill));
        block_on(Task::new(
            Arc::clone(&cell),
            pending::<ExitReason>(),
            EndedBy::Kills,
        ));
        thread.join().unwrap();
        assert_eq!(cell.header.exit_reason(), Some(ExitReason::Killed));
        assert!(node.table().get(cell.header.pid).is_none());
    });
}

#[test]
fn an_exit_signal_is_never_slept_through() {
    model(|| {
        let node = Node::new();
        let cell = process(&node);
        let other = Arc::clone(&cell);
        let thread = thread::spawn(move || exit::signal(&*other, None, ExitReason::Shutdown));
        assert_eq!(run_until(&cell, 0), []);
        thread.join().unwrap();
        assert_eq!(cell.header.exit_reason(), Some(ExitReason::Shutdown));
    });
}

#[test]
fn of_two_exit_signals_one_is_the_reason() {
    model(|| {
        let node = Node::new();
        let cell = process(&node);
        let other = Arc::clone(&cell);
        let thread = thread::spawn(move || exit::signal(&*other, None, ExitReason::Shutdown));
        exit::signal(&*cell, None, ExitReason::shutdown_with("first"));
        assert_eq!(run_until(&cell, 0), []);
        thread.join().unwrap();
        let reason = cell.header.exit_reason().unwrap();
        assert!(reason.is_orderly(), "{reason}");
    });
}

#[test]
fn whoever_watches_is_told_once_whether_before_or_after_the_end() {
    model(|| {
        let node = Node::new();
        let cell = process(&node);
        let watched: Arc<dyn Proc> = Arc::clone(&cell) as Arc<dyn Proc>;
        // Not `exit::ended`, which asks for the running process: of that there is one for all threads of a model.
        let thread = thread::spawn(move || block_on(exit::Ending::new(watched).reason()));
        block_on(Task::new(
            Arc::clone(&cell),
            async { ExitReason::Shutdown },
            EndedBy::Kills,
        ));
        assert_eq!(thread.join().unwrap(), ExitReason::Shutdown);
    });
}

#[test]
fn a_monitor_ends_in_one_down_whether_before_or_after_the_end() {
    model(|| {
        let node = Node::new();
        let (cell, watcher) = (process(&node), process(&node));
        let (pid, watching) = (cell.header.pid, Arc::clone(&watcher));
        let thread = thread::spawn(move || links::monitor(&*watching, pid));
        block_on(Task::new(
            Arc::clone(&cell),
            async { ExitReason::Normal },
            EndedBy::Kills,
        ));
        thread.join().unwrap();
        assert_eq!(watcher.mailbox.close().len(), 1);
    });
}

#[test]
fn a_link_ends_in_one_signal_whether_before_or_after_the_end() {
    model(|| {
        let node = Node::new();
        let (cell, other) = (process(&node), process(&node));
        Ctx::new(Arc::clone(&other)).trap_exit(true);
        let (pid, linking) = (cell.header.pid, Arc::clone(&other));
        let thread = thread::spawn(move || links::link(&*linking, pid));
        block_on(Task::new(
            Arc::clone(&cell),
            async { ExitReason::Normal },
            EndedBy::Kills,
        ));
        thread.join().unwrap();
        assert_eq!(other.mailbox.close().len(), 1);
        assert!(other.header.control.lock().links.is_empty());
    });
}

#[test]
fn a_child_adopted_as_its_parent_ends_is_refused_or_killed() {
    model(|| {
        let node = Node::new();
        let parent = process(&node);
        let child: Process = Cell::create(&node, None, Some(parent.header.pid), true, None);
        let (adopting, pid) = (Arc::clone(&parent), child.header.pid);
        let thread = thread::spawn(move || exit::adopt(&*adopting, pid));
        exit::begin(&*parent, ExitReason::Shutdown);
        let childless = exit::reap(&*parent, true);
        let taken = thread.join().unwrap();
        assert_eq!(taken, child.header.has(super::cell::KILL));
        assert_eq!(taken, !childless);
        exit::finish(&*child, taken);
        assert!(exit::reap(&*parent, false));
    });
}

#[test]
fn an_answer_arrives_or_is_lost_and_never_both() {
    model(|| {
        let (reply, mut awaiting) = reply_slot();
        let thread = thread::spawn(move || reply.send(7));
        assert_eq!(block_on(awaiting.recv()), Ok(7));
        thread.join().unwrap();

        let (reply, mut awaiting) = reply_slot::<u32>();
        let thread = thread::spawn(move || drop(reply));
        assert_eq!(block_on(awaiting.recv()), Err(Lost));
        thread.join().unwrap();
    });
}

#[test]
fn an_answer_to_a_caller_that_gave_up_is_dropped() {
    model(|| {
        let value = Arc::new(());
        let (reply, awaiting) = reply_slot();
        let sent = Arc::clone(&value);
        let thread = thread::spawn(move || reply.send(sent));
        drop(awaiting);
        thread.join().unwrap();
        assert_eq!(Arc::strong_count(&value), 1);
    });
}

#[test]
fn of_two_that_ask_each_other_at_least_one_is_told() {
    model(|| {
        let node = Node::new();
        let (one, other) = (process(&node), process(&node));
        let ask = |from: &Process, to: &Process| {
            let (me, target) = (from.header.pid, to.header.pid);
            let wait = AtomicU64::new(0);
            deadlock::begin(&from.header, target, &wait);
            let suspect = deadlock::may_close_a_cycle(&from.header, &to.header);
            (
                wait.load(SeqCst),
                suspect && deadlock::cycle(me, target, "").is_some(),
            )
        };
        let (back, forth) = (Arc::clone(&other), Arc::clone(&one));
        let thread = thread::spawn(move || ask(&back, &forth));
        let (mine, told) = ask(&one, &other);
        let (theirs, also_told) = thread.join().unwrap();
        assert!(told || also_told);
        deadlock::end(&one.header, mine);
        deadlock::end(&other.header, theirs);
    });
}

#[test]
fn whoever_has_been_answered_waits_for_nobody_but_whom_it_asks_next() {
    model(|| {
        let node = Node::new();
        let (asker, answers, next) = (process(&node), process(&node), process(&node));
        let ask = |awaiting: &mut super::reply::Awaiting<u32>, to: &Process| {
            let me = Arc::clone(&asker) as Arc<dyn Proc>;
            awaiting.waits_as(me, &to.header, || "").unwrap();
        };
        let (reply, mut awaiting) = reply_slot::<u32>();
        ask(&mut awaiting, &answers);
        let back = Arc::clone(&asker);
        let thread = thread::spawn(move || {
            reply.send(7);
            let wait = AtomicU64::new(0);
            deadlock::begin(&answers.header, back.header.pid, &wait);
            assert!(deadlock::cycle(answers.header.pid, back.header.pid, "").is_none());
            deadlock::end(&answers.header, wait.load(SeqCst));
        });
        assert_eq!(block_on(awaiting.recv()), Ok(7));
        let (_unanswered, mut awaiting) = reply_slot::<u32>();
        ask(&mut awaiting, &next);
        thread.join().unwrap();
        let waiting_on = &asker.header.waiting_on;
        assert_eq!(waiting_on.load(SeqCst), next.header.pid.bits());
    });
}

/// What a process asks one after the other goes through one slot, while the one who answered first may
/// not have let go of it yet.
#[test]
fn a_slot_that_is_used_again_brings_each_question_its_own_answer() {
    model(|| {
        let node = Node::new();
        let others = [process(&node), process(&node)];
        in_process(async move {
            let me = current::get().unwrap();
            let waiting_on = || me.header().waiting_on.load(SeqCst);
            let mut answers = None;
            for (n, other) in (1_u32..).zip(others) {
                let (reply, mut awaiting) = ask(&other);
                assert_eq!(waiting_on(), other.header.pid.bits());
                if n == 1 {
                    answers = Some(thread::spawn(move || reply.send(n)));
                } else {
                    reply.send(n);
                }
                let answer = poll_fn(|_| poll(&mut awaiting)).await;
                assert_eq!(answer, Ok(n));
                assert_eq!(waiting_on(), 0);
            }
            answers.unwrap().join().unwrap();
        });
    });
}

#[test]
fn whoever_is_reminded_gets_its_answer_all_the_same() {
    model(|| {
        let other = process(&Node::new());
        in_process(async move {
            let (reply, mut awaiting) = ask(&other);
            let looks = thread::spawn(awaiting.listed_elsewhere());
            let answers = thread::spawn(move || reply.send(7));
            assert!(awaiting.sent());
            next_poll().await;
            let answer = poll_fn(|_| poll(&mut awaiting)).await;
            assert_eq!(answer, Ok(7));
            looks.join().unwrap();
            answers.join().unwrap();
        });
    });
}

/// The first question is answered while its slot is on another thread's list; the second never is.
#[test]
fn whoever_asks_again_before_its_slot_was_looked_at_is_reminded_too() {
    model(|| {
        let other = process(&Node::new());
        in_process(async move {
            let (reply, mut awaiting) = ask(&other);
            let looks = thread::spawn(awaiting.listed_elsewhere());
            assert!(awaiting.sent());
            reply.send(7);
            let answer = poll_fn(|_| poll(&mut awaiting)).await;
            assert_eq!(answer, Ok(7));
            // The answer has woken it, and that is not to help the second question.
            next_poll().await;

            let (_reply, mut awaiting) = ask(&other);
            assert!(awaiting.sent());
            next_poll().await;
            poll_fn(|_| {
                assert_eq!(poll(&mut awaiting), Poll::Pending);
                if awaiting.is_late() {
                    Poll::Ready(())
                } else {
                    Poll::Pending
                }
            })
            .await;
            looks.join().unwrap();
        });
    });
}

/// The scheduler that was asked for a look goes without one, as the one that has called asks again.
#[test]
fn a_scheduler_that_goes_reminds_all_it_was_asked_for() {
    model(|| {
        let other = process(&Node::new());
        in_process(async move {
            let (_reply, mut awaiting) = ask(&other);
            let asked = awaiting.asked_elsewhere();
            let goes = thread::spawn(move || drop(asked));
            assert!(awaiting.sent());
            poll_fn(|_| {
                assert_eq!(poll(&mut awaiting), Poll::Pending);
                if awaiting.is_late() {
                    Poll::Ready(())
                } else {
                    Poll::Pending
                }
            })
            .await;
            goes.join().unwrap();
        });
    });
}
