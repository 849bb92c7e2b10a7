use registry_runtime::prelude::*;

#[gen_server]
pub struct Worker {
    number: u64,
}

#[gen_server]
impl Worker {
    #[call]
    fn number(&self) -> u64 {
        self.number
    }
}

supervision_tree! {
    pub App;
    Lobby
    Worker(3);
    Wor
}

#[tokio::main]
async fn main() {
    drop(App::start().await);
}
