//! Loom models of links, monitors and delayed messages: each runs every interleaving of a few threads.
//!
//! Run as [`super::models`] are. Each has been seen to fail: with a death that takes the link or the
//! monitor off under the lock and tells of it afterwards; with a link or an unlink that changes one side
//! after the other; with a delayed message that is taken back without regard to whether it has been sent.

use std::sync::Arc;

use loom::model;
use loom::thread;

use super::by_pid::Due;
use super::cell::EXIT;
use super::signal::MonitorRef;
use super::{Cell, Ctx, ExitReason, Plain, exit, links};
use crate::node::Node;

type Process = Arc<Cell<Plain<u32>>>;

fn process(node: &Node) -> Process {
    Cell::create(node, None, None, false, None)
}

/// Ends a process on a thread of its own.
fn end(process: &Process, reason: ExitReason) -> thread::JoinHandle<()> {
    let process = Arc::clone(process);
    thread::spawn(move || {
        exit::begin(&*process, reason);
        exit::finish(&*process, false);
    })
}

fn linked(one: &Process, other: &Process) -> bool {
    let links = one.header.control.lock().links.to_vec();
    links.contains(&other.header.pid)
}

fn waiting(process: &Process) -> u64 {
    process.mailbox.figures().length
}

#[test]
fn after_a_flush_no_down_of_that_monitor_comes() {
    model(|| {
        let node = Node::new();
        let (ends, watcher) = (process(&node), process(&node));
        let monitor: MonitorRef = links::monitor(&*watcher, ends.header.pid);
        let thread = end(&ends, ExitReason::Shutdown);
        Ctx::new(Arc::clone(&watcher)).demonitor_flush(monitor);
        thread.join().unwrap();
        assert_eq!(waiting(&watcher), 0);
    });
}

#[test]
fn after_a_demonitor_no_down_of_it_comes_any_more() {
    model(|| {
        let node = Node::new();
        let (ends, watcher) = (process(&node), process(&node));
        let monitor = links::monitor(&*watcher, ends.header.pid);
        let thread = end(&ends, ExitReason::Shutdown);
        let was_there = links::demonitor(&*watcher, monitor);
        assert_eq!(waiting(&watcher), u64::from(!was_there));
        thread.join().unwrap();
        assert_eq!(waiting(&watcher), u64::from(!was_there));
    });
}

#[test]
fn after_an_unlink_no_exit_message_comes() {
    model(|| {
        let node = Node::new();
        let (ends, other) = (process(&node), process(&node));
        Ctx::new(Arc::clone(&other)).trap_exit(true);
        links::link(&*other, ends.header.pid);
        let thread = end(&ends, ExitReason::Shutdown);
        links::unlink(&*other, ends.header.pid);
        let told = waiting(&other);
        thread.join().unwrap();
        assert_eq!(waiting(&other), told);
    });
}

#[test]
fn after_an_unlink_no_exit_signal_comes() {
    model(|| {
        let node = Node::new();
        let (ends, other) = (process(&node), process(&node));
        links::link(&*other, ends.header.pid);
        let thread = end(&ends, ExitReason::Shutdown);
        links::unlink(&*other, ends.header.pid);
        let told = other.header.has(EXIT);
        thread.join().unwrap();
        assert_eq!(other.header.has(EXIT), told);
    });
}

/// Whether the first link was told of or not, the second is: once.
#[test]
fn a_link_made_anew_as_the_other_ends_is_told_once() {
    model(|| {
        let node = Node::new();
        let (ends, other) = (process(&node), process(&node));
        Ctx::new(Arc::clone(&other)).trap_exit(true);
        links::link(&*other, ends.header.pid);
        let thread = end(&ends, ExitReason::Shutdown);
        links::unlink(&*other, ends.header.pid);
        let of_the_first = waiting(&other);
        links::link(&*other, ends.header.pid);
        thread.join().unwrap();
        assert_eq!(waiting(&other), of_the_first + 1);
        assert!(!linked(&other, &ends) && !linked(&ends, &other));
    });
}

#[test]
fn a_link_and_an_unlink_at_once_leave_both_sides_alike() {
    model(|| {
        let node = Node::new();
        let (one, other) = (process(&node), process(&node));
        let (linking, to) = (Arc::clone(&one), other.header.pid);
        let thread = thread::spawn(move || links::link(&*linking, to));
        links::unlink(&*other, one.header.pid);
        thread.join().unwrap();
        assert_eq!(linked(&one, &other), linked(&other, &one));
    });
}

/// `Some` of [`super::DelayedSend::cancel`] is that the message never comes, and `None` that it is there.
#[test]
fn a_delayed_message_is_sent_or_taken_back() {
    model(|| {
        let receiver = process(&Node::new());
        let (to, due) = (receiver.header.pid, Arc::new(Due::new()));
        let sends = Arc::clone(&due);
        let thread = thread::spawn(move || sends.send(to, Box::new(1_u32)));
        let taken_back = due.take_back();
        assert_eq!(waiting(&receiver), u64::from(!taken_back));
        thread.join().unwrap();
        assert_eq!(waiting(&receiver), u64::from(!taken_back));
        assert!(!due.take_back());
    });
}
