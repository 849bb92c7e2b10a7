use registry_runtime::prelude::*;

#[gen_server]
#[call]
pub struct Counter {
    value: u64,
}

#[gen_server]
impl Counter {}

fn main() {}
