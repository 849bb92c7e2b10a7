#[registry_runtime::test(flavor = "multi_thread", start_paused = true)]
async fn runs() {}

#[registry_runtime::test(flavour = "multithread")]
async fn runs_too() {}

fn main() {}
