use registry_runtime::prelude::*;

#[gen_server]
pub struct Counter {}

#[gen_server]
impl Counter {
    #[info]
    fn on_number(&mut self, _number: u64) {}

    #[info]
    fn on_count(&mut self, _count: u64) {}
}

fn main() {}
