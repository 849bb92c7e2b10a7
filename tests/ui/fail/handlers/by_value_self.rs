use registry_runtime::prelude::*;

#[gen_server]
pub struct Counter {
    #[default]
    value: u64,
}

#[gen_server]
impl Counter {
    #[call]
    fn into_value(self) -> u64 {
        self.value
    }

    #[call]
    fn zero() -> u64 {
        0
    }
}

fn main() {}
