use registry_runtime::prelude::*;

supervision_tree! {
    pub App, max_restarts = 3, within = 5;
}

fn main() {}
