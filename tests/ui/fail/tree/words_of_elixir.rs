use registry_runtime::prelude::*;

#[gen_server]
pub struct Worker {}

#[gen_server]
impl Worker {}

supervision_tree! {
    pub App, strategy = simple_one_for_one, intensity = 3, max_seconds = 5;
    Worker(), name = "worker", restart = always, shutdown = brutal;
    Worker(), id = "second", restart = on_failure, timeout = 5s;
}

fn main() {}
