use registry_runtime::prelude::*;

registry! { Sessions keys = unique, key = String }
registry! { Topics, keys = duplicate key = String }

fn main() {}
