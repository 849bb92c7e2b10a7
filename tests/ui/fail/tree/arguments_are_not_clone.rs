use registry_runtime::prelude::*;

pub struct Socket(u16);

#[gen_server]
pub struct Worker {
    socket: Socket,
}

#[gen_server]
impl Worker {
    #[call]
    fn port(&self) -> u16 {
        self.socket.0
    }
}

supervision_tree! {
    pub App;
    Worker(Socket(80));
}

fn main() {
    drop(Worker::child_spec(Socket(80)));
}
