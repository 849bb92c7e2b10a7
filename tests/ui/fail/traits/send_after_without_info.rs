use registry_runtime::prelude::*;

use std::time::Duration;

#[gen_server]
pub struct Clock {}

#[gen_server]
impl Clock {
    #[cast]
    fn begin(&mut self, ctx: &mut Ctx<Self>) {
        ctx.send_after(Duration::from_secs(1), "tick");
    }
}

fn main() {}
