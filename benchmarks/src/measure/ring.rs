//! A token that goes round.

use crate::actors::Ring;
use crate::latch::Latch;
use crate::run::{Run, Samples};

/// A ring of `n`; nanoseconds a hop.
pub async fn hops<C: Ring>(run: Run) -> Samples {
    let latch = Latch::new(1);
    let mut nodes = Vec::new();
    for _ in 0..run.n {
        nodes.push(C::node(latch.clone()).await);
    }
    for (i, node) in nodes.iter().enumerate() {
        C::connect(node, nodes[(i + 1) % nodes.len()].clone()).await;
    }
    let first = nodes[0].clone();
    let ns = run
        .steady(run.n * 5, |hops| {
            let (first, latch) = (first.clone(), latch.clone());
            async move {
                latch.set(1);
                C::pass(&first, hops).await;
                latch.wait().await;
            }
        })
        .await;
    vec![("ns", ns)]
}
