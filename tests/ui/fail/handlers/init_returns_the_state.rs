use registry_runtime::prelude::*;

#[gen_server]
pub struct Counter {
    value: u64,
}

#[gen_server]
impl Counter {
    async fn init(&mut self) -> Result<Self, ExitReason> {
        Ok(Counter {
            value: self.value + 1,
        })
    }
}

fn main() {}
