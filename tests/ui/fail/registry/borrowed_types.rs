use registry_runtime::prelude::*;

registry! { pub Sessions, keys = unique, key = &str, value = Option<&[u8]> }
registry! { pub Names, keys = unique, key = &'static str }

fn main() {}
