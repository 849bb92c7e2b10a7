use registry_runtime::prelude::*;

#[gen_server]
pub struct Counter {
    #[defualt]
    value: u64,
    #[default(1, 2)]
    steps: u64,
    #[default]
    #[default(3)]
    most: u64,
}

#[gen_server]
impl Counter {
    #[call]
    fn sum(&self) -> u64 {
        self.value + self.steps + self.most
    }
}

fn main() {
    drop(Counter::start());
}
