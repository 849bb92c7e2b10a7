//! Models of the races that the registry must win, run by loom: `RUSTFLAGS="--cfg registry_loom"
//! cargo test -p registry-runtime --lib loom --release`.
//!
//! Each is small enough to be finished: one shard, one key, two threads. Each has been seen to fail with a
//! fault put in: a process that leaves, or a registry that stops, is not asked for before one enters; a
//! leave is not counted; a message is sent to the first one twice; what is lent out is not kept; a lock that
//! is let go wakes nobody.

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

use ::loom::sync::Notify;
use ::loom::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use ::loom::thread;

use super::{Duplicate, Keys, RegisterError, Registry, Unique, leave_all};
use crate::node::Node;
use crate::process::{Cell, Ctx, ExitReason, Plain};

fn process<M: Send + 'static>(node: &Node) -> Ctx<Plain<M>> {
    Ctx::new(Cell::create(node, None, None, false, None))
}

fn registry<D: Keys, M: 'static>(node: &Node) -> Registry<u8, u8, D, M> {
    let registry = Registry::builder()
        .partitions(1)
        .build()
        .expect("good options");
    registry
        .activate(process::<()>(node).pid())
        .expect("it does not run yet");
    registry
}

/// Messages that have come in.
fn received<M: Send + 'static>(process: &Cell<Plain<M>>) -> usize {
    let mut batch = std::collections::VecDeque::new();
    process.mailbox.take_batch(&mut batch);
    batch.len()
}

#[test]
fn whoever_is_told_of_a_death_finds_the_name_free() {
    ::loom::model(|| {
        let node = Node::new();
        let registry = registry::<Unique, ()>(&node);
        let (a, b) = (process::<()>(&node), process::<()>(&node));
        registry.register(&a, 1, 1).unwrap();
        let told = Arc::new(AtomicBool::new(false));
        let dying = {
            let (told, a) = (Arc::clone(&told), Arc::clone(a.cell()));
            thread::spawn(move || {
                leave_all(&*a);
                told.store(true, Ordering::Release);
            })
        };
        let knew = told.load(Ordering::Acquire);
        let found = registry.lookup(&1);
        assert!(!(knew && found.is_some()), "a ghost");
        let registered = registry.register(&b, 1, 2);
        if knew {
            assert_eq!(registered, Ok(()));
        }
        dying.join().unwrap();
        match &registered {
            Ok(()) => assert_eq!(registry.lookup(&1), Some((b.pid(), 2))),
            Err(error) => {
                assert_eq!(*error, RegisterError::AlreadyRegistered(a.pid()));
                assert_eq!(registry.lookup(&1), None);
            }
        }
        assert_eq!(registry.count(), usize::from(registered.is_ok()));
        leave_all(&**b.cell());
        assert_eq!(registry.count(), 0);
    });
}

#[test]
fn a_process_that_dies_while_it_is_registered_leaves_nothing_behind() {
    ::loom::model(|| {
        let node = Node::new();
        let registry = registry::<Unique, ()>(&node);
        let a = process::<()>(&node);
        let dying = {
            let a = Arc::clone(a.cell());
            thread::spawn(move || leave_all(&*a))
        };
        let registered = registry.register(&a, 1, 1);
        dying.join().unwrap();
        assert!(matches!(registered, Ok(()) | Err(RegisterError::Exiting)));
        assert_eq!((registry.lookup(&1), registry.count()), (None, 0));
    });
}

#[test]
fn publish_reaches_those_who_stay_once_while_others_join_leave_and_die() {
    ::loom::model(|| {
        let node = Node::new();
        let registry = registry::<Duplicate, u8>(&node);
        let (stays, leaves, joins) = (
            process::<u8>(&node),
            process::<u8>(&node),
            process::<u8>(&node),
        );
        registry.register(&stays, 1, 0).unwrap();
        registry.register(&leaves, 1, 0).unwrap();
        let (gone, came) = (Arc::clone(leaves.cell()), Arc::clone(joins.cell()));
        let changing = {
            let (registry, gone) = (registry.clone(), Arc::clone(&gone));
            thread::spawn(move || {
                leave_all(&*gone);
                registry.register(&joins, 1, 0).unwrap();
            })
        };
        let sent = registry.publish(&1, 7);
        changing.join().unwrap();
        let got = [received(stays.cell()), received(&gone), received(&came)];
        assert_eq!((got[0], got.iter().sum::<usize>()), (1, sent));
        assert!(got[1] <= 1 && got[2] <= 1);
        assert_eq!(registry.count(), 2);
    });
}

