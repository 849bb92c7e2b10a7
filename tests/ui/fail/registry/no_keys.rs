use registry_runtime::prelude::*;

registry! { Sessions, key = String }

fn main() {}
