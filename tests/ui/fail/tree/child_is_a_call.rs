use registry_runtime::prelude::*;

#[gen_server]
pub struct Worker {}

#[gen_server]
impl Worker {}

supervision_tree! {
    pub App;
    Worker::new();
    Worker::child_spec();
    Worker {};
    "Worker";
    let worker = 3;
}

fn main() {}
