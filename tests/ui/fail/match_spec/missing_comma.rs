use registry_runtime::prelude::*;

registry! { Sessions, keys = unique, key = String, value = u64 }

fn main() {
    let _ = Sessions::select(match_spec! { (_, pid, 3) => pid (_, pid, 4) => pid });
}
