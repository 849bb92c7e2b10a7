use registry_runtime::prelude::*;

#[gen_server(init(id, ctx: &mut Ctx<Self>))]
pub struct Untyped {
    id: u64,
}

#[gen_server]
impl Untyped {}

#[gen_server(init(id: u64, ctx: &mut Ctx<Self>))]
pub struct Connection {
    id: u64,
}

#[gen_server]
impl Connection {
    async fn init(id: u64, ctx: &mut Ctx<Self>) -> Result<Self, ExitReason> {
        ctx.trap_exit(true);
        Ok(Connection { id })
    }

    #[call]
    fn id(&self) -> u64 {
        self.id
    }
}

#[gen_server(init = (id: u64))]
pub struct Equals {
    id: u64,
}

#[gen_server]
impl Equals {}

fn main() {}
