use registry_runtime::prelude::*;

registry! { Sessions, keys = unique, key = String }

#[gen_server]
pub struct Session {
    id: u64,
}

#[gen_server(registry = Sessions, key = "session:<id>")]
impl Session {
    #[call]
    fn id(&self) -> u64 {
        self.id
    }
}

fn main() {}
