use registry_runtime::prelude::*;

#[gen_server]
pub struct Counter {}

#[gen_server]
impl Counter {
    #[call]
    const STEP: u64 = 3;

    #[default]
    fn value(&self) -> u64 {
        Self::STEP
    }
}

fn main() {
    let _ = Counter::value;
}
