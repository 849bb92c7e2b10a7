use registry_runtime::prelude::*;

pub struct Sessions;

#[gen_server(registry = Sessions, key = "session:<id>")]
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

fn main() {}
