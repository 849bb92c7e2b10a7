use registry_runtime::prelude::*;

#[gen_server]
pub struct Counter {}

#[gen_server]
impl Counter {
    #[call]
    fn value(&self) -> u64 {
        3
    }
}

mod more {
    use super::Counter;
    use registry_runtime::prelude::*;

    #[gen_server]
    impl Counter {
        #[cast]
        async fn add(&mut self, by: u64) {
            drop(by.to_string());
        }
    }
}

fn main() {}
