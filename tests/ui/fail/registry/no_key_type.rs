use registry_runtime::prelude::*;

registry! { Sessions, keys = unique }

fn main() {}
