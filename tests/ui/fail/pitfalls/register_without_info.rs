use registry_runtime::prelude::*;

registry! { Topics, keys = duplicate, key = String, message = u64 }

#[gen_server]
pub struct Listener {}

#[gen_server]
impl Listener {
    async fn init(&mut self, ctx: &mut Ctx<Self>) -> Result<(), ExitReason> {
        Topics::register(ctx, "events".to_owned(), ())?;
        Ok(())
    }

    #[info]
    fn on_text(&mut self, _text: String) {}
}

fn main() {}
