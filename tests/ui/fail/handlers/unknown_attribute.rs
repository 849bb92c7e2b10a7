use registry_runtime::prelude::*;

#[gen_server]
pub struct Counter {
    value: u64,
}

#[gen_server]
impl Counter {
    #[cal]
    fn value(&self) -> u64 {
        self.value
    }

    #[handle_cast]
    fn bump(&mut self, by: u64) {
        self.value += by;
    }
}

fn main() {}
