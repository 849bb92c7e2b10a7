use registry_runtime::prelude::*;

registry! { Sessions; keys = unique, key = String }
registry! { Users: keys = unique, key = String }
registry! { Pairs<K>, keys = unique, key = K }
registry! { pub struct Topics, keys = duplicate, key = String }
registry! {}

fn main() {}
