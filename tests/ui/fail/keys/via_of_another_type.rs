use registry_runtime::prelude::*;

registry! { Sessions, keys = unique, key = u64 }

#[gen_server(registry = Sessions, key = <id>)]
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
    drop(Session::via("three").id());
}
