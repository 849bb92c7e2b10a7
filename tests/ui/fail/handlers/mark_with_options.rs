use registry_runtime::prelude::*;

#[gen_server]
pub struct Counter {}

#[gen_server]
impl Counter {
    #[call(timeout = 5s)]
    fn value(&self) -> u64 {
        3
    }
}

fn main() {}
