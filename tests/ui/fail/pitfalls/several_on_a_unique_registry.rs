use registry_runtime::prelude::*;

registry! { Topics, keys = unique, key = String, value = u64 }

fn main() {
    let all: Vec<(Pid, u64)> = Topics::lookup("events");
}
