//! A permanent child of a dynamic supervisor, found by its name.

use registry_runtime::prelude::*;

use crate::actors::Restarted;

supervision_tree! {
    Restarting, strategy = one_for_one;

    registry!<pub(super) Workers, keys = unique, key = String>;
    dynamic_supervisor!<pub(super) WorkerSup, max_restarts = u32::MAX, within = 1ms>;
}

#[gen_server(registry = Workers, key = <name>)]
pub(super) struct Worker {
    name: String,
}

#[gen_server]
impl Worker {
    #[cast]
    fn fail(&mut self) {
        panic!("{} was asked to", self.name);
    }
}

const NAME: &str = "session:0";

pub(super) struct Ours;

impl Restarted for Ours {
    async fn boot() {
        // Each death would be a line on standard error.
        registry_runtime::set_reporter(|_| ());
        std::mem::forget(Restarting::start().await.expect("a tree"));
        let spec = Worker::child_spec(NAME.to_owned());
        WorkerSup::start_child(spec).await.expect("a child");
    }

    fn incarnation() -> Option<u64> {
        Workers::whereis(NAME).map(number)
    }

    fn kill() {
        if let Some(pid) = Workers::whereis(NAME) {
            pid.exit(ExitReason::Kill);
        }
    }

    fn panic() {
        let _ = Worker::via(NAME).fail();
    }
}

/// A pid as a number: they are hashed alike, and never used again soon.
fn number(pid: Pid) -> u64 {
    use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
    BuildHasherDefault::<DefaultHasher>::default().hash_one(pid)
}
