use registry_runtime::prelude::*;

supervision_tree! {
    pub App;
    registy!<Sessions, keys = unique, key = String>;
    dynamic_supervisr!<Pool>;
}

fn main() {}
