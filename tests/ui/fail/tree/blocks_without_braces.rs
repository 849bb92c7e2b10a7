use registry_runtime::prelude::*;

#[gen_server]
pub struct Worker {}

#[gen_server]
impl Worker {}

supervision_tree! {
    pub App(many: bool);
    for id in 0..3 Worker(), id = id.to_string();
    if many Worker();
}

supervision_tree! {
    pub Other {
        Worker();
    }
}

fn main() {}
