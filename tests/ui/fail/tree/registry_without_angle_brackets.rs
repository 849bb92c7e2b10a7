use registry_runtime::prelude::*;

supervision_tree! {
    pub App;
    registry! { Sessions, keys = unique, key = String };
}

fn main() {}
