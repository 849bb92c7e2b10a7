use registry_runtime::prelude::*;

registry! { pub Sessions, keys = unique, key = String }

#[gen_server(registry = Sessions, key = "session:<id>")]
pub struct Session { id: u64 }

#[gen_server]
impl Session {}

supervision_tree! {
    pub App;
    Session(1);
    registry!<Sessions>;
}

supervision_tree! {
    pub Forgetful;
    Session(2);
}

fn main() {}
