use registry_runtime::prelude::*;

#[gen_server]
pub struct Counter {
    id: u64,
}

#[gen_server]
impl Counter {
    #[cast]
    fn bump(&mut self) {
        self.id += 1;
    }
}

fn main() {
    Counter::via(1).bump().unwrap();
}
