use registry_runtime::prelude::*;

#[gen_server]
pub struct Worker {
    id: u64,
}

#[gen_server]
impl Worker {
    #[call]
    fn id(&self) -> u64 {
        self.id
    }
}

supervision_tree! {
    pub App;
    for id in 0..4 {
        Worker(id);
    }
}

fn main() {}
