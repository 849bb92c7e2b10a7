use registry_runtime::prelude::*;

pub struct Worker;

supervision_tree! {
    pub App;
    Worker();
}

fn main() {}
