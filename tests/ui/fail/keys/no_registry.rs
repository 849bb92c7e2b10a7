use registry_runtime::prelude::*;

#[gen_server(key = "session:<user_id>", value = 3)]
pub struct Session {
    user_id: u64,
}

#[gen_server]
impl Session {
    #[call]
    fn id(&self) -> u64 {
        self.user_id
    }
}

fn main() {}
