use registry_runtime::prelude::*;

#[gen_server]
pub struct Worker {}

#[gen_server]
impl Worker {}

supervision_tree! {
    pub App, strategy = "one_for_one", max_restarts = "3", within = "5s", auto_shutdown = true, requires = Sessions;
    dynamic_supervisor!<pub Pool, max_children = 1.5, max_restarts = 3s, holds = Worker>;
    dynamic_supervisor!<pub None, max_children = 0>;
    Worker(), id = "first", restart = "transient", shutdown = 5000, significant = yes;
    Worker(), id = "second", backoff = 100..10s, start_timeout = 5;
    Worker(), id = "third", backoff = 100ms.., id = "fourth";
    Worker(), id = "fifth", significant;
}

fn main() {}
