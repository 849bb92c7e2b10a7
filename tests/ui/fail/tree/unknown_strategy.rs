use registry_runtime::prelude::*;

supervision_tree! {
    pub App, strategy = one_for_al;
}

fn main() {}
