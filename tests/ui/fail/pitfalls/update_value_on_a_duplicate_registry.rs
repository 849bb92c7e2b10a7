use registry_runtime::prelude::*;

registry! { Topics, keys = duplicate, key = String, value = u64 }

#[gen_server]
pub struct Counter {}

#[gen_server]
impl Counter {
    #[cast]
    fn bump(&mut self, ctx: &mut Ctx<Self>) {
        Topics::update_value(ctx, "events", |value| value + 1);
    }
}

fn main() {}
