use registry_runtime::prelude::*;

#[gen_server]
pub struct Worker {}

#[gen_server]
impl Worker {}

supervision_tree! {
    pub Untyped(size);
    Worker();
}

supervision_tree! {
    pub App;
    supervisor!<pub Pool(size: usize, size: u8)>(3, 4) {
        Worker();
    }
}

fn main() {}
