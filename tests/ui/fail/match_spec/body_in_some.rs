use registry_runtime::prelude::*;

fn main() {
    let _ = match_spec! { (_, pid, 3) => pid, (_, _, 4) };
}
