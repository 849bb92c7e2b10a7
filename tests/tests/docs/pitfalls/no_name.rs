use registry_runtime::prelude::*;

#[gen_server]
pub struct Session { id: u64 }

#[gen_server]
impl Session {
    #[cast] fn touch(&mut self) {}
}

fn main() {
    let _ = Session::via(1).touch();
}
