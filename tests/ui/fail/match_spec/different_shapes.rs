use registry_runtime::prelude::*;

fn main() {
    let _ = match_spec! { (key, pid, 3) => pid, (pid, value) => pid };
}
