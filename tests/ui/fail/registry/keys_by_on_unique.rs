use registry_runtime::prelude::*;

registry! { Sessions, keys = unique(by_key), key = String }

fn main() {}
