use registry_runtime::prelude::*;

#[gen_server]
pub struct Counter {
    value: u64,
}

#[tokio::main]
async fn main() {
    drop(Counter::start_link(3).await);
}
