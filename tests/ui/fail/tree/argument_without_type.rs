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
    pub App(id: u64);
    Worker(id);
}

#[tokio::main]
async fn main() {
    drop(App::start().await);
}
