use registry_runtime::prelude::*;

registry! { Sessions, keys = unique, key = String }

async fn sign_in() -> Result<(), RegisterError> {
    let player = spawn(async |mut ctx: Process<()>| ctx.recv().await);
    Sessions::register(player.pid(), "ann".to_owned(), ())
}

fn main() {
    drop(sign_in());
}
