//! Many servers with a name each, under nobody: a supervisor searches its children one after the other
//! at each start, and `Registry` serves one request after the other.

use hydra::{ExitReason, GenServer, GenServerOptions, Pid, Process};

use super::Counter;
use crate::actors::Crowd;

pub(super) struct Hydra;

impl Crowd for Hydra {
    type Handle = Pid;

    async fn start(i: u64) -> Pid {
        let server = Counter(0)
            .start(GenServerOptions::new())
            .await
            .expect("a server");
        Process::register(server, format!("session:{i}")).expect("a free name");
        server
    }

    fn end(handle: Pid) {
        Process::exit(handle, ExitReason::Kill);
    }

    fn left() -> usize {
        Process::registered().len()
    }
}
