use registry_runtime::prelude::*;

registry! { Topics, keys = duplicate, key = String, message = u64 }

fn main() {
    Topics::publish("events", "three");
}
