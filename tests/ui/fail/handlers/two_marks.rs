use registry_runtime::prelude::*;

#[gen_server]
pub struct Counter {
    #[default]
    value: u64,
}

#[gen_server]
impl Counter {
    #[call]
    #[cast]
    fn bump(&mut self) {
        self.value += 1;
    }
}

fn main() {}
