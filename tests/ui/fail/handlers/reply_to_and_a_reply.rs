use registry_runtime::prelude::*;

#[gen_server]
pub struct Counter {}

#[gen_server]
impl Counter {
    #[call]
    fn value(&self, reply: ReplyTo<u64>) -> u64 {
        reply.send(3);
        3
    }
}

fn main() {}
