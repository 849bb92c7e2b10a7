use registry_runtime::prelude::*;

#[gen_server]
pub struct Counter {}

#[gen_server]
impl Counter {
    #[cast]
    fn finish(&mut self, ctx: Ctx<Self>) {
        ctx.stop(ExitReason::Normal);
    }
}

fn main() {}
