use registry_runtime::prelude::*;

supervision_tree! {
    pub App;
    dynamic_supervisor!<Pool>;
}

fn main() {}
