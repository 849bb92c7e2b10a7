use registry_runtime::prelude::*;

#[gen_server]
pub struct Session {
    name: String,
}

#[gen_server]
impl Session {
    async fn init(&mut self) -> Result<(), String> {
        Err(format!("no {}", self.name))
    }
}

fn main() {}
