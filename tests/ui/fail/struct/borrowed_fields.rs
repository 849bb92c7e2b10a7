use registry_runtime::prelude::*;

#[gen_server]
pub struct Session {
    name: &str,
    #[default]
    seen: Vec<&[u8]>,
    greeting: &'static str,
}

#[gen_server]
impl Session {
    #[call]
    fn greeting(&self) -> &'static str {
        self.greeting
    }
}

fn main() {}
