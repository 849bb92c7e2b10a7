use registry_runtime::prelude::*;

registry! { Topics, keys = unique, key = String, message = u64 }

fn main() {
    Topics::publish("events", 3);
}
