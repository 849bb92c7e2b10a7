//! Calls and casts, by reference and by name.

use std::time::Duration;

use registry_runtime::prelude::*;
use registry_runtime::spawn;
use tokio::sync::oneshot;

use crate::actors::{Actors, Named};

supervision_tree! {
    Bench, strategy = one_for_one;

    registry!<pub(super) Names, keys = unique, key = String>;
}

/// A server without a name.
#[gen_server]
pub(super) struct Counter {
    #[default]
    count: u64,
}

#[gen_server]
impl Counter {
    #[call]
    pub(super) fn get(&self) -> u64 {
        self.count
    }

    #[cast]
    pub(super) fn add(&mut self, n: u64) {
        self.count += n;
    }
}

/// A server whose name is its argument.
#[gen_server(registry = Names, key = <name>)]
pub(super) struct NamedCounter {
    name: String,
    #[default]
    count: u64,
}

#[gen_server]
impl NamedCounter {
    #[call]
    fn get(&self) -> u64 {
        self.count
    }

    #[cast]
    fn add(&mut self, n: u64) {
        self.count += n;
    }
}

pub(super) struct Ours;

/// A server, and the same with no time-out to its calls.
#[derive(Clone)]
pub(super) struct Both {
    timed: ServerRef<Counter>,
    bare: ServerRef<Counter>,
}

impl Actors for Ours {
    type Ref = Both;

    async fn boot() {
        std::mem::forget(Bench::start().await.expect("a tree"));
    }

    async fn start() -> Self::Ref {
        let timed = Counter::start().await.expect("a server");
        let bare = timed.clone().timeout(Duration::MAX);
        Both { timed, bare }
    }

    fn call(server: &Self::Ref) -> impl Future<Output = u64> + Send {
        let call = server.timed.get();
        async { call.await.expect("an answer") }
    }

    fn call_bare(server: &Self::Ref) -> impl Future<Output = u64> + Send {
        let call = server.bare.get();
        async { call.await.expect("an answer") }
    }

    async fn cast(server: &Self::Ref) {
        server.timed.add(1).expect("a server");
    }

    /// A process: its calls are checked for deadlocks.
    async fn client<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> T {
        let (sender, done) = oneshot::channel();
        spawn(move |_: Process<()>| async move {
            let _ = sender.send(work.await);
        });
        done.await.expect("a client")
    }
}

impl Named for Ours {
    async fn start_named(name: String) {
        NamedCounter::start(name).await.expect("a server");
    }

    fn call_name(name: &str) -> impl Future<Output = u64> + Send {
        let call = NamedCounter::via(name).get();
        async { call.await.expect("an answer") }
    }

    async fn cast_name(name: &str) {
        NamedCounter::via(name).add(1).expect("a server");
    }
}
