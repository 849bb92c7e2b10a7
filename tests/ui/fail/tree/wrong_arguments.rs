use registry_runtime::prelude::*;

#[gen_server]
pub struct Worker {
    id: u64,
    name: String,
}

#[gen_server]
impl Worker {
    #[call]
    fn id(&self) -> u64 {
        self.id + self.name.len() as u64
    }
}

supervision_tree! {
    pub App;
    Worker(1, "one");
    Worker(2), id = "two";
}

fn main() {}
