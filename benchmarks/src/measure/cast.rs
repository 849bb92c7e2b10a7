//! Casts: how fast one client fills, and one server empties, a mailbox.

use std::sync::Arc;

use crate::actors::{Actors, Named};
use crate::run::{Run, Samples, names};

/// Casts before a call that waits until all have been handled.
const BATCH: u64 = 20_000;

/// By reference.
pub async fn by_ref<C: Actors>(run: Run) -> Samples {
    let server = C::start().await;
    let client = async move {
        run.steady(BATCH, |n| {
            let server = server.clone();
            async move {
                for _ in 0..n {
                    C::cast(&server).await;
                }
                C::call(&server).await;
            }
        })
        .await
    };
    vec![("ns", C::client(client).await)]
}

/// By name.
pub async fn by_name<C: Named>(run: Run) -> Samples {
    let all = names(1);
    C::start_named(all[0].clone()).await;
    let client = async move {
        run.steady(BATCH, |n| {
            let all = Arc::clone(&all);
            async move {
                for _ in 0..n {
                    C::cast_name(&all[0]).await;
                }
                C::call_name(&all[0]).await;
            }
        })
        .await
    };
    vec![("ns", C::client(client).await)]
}
