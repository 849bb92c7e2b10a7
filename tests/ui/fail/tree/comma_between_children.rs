use registry_runtime::prelude::*;

#[gen_server]
pub struct Worker {}

#[gen_server]
impl Worker {}

#[gen_server]
pub struct Clock {}

#[gen_server]
impl Clock {}

supervision_tree! {
    pub App;
    Worker(),
    Clock();
}

fn main() {}
