//! From the death of a named server to its successor's standing under the name.

use crate::actors::Restarted;
use crate::run::{Run, Samples};

/// Nanoseconds from `die` until the name leads to another incarnation.
pub async fn back<C: Restarted>(run: Run, die: fn()) -> Samples {
    C::boot().await;
    let ns = run
        .steady(20, |n| async move {
            for _ in 0..n {
                let old = next::<C>(None).await;
                die();
                next::<C>(Some(old)).await;
            }
        })
        .await;
    vec![("ns", ns)]
}

async fn next<C: Restarted>(old: Option<u64>) -> u64 {
    loop {
        match C::incarnation() {
            Some(now) if Some(now) != old => return now,
            _ => tokio::task::yield_now().await,
        }
    }
}
