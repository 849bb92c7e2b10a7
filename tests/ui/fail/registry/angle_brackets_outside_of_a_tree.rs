use registry_runtime::prelude::*;

registry!<Sessions, keys = unique, key = String>;

fn main() {}
