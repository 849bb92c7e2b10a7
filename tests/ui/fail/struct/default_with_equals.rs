use registry_runtime::prelude::*;

#[gen_server]
pub struct Counter {
    #[default = 3]
    value: u64,
}

#[gen_server]
impl Counter {
    #[call]
    fn value(&self) -> u64 {
        self.value
    }
}

fn main() {
    drop(Counter::start());
}
