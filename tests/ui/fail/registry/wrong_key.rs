use registry_runtime::prelude::*;

registry! { Sessions, keys = unique, key = u64 }

fn main() {
    let _ = Sessions::lookup("three");
}
