use registry_runtime::prelude::*;

#[gen_server]
pub struct Counter {}

#[gen_server]
impl Counter {
    #[call]
    fn start(&self) -> u64 {
        3
    }

    #[cast]
    fn init(&mut self) {}
}

fn main() {}
