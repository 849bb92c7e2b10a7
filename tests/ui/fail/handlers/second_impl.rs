use registry_runtime::prelude::*;

#[gen_server]
pub struct Counter {}

#[gen_server]
impl Counter {
    #[call]
    fn value(&self) -> u64 {
        3
    }
}

#[gen_server]
impl Counter {
    #[call]
    fn another(&self) -> u64 {
        4
    }
}

fn main() {}
