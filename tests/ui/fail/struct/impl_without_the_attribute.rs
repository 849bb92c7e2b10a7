use registry_runtime::prelude::*;

#[gen_server]
pub struct Counter {
    value: u64,
}

impl Counter {
    #[call]
    fn value(&self) -> u64 {
        self.value
    }
}

fn main() {}
