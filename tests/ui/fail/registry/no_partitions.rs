use registry_runtime::prelude::*;

registry! { Sessions, keys = unique, key = String, partitions = 0 }

fn main() {}
