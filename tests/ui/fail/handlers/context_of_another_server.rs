use registry_runtime::prelude::*;

#[gen_server]
pub struct Counter {}

#[gen_server]
impl Counter {}

#[gen_server]
pub struct Clock {}

#[gen_server]
impl Clock {
    #[cast]
    fn finish(&mut self, ctx: &mut Ctx<Counter>) {
        ctx.stop(ExitReason::Normal);
    }
}

fn main() {}
