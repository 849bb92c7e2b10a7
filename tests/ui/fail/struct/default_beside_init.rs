use registry_runtime::prelude::*;

#[gen_server(init(id: u64))]
pub struct Connection {
    id: u64,
    #[default]
    hits: u64,
}

#[gen_server]
impl Connection {
    async fn init(id: u64) -> Result<Self, ExitReason> {
        Ok(Connection { id, hits: 0 })
    }

    #[call]
    fn hits(&self) -> u64 {
        self.hits + self.id
    }
}

fn main() {}
