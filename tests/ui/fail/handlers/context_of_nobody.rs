use registry_runtime::prelude::*;

#[gen_server]
pub struct Session {}

#[gen_server]
impl Session {
    #[cast]
    fn leave(&mut self, ctx: &mut Ctx) {
        ctx.stop(ExitReason::Normal);
    }

    #[call]
    fn later(&mut self, first: ReplyTo<u64>, second: ReplyTo<u64>) {
        drop((first, second));
    }
}

fn main() {}
