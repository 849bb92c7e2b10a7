use registry_runtime::prelude::*;

registry! { pub Topics, keys = unique, key = String, message = u32 }
registry! { pub Names, keys = duplicate, key = String, value = u32 }

#[gen_server(registry = Names, key = "<name>", value = 0)]
pub struct Player { name: String }

#[gen_server]
impl Player {
    #[cast]
    fn score(&mut self, ctx: &mut Ctx<Self>) {
        Names::update_value(ctx, &self.name, |points| points + 1);
        Topics::publish("scores", 1_u32);
    }
}

fn main() {}
