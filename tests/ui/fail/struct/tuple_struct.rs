use registry_runtime::prelude::*;

#[gen_server]
pub struct Counter(u64);

#[gen_server]
impl Counter {
    #[call]
    fn value(&self) -> u64 {
        self.0
    }
}

fn main() {}
