use registry_runtime::prelude::*;

#[derive(Clone)]
pub enum Role {
    Member,
}

registry! { Sessions, keys = unique, key = u64 }
registry! { Roles, keys = unique, key = u64, value = Role }

#[gen_server(registry = Sessions, key = <id>, value = Role::Member)]
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

#[gen_server(registry = Roles, key = <id>)]
pub struct Member {
    id: u64,
}

#[gen_server]
impl Member {
    #[call]
    fn id(&self) -> u64 {
        self.id
    }
}

fn main() {}
