use registry_runtime::prelude::*;

registry! { Topics, keys = duplicate, key = String }

fn main() {
    Topics::publish("events", 3);
}
