use registry_runtime::prelude::*;

#[gen_server]
pub struct Session {}

#[gen_server]
impl Session {
    async fn terminate(self, reason: ExitReason) -> u64 {
        drop(reason);
        3
    }
}

fn main() {}
