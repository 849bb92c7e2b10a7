use registry_runtime::prelude::*;

supervision_tree! {
    pub App;
    supervisor!<pub Workers, strategy = one_for_all>;
}

fn main() {}
