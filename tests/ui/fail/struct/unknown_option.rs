use registry_runtime::prelude::*;

registry! { Sessions, keys = unique, key = String }

#[gen_server(registery = Sessions, key = "session:<id>", call_timout = 5s)]
pub struct Session {
    id: u64,
}

#[gen_server]
impl Session {
    #[cast]
    fn touch(&mut self) {}
}

fn main() {
    let _ = Session::via(1).touch();
}
