use registry_runtime::prelude::*;

#[gen_server(init(id: u64, port: u16))]
pub struct Connection {
    id: u64,
}

#[gen_server]
impl Connection {
    async fn init(id: String) -> Result<Self, ExitReason> {
        Ok(Connection { id: id.len() as u64 })
    }

    #[call]
    fn id(&self) -> u64 {
        self.id
    }
}

fn main() {}
