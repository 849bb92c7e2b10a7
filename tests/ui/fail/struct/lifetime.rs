use registry_runtime::prelude::*;

#[gen_server]
pub struct Session<'a> {
    name: &'a str,
}

#[gen_server]
impl<'a> Session<'a> {
    #[call]
    fn length(&self) -> usize {
        self.name.len()
    }
}

fn main() {}
