use registry_runtime::prelude::*;

registry! { Topics, keys = duplicate, key = String }

fn main() {
    let _ = Topics::whereis("events");
}