#[test]
fn publish_reaches_who_unregisters_once_or_not_at_all() {
    ::loom::model(|| {
        let node = Node::new();
        let registry = registry::<Duplicate, u8>(&node);
        let (stays, leaves) = (process::<u8>(&node), process::<u8>(&node));
        registry.register(&stays, 1, 0).unwrap();
        registry.register(&leaves, 1, 0).unwrap();
        let left = Arc::clone(leaves.cell());
        let leaving = {
            let registry = registry.clone();
            thread::spawn(move || registry.unregister(&leaves, &1))
        };
        let sent = registry.publish(&1, 7);
        leaving.join().unwrap();
        let got = [received(stays.cell()), received(&left)];
        assert_eq!((got[0], got[0] + got[1]), (1, sent));
        assert_eq!(registry.count(), 1);
        assert_eq!(left.header.names.lock().len(), 0);
    });
}

#[test]
fn a_select_sees_one_state_of_a_shard_that_changes() {
    ::loom::model(|| {
        let node = Node::new();
        let registry = registry::<Unique, ()>(&node);
        let (a, b, stays) = (
            process::<()>(&node),
            process::<()>(&node),
            process::<()>(&node),
        );
        registry.register(&a, 1, 1).unwrap();
        registry.register(&stays, 2, 9).unwrap();
        let changing = {
            let (registry, a) = (registry.clone(), Arc::clone(a.cell()));
            thread::spawn(move || {
                leave_all(&*a);
                registry.register(&b, 1, 2).unwrap();
            })
        };
        let select = |registry: &Registry<u8, u8, Unique, ()>| {
            let mut seen = registry.select(|_, _, value| {
                thread::yield_now();
                Some(*value)
            });
            seen.sort_unstable();
            seen
        };
        assert!(matches!(select(&registry)[..], [9] | [1, 9] | [2, 9]));
        changing.join().unwrap();
        assert_eq!(select(&registry), [2, 9]);
        assert_eq!(registry.count(), 2);
    });
}

#[test]
fn nothing_enters_behind_a_stop() {
    ::loom::model(|| {
        let node = Node::new();
        let registry = registry::<Unique, ()>(&node);
        let own = registry.pid().unwrap();
        let a = process::<()>(&node);
        let stopping = {
            let registry = registry.clone();
            thread::spawn(move || registry.stop(own, &ExitReason::Normal))
        };
        let registered = registry.register(&a, 1, 1);
        stopping.join().unwrap();
        assert!(matches!(
            registered,
            Ok(()) | Err(RegisterError::NotRunning(_))
        ));
        assert_eq!((registry.lookup(&1), registry.count()), (None, 0));
        assert_eq!(a.cell().header.names.lock().len(), 0);
    });
}

struct Unpark(Notify);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.notify();
    }
}

fn block_on<F: Future>(future: F) -> F::Output {
    let notify = Arc::new(Unpark(Notify::new()));
    let waker = Waker::from(Arc::clone(&notify));
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(done) => return done,
            Poll::Pending => notify.0.wait(),
        }
    }
}

#[test]
fn a_lock_lets_one_in_at_a_time_and_skips_who_goes_away() {
    ::loom::model(|| {
        let node = Node::new();
        let registry = registry::<Unique, ()>(&node);
        let inside = Arc::new(AtomicUsize::new(0));
        let enter = |registry: Registry<u8, u8, Unique, ()>, inside: Arc<AtomicUsize>| {
            block_on(registry.lock(&1, async || {
                assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0);
                inside.fetch_sub(1, Ordering::SeqCst);
            }));
        };
        let other = {
            let (registry, inside) = (registry.clone(), Arc::clone(&inside));
            thread::spawn(move || enter(registry, inside))
        };
        {
            // Waits in line, if the other is inside, and goes away.
            let gone = pin!(registry.lock(&1, async || std::future::pending::<()>().await));
            let _ = gone.poll(&mut Context::from_waker(Waker::noop()));
        }
        enter(registry, inside);
        other.join().unwrap();
    });
}
