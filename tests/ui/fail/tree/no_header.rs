use registry_runtime::prelude::*;

#[gen_server]
pub struct Worker {}

#[gen_server]
impl Worker {}

supervision_tree! { strategy = one_for_one; Worker(); }
supervision_tree! { Worker(); Worker(), id = "second"; }
supervision_tree! { registry!<pub Names, keys = unique, key = String>; Worker(); }
supervision_tree! { Worker(3 + 4); }
supervision_tree! { ; Worker(); }

fn main() {}
