use registry_runtime::prelude::*;

registry! { Sessions, keys = uniqe, key = String }
registry! { Topics, keys = duplicate(by_name), key = String }

fn main() {}
