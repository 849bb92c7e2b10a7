use registry_runtime::prelude::*;

registry! { keys = unique, key = String }

fn main() {}
