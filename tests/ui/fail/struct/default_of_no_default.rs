use registry_runtime::prelude::*;

pub struct Socket(u16);

#[gen_server]
pub struct Connection {
    #[default]
    socket: Socket,
}

#[gen_server]
impl Connection {
    #[call]
    fn port(&self) -> u16 {
        self.socket.0
    }
}

fn main() {}
