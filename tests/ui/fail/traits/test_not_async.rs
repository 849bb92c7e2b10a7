#[registry_runtime::test]
fn runs() {}

fn main() {}
