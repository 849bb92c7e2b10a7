use registry_runtime::prelude::*;

#[gen_server]
pub struct Worker {}

#[gen_server]
impl Worker {}

registry! { pub Sessions, keys = unique, key = String }

supervision_tree! {
    pub App, requires = Sessions;
    dynamic_supervisor!<pub Pool, holds = Worker>;
}

fn main() {}
