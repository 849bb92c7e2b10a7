use registry_runtime::prelude::*;

registry! { Topics, keys = duplicate, key = String }

#[gen_server(registry = Topics, key = "session:<id>")]
pub struct Session {
    id: u64,
}

#[gen_server]
impl Session {
    #[call]
    fn id(&self) -> u64 {
        self.id
    }
}

fn main() {
    drop(Session::via(1).id());
}
