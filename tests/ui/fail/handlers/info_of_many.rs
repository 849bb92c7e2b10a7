use registry_runtime::prelude::*;

#[gen_server]
pub struct Counter {}

#[gen_server]
impl Counter {
    #[info]
    fn on_pair(&mut self, _left: u64, _right: u64) {}

    #[info]
    fn on_nothing(&mut self) {}
}

fn main() {}
