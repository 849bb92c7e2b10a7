use registry_runtime::prelude::*;

#[derive(Clone)]
pub enum Role {
    Member,
    Admin { level: u8 },
}

registry! { Sessions, keys = unique, key = String, value = Role }

fn main() {
    let _ = Sessions::select(match_spec! { (_, pid, Role::Admn { level }) if *level > 3 => pid });
}
