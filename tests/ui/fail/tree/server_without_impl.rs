use registry_runtime::prelude::*;

#[gen_server]
pub struct Worker {}

supervision_tree! {
    pub App;
    Worker();
}

fn main() {}
