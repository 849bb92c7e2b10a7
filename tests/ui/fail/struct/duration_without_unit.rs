use registry_runtime::prelude::*;

#[gen_server(call_timeout = 5)]
pub struct Slow {}

#[gen_server]
impl Slow {
    #[cast]
    fn touch(&mut self) {}
}

fn main() {}
