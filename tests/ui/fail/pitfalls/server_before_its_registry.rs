use registry_runtime::prelude::*;

registry! { pub Sessions, keys = unique, key = String }

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

supervision_tree! {
    pub App;
    Session(1);
    registry!<Sessions>;
}

fn main() {}
