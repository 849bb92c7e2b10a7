//! Hydra: Elixir's processes, with messages that serde can write.

mod crowd;
mod restart;
mod ring;
mod topic;

use hydra::{ExitReason, From, GenServer, GenServerOptions, Pid, Process};
use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;

use super::{Contender, NO_TABLE, OPTION, is_option, is_table};
use crate::actors::{Actors, Named, TIMEOUT};
use crate::case::Kind;
use crate::measure;
use crate::run::{Flavor, Run, Samples};

/// Hydra.
pub const CONTENDER: Contender = Contender {
    name: "hydra",
    package: "hydra",
    about: "hydra, without `tracing`: GenServer, names by `Process::register`, a cast to each of many pids",
    missing: |kind, _| match kind {
        kind if is_table(kind) => Some(NO_TABLE),
        kind if is_option(kind) => Some(OPTION),
        Kind::CallBare => Some("every call has a time-out"),
        Kind::Latency => Some("only processes call, and one a request would measure spawning"),
        _ => None,
    },
    measure,
};

fn measure(kind: Kind, flavor: Flavor, run: Run) -> Option<Samples> {
    flavor.run(async move {
        match kind {
            Kind::Start | Kind::Memory | Kind::Death => {
                process(measure::crowd::<crowd::Hydra>(kind, run)).await
            }
            Kind::Ring => process(measure::ring::<ring::Hydra>(run)).await,
            Kind::Publish => process(measure::topic::<topic::Hydra>(run)).await,
            Kind::Kill | Kind::Panic => {
                process(measure::restarted::<restart::Hydra>(kind, run)).await
            }
            _ => process(measure::named::<Hydra>(kind, run)).await,
        }
    })
}

/// Runs `work` in a process: only they start and call servers.
async fn process<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> T {
    let (sender, done) = oneshot::channel();
    Process::spawn(async move {
        let _ = sender.send(work.await);
    });
    done.await.expect("a process")
}

#[derive(Debug, Serialize, Deserialize)]
enum Message {
    Get,
    Got(u64),
    Add(u64),
}

#[derive(Clone)]
struct Counter(u64);

impl GenServer for Counter {
    type Message = Message;

    async fn init(&mut self) -> Result<(), ExitReason> {
        Ok(())
    }

    async fn handle_call(&mut self, _: Message, _: From) -> Result<Option<Message>, ExitReason> {
        Ok(Some(Message::Got(self.0)))
    }

    async fn handle_cast(&mut self, message: Message) -> Result<(), ExitReason> {
        if let Message::Add(n) = message {
            self.0 += n;
        }
        Ok(())
    }
}

struct Hydra;

impl Actors for Hydra {
    type Ref = Pid;

    async fn start() -> Pid {
        Counter(0)
            .start(GenServerOptions::new())
            .await
            .expect("a server")
    }

    async fn call(server: &Pid) -> u64 {
        match Counter::call(*server, Message::Get, Some(TIMEOUT)).await {
            Ok(Message::Got(count)) => count,
            _ => panic!("no answer"),
        }
    }

    async fn call_bare(server: &Pid) -> u64 {
        Self::call(server).await
    }

    async fn cast(server: &Pid) {
        Counter::cast(*server, Message::Add(1));
    }

    async fn client<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> T {
        process(work).await
    }
}

impl Named for Hydra {
    async fn start_named(name: String) {
        // `GenServerOptions::name` registers while the process may not be in its table yet.
        Process::register(Self::start().await, name).expect("a free name");
    }

    async fn call_name(name: &str) -> u64 {
        let server = Process::whereis(name).expect("a process");
        Self::call(&server).await
    }

    async fn cast_name(name: &str) {
        if let Some(server) = Process::whereis(name) {
            Self::cast(&server).await;
        }
    }
}
