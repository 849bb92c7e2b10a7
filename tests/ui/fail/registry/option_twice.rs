use registry_runtime::prelude::*;

registry! { Sessions, keys = unique, keys = duplicate, key = String }

fn main() {}
