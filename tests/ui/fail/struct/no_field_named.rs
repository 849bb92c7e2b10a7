use registry_runtime::prelude::*;

#[gen_server]
pub struct Counter {
    value: u64,
}

#[gen_server]
impl Counter {
    async fn init(name: String) -> Result<Self, ExitReason> {
        Ok(Counter { value: name.len() as u64 })
    }
}

fn main() {}
