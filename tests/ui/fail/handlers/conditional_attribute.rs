use registry_runtime::prelude::*;

#[gen_server]
pub struct Clock {}

#[gen_server]
impl Clock {
    #[cfg_attr(unix, cast)]
    fn tick(&mut self) {}
}

fn main() {}
