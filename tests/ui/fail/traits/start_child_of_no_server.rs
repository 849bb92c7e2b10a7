use registry_runtime::prelude::*;

pub struct Worker;

supervision_tree! {
    pub App;
    dynamic_supervisor!<pub Pool>;
}

#[tokio::main]
async fn main() {
    drop(Pool::start_child(Worker).await);
}
