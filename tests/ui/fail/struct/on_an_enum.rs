use registry_runtime::prelude::*;

#[gen_server]
pub enum Door {
    Open,
    Closed,
}

fn main() {}
