use registry_runtime::prelude::*;

supervision_tree! {
    strategy = one_for_one;
}

fn main() {}
