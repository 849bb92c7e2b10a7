use registry_runtime::prelude::*;

registry! { Sessions, keys = unique, key = String }

pub struct UserId(u64);

#[gen_server(registry = Sessions, key = "session:<user>")]
pub struct Session {
    user: UserId,
}

#[gen_server]
impl Session {
    #[call]
    fn id(&self) -> u64 {
        self.user.0
    }
}

fn main() {}
