use registry_runtime::prelude::*;

#[gen_server]
pub struct Counter {
    #[cfg(unix)]
    label: String,
    value: u64,
}

#[gen_server]
impl Counter {
    #[call]
    fn value(&self) -> u64 {
        self.value
    }
}

fn main() {}
