use registry_runtime::prelude::*;

registry! { Sessions, keys = unique, key = String, value = u64 }

fn main() {
    let _ = Sessions::select(match_spec! { (pid, 3) => pid });
}
