use registry_runtime::prelude::*;

#[gen_server]
pub struct Worker {}

#[gen_server]
impl Worker {}

supervision_tree! {
    pub App, stategy = one_for_one, max_restart = 3;
    Worker(), restarts = transient;
    dynamic_supervisor!<pub Pool, max_childs = 3>;
}

fn main() {}
