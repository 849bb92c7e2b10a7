//! Calls and casts to several servers at once.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

use super::{Call, CallError, CastError, GenServer};

/// Makes several calls at the same time and waits for all of them: the answers, in the order of the
/// calls. Each call keeps its own time-out.
///
/// # Cancel safety
///
/// As [`Call`]'s.
///
/// # Examples
///
/// ```
/// # use registry_runtime::prelude::*;
/// # #[gen_server] #[derive(Debug)] struct Counter { n: u64 }
/// # #[gen_server] impl Counter { #[call] fn get(&self) -> u64 { self.n } }
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), StartError> {
/// let counters = [Counter::start(1).await?, Counter::start(2).await?];
/// let answers = registry_runtime::multi_call(counters.iter().map(|counter| counter.get())).await;
/// assert_eq!(answers, [Ok(1), Ok(2)]);
/// # Ok(()) }
/// ```
///
/// # Elixir
///
/// `GenServer.multi_call/4`, over a list of clients instead of nodes.
pub async fn multi_call<S, T>(
    calls: impl IntoIterator<Item = Call<S, T>>,
) -> Vec<Result<T, CallError>>
where
    T: Send + 'static,
    S: GenServer,
{
    enum Slot<S: GenServer, T> {
        Waiting(Pin<Box<Call<S, T>>>),
        Done(Result<T, CallError>),
    }
    let mut slots: Vec<Slot<S, T>> = calls
        .into_iter()
        .map(|call| Slot::Waiting(Box::pin(call)))
        .collect();
    poll_fn(|cx| {
        let mut waiting = false;
        for slot in &mut slots {
            if let Slot::Waiting(call) = slot {
                match call.as_mut().poll(cx) {
                    Poll::Ready(answer) => *slot = Slot::Done(answer),
                    Poll::Pending => waiting = true,
                }
            }
        }
        if waiting {
            Poll::Pending
        } else {
            Poll::Ready(())
        }
    })
    .await;
    let answer = |slot| match slot {
        Slot::Done(answer) => answer,
        Slot::Waiting(_) => Err(CallError::NoReply),
    };
    slots.into_iter().map(answer).collect()
}

/// Casts to several servers: how many took it.
///
/// # Examples
///
/// ```
/// # use registry_runtime::prelude::*;
/// #[gen_server]
/// struct Counter { n: u64 }
///
/// #[gen_server]
/// impl Counter {
///     #[cast] fn bump(&mut self) { self.n += 1 }
///     #[call] fn get(&self) -> u64 { self.n }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let counters = [Counter::start(1).await?, Counter::start(2).await?];
/// assert_eq!(registry_runtime::abcast(&counters, |counter| counter.bump()), 2);
/// assert_eq!(counters[1].get().await?, 3);
/// # Ok(())
/// # }
/// ```
///
/// # Elixir
///
/// `GenServer.abcast/3`, over a list of clients instead of nodes.
pub fn abcast<C>(
    clients: impl IntoIterator<Item = C>,
    cast: impl FnMut(C) -> Result<(), CastError>,
) -> usize {
    clients.into_iter().map(cast).filter_map(Result::ok).count()
}
