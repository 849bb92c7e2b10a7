use registry_runtime::prelude::*;

use std::sync::{Arc, Mutex};

#[gen_server]
pub struct Counter {
    shared: Arc<Mutex<u64>>,
}

#[gen_server]
impl Counter {
    #[cast]
    async fn bump(&mut self) {
        let mut value = self.shared.lock().unwrap();
        tokio::task::yield_now().await;
        *value += 1;
    }
}

fn main() {}
