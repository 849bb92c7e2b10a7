use registry_runtime::prelude::*;

registry! { Sessions, keys = unique, key = u64 }

#[gen_server(registry = Sessions, key = user_id)]
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
