use registry_runtime::prelude::*;

registry! { Sessions, keys = unique, key = String }

#[tokio::main]
async fn main() {
    Sessions::register("ann".to_owned(), ()).unwrap();
}
