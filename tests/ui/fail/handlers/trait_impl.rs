use registry_runtime::prelude::*;

trait Count {
    fn value(&self) -> u64;
}

#[gen_server]
pub struct Counter {}

#[gen_server]
impl Count for Counter {
    #[call]
    fn value(&self) -> u64 {
        3
    }
}

fn main() {}
