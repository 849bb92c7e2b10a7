use registry_runtime::prelude::*;

#[gen_server]
pub struct Counter {}

#[gen_server]
impl Counter {
    #[cast]
    fn add(&mut self, list: Vec<_>) {
        drop::<Vec<u8>>(list);
    }
}

fn main() {}
