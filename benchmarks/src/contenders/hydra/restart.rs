//! A permanent, named child of a supervisor.

use std::time::Duration;

use hydra::{
    ChildSpec, ExitReason, GenServer, GenServerOptions, Process, Supervisor, SupervisorOptions,
};

use crate::actors::Restarted;

const NAME: &str = "session:0";

#[derive(Clone)]
struct Worker;

impl GenServer for Worker {
    type Message = u64;

    async fn init(&mut self) -> Result<(), ExitReason> {
        Ok(())
    }

    async fn handle_cast(&mut self, _: u64) -> Result<(), ExitReason> {
        panic!("asked to");
    }
}

pub(super) struct Hydra;

impl Restarted for Hydra {
    async fn boot() {
        let start = || async {
            let worker = Worker.start_link(GenServerOptions::new()).await?;
            Process::register(worker, NAME)
                .map_err(|error| ExitReason::from(format!("{error:?}")))?;
            Ok(worker)
        };
        Supervisor::with_children([ChildSpec::new(NAME).start(start)])
            .max_restarts(usize::MAX)
            .max_duration(Duration::from_millis(1))
            .start(SupervisorOptions::new())
            .await
            .expect("a supervisor");
    }

    fn incarnation() -> Option<u64> {
        Process::whereis(NAME).map(|pid| {
            use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
            BuildHasherDefault::<DefaultHasher>::default().hash_one(pid)
        })
    }

    fn kill() {
        if let Some(pid) = Process::whereis(NAME) {
            Process::exit(pid, ExitReason::Kill);
        }
    }

    fn panic() {
        if let Some(pid) = Process::whereis(NAME) {
            Worker::cast(pid, 1);
        }
    }
}
