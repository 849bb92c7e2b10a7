use registry_runtime::prelude::*;

#[gen_server]
pub struct Counter {
    #[default]
    value: u64,
}

#[gen_server]
impl Counter {
    #[cast]
    fn bump(&mut self) -> u64 {
        self.value += 1;
        self.value
    }
}

fn main() {}
