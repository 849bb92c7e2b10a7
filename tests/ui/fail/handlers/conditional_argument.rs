use registry_runtime::prelude::*;

#[gen_server]
pub struct Clock {}

#[gen_server]
impl Clock {
    #[cast]
    fn tick(&mut self, #[cfg(any())] at: u64) {}
}

fn main() {}
