use registry_runtime::prelude::*;

supervision_tree! {
    pub App;
    registry!<pub Sessions, keys = unique, key = String>;
    dynamic_supervisor!<pub Pool, holds = [Session]>;
    Session("main".to_owned());
}

#[gen_server(registry = Sessions, key = "session:<name>")]
pub struct Session {
    name: String,
    #[default]
    hits: u64,
}

// The attribute was forgotten, and with it those of the handlers.
impl Session {
    fn hits(&self) -> u64 {
        self.hits
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let app = App::start().await?;
    let spec = Session::child_spec("second".to_owned());
    drop(spec);
    println!("{}", Session::via("main").hits().await?);
    app.shutdown().await;
    Ok(())
}
