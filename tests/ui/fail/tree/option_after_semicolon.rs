use registry_runtime::prelude::*;

#[gen_server]
pub struct Worker {}

#[gen_server]
impl Worker {}

supervision_tree! {
    pub App;
    Worker();
    restart = transient;
    Worker(), id = "second" shutdown = 5s;
}

supervision_tree! {
    pub Other, strategy = one_for_one
    Worker();
}

fn main() {}
