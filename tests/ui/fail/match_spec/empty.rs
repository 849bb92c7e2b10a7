use registry_runtime::prelude::*;

fn main() {
    let _ = match_spec! {};
}
