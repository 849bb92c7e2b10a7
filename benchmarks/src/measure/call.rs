//! Calls: one client and one server, one client and many names, many of both.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Instant;

use crate::actors::{Actors, Named};
use crate::run::{Random, Run, Samples, names, per};

/// Calls before a look at the clock.
const BATCH: u64 = 500;

/// One client, one server, a time-out of five seconds.
pub async fn by_ref<C: Actors>(run: Run) -> Samples {
    let server = C::start().await;
    let client = async move {
        run.steady(BATCH, |n| {
            let server = server.clone();
            async move {
                for _ in 0..n {
                    C::call(&server).await;
                }
            }
        })
        .await
    };
    vec![("ns", C::client(client).await)]
}

/// The same without a time-out.
pub async fn bare<C: Actors>(run: Run) -> Samples {
    let server = C::start().await;
    let client = async move {
        run.steady(BATCH, |n| {
            let server = server.clone();
            async move {
                for _ in 0..n {
                    C::call_bare(&server).await;
                }
            }
        })
        .await
    };
    vec![("ns", C::client(client).await)]
}

/// One client that calls `n` names at random.
pub async fn by_name<C: Named>(run: Run) -> Samples {
    let all = names(run.n);
    start::<C>(&all).await;
    let mut random = Random::new(7);
    let client = async move {
        run.steady(BATCH, |n| {
            let all = Arc::clone(&all);
            random.number();
            let mut random = random.clone();
            async move {
                for _ in 0..n {
                    C::call_name(&all[random.below(all.len() as u64)]).await;
                }
            }
        })
        .await
    };
    vec![("ns", C::client(client).await)]
}

/// `n` clients and `n` servers: each client calls one after the other, from another one on.
pub async fn fan_by_ref<C: Actors>(run: Run) -> Samples {
    let mut servers = Vec::new();
    for _ in 0..run.n {
        servers.push(C::start().await);
    }
    let servers: Arc<[C::Ref]> = servers.into();
    let calls = rounds(run);
    fan::<C, _, _>(run.n, move |client| {
        let servers = Arc::clone(&servers);
        async move {
            for i in 0..calls {
                C::call(&servers[pick(client, i, servers.len())]).await;
            }
            calls
        }
    })
    .await
}

/// The same, by name.
pub async fn fan_by_name<C: Named>(run: Run) -> Samples {
    let all = names(run.n);
    start::<C>(&all).await;
    let calls = rounds(run);
    fan::<C, _, _>(run.n, move |client| {
        let all = Arc::clone(&all);
        async move {
            for i in 0..calls {
                C::call_name(&all[pick(client, i, all.len())]).await;
            }
            calls
        }
    })
    .await
}

/// Calls a client makes: at 200 ns each, as many as fill the time.
fn rounds(run: Run) -> u64 {
    (run.time.as_nanos() as u64 / 200 / run.n).max(10)
}

fn pick(client: u64, call: u64, servers: usize) -> usize {
    // Steps of a prime: the clients meet, but not in step.
    (client
        .wrapping_mul(31)
        .wrapping_add(call.wrapping_mul(7919))
        % servers as u64) as usize
}

/// Runs `n` clients twice, and times the second go.
async fn fan<C: Actors, F, Fut>(n: u64, client: F) -> Samples
where
    F: Fn(u64) -> Fut + Send + Sync + Clone + 'static,
    Fut: Future<Output = u64> + Send + 'static,
{
    let mut figure = 0.0;
    for _ in 0..2 {
        let mut clients = tokio::task::JoinSet::new();
        let start = Instant::now();
        for i in 0..n {
            clients.spawn(C::client(client(i)));
        }
        let mut calls = 0;
        while let Some(made) = clients.join_next().await {
            calls += made.expect("a client");
        }
        figure = per(start.elapsed(), calls);
    }
    vec![("ns", figure)]
}

/// Starts a server a name.
pub(super) fn start<C: Named>(all: &Arc<[String]>) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    let all = Arc::clone(all);
    Box::pin(async move {
        for i in 0..all.len() {
            C::start_named(all[i].clone()).await;
        }
    })
}
