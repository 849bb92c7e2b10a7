use registry_runtime::prelude::*;

registry! { Topics, keys = duplicate, key = String, value = u64 }

fn main() {
    let _ = Topics::count_match("events", |_, value| *value);
}
