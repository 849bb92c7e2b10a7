use registry_runtime::prelude::*;

supervision_tree! {
    pub App;
    registry!<Sessions>;
}

fn main() {}
