use registry_runtime::prelude::*;

#[gen_server(init(id: u64))]
pub struct Connection {
    id: u64,
}

#[gen_server]
impl Connection {
    #[call]
    fn id(&self) -> u64 {
        self.id
    }
}

fn main() {}
