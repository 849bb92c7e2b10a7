use std::cell::Cell;
use std::future::pending;
use std::panic::AssertUnwindSafe;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use super::registry;
use crate::registry::Registry;

fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// A critical section that ends when it is told to.
async fn inside(open: Rc<Cell<bool>>) {
    std::future::poll_fn(|_| {
        if open.get() {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
}

#[test]
fn locks_one_at_a_time_in_the_order_of_coming() {
    let registry: Registry<String> = registry(1);
    let gates: [Rc<Cell<bool>>; 3] = Default::default();
    let [a, b, c] = gates
        .clone()
        .map(|gate| registry.lock("k", async move || inside(gate).await));
    let (mut a, mut b, mut c) = (pin!(a), pin!(b), pin!(c));
    gates[1].set(true);
    gates[2].set(true);
    assert!(poll(a.as_mut()).is_pending());
    assert!(poll(b.as_mut()).is_pending());
    assert!(poll(c.as_mut()).is_pending());
    gates[0].set(true);
    assert!(poll(c.as_mut()).is_pending());
    assert!(poll(a.as_mut()).is_ready());
    assert!(
        poll(c.as_mut()).is_pending(),
        "the first that waits comes first"
    );
    assert!(poll(b.as_mut()).is_ready());
    assert!(poll(c.as_mut()).is_ready());
    assert!(registry.inner.locks.is_empty());
}

#[test]
fn different_keys_do_not_wait_for_one_another() {
    let registry: Registry<String> = registry(1);
    let held = registry.lock("a", async || pending::<()>().await);
    let mut held = pin!(held);
    assert!(poll(held.as_mut()).is_pending());
    assert_eq!(poll(pin!(registry.lock("b", async || 7))), Poll::Ready(7));
}

#[test]
fn the_lock_is_free_when_its_holder_is_dropped_or_panics() {
    let registry: Registry<String> = registry(1);
    {
        let held = registry.lock("k", async || pending::<()>().await);
        let mut held = pin!(held);
        assert!(poll(held.as_mut()).is_pending());
    }
    let panics = AssertUnwindSafe(|| poll(pin!(registry.lock("k", async || panic!("on purpose")))));
    assert!(std::panic::catch_unwind(panics).is_err());
    assert!(poll(pin!(registry.lock("k", async || ()))).is_ready());
    assert!(registry.inner.locks.is_empty());
}

#[test]
fn waiters_that_go_away_are_skipped_also_when_it_was_their_turn() {
    let registry: Registry<String> = registry(1);
    let gate = Rc::new(Cell::new(false));
    let holder = {
        let gate = Rc::clone(&gate);
        registry.lock("k", async move || inside(gate).await)
    };
    let mut holder = pin!(holder);
    assert!(poll(holder.as_mut()).is_pending());
    let mut gone = Box::pin(registry.lock("k", async || ()));
    let mut turned = Box::pin(registry.lock("k", async || ()));
    let mut last = pin!(registry.lock("k", async || ()));
    assert!(poll(gone.as_mut()).is_pending());
    assert!(poll(turned.as_mut()).is_pending());
    assert!(poll(last.as_mut()).is_pending());
    drop(gone);
    gate.set(true);
    assert!(poll(holder.as_mut()).is_ready());
    drop(turned);
    assert!(poll(last.as_mut()).is_ready());
    assert!(registry.inner.locks.is_empty());
}
