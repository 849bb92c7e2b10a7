use registry_runtime::prelude::*;

registry! { Sessions, keys = unique, key = String, partition = 4, listener = [] }

fn main() {}
