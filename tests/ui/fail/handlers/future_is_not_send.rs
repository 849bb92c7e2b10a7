use registry_runtime::prelude::*;

use std::rc::Rc;

#[gen_server]
pub struct Counter {}

#[gen_server]
impl Counter {
    #[call]
    async fn slow(&mut self) -> u64 {
        let shared = Rc::new(3);
        tokio::task::yield_now().await;
        *shared
    }
}

fn main() {}
