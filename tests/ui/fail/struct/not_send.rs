use registry_runtime::prelude::*;

use std::rc::Rc;

#[gen_server]
pub struct Session {
    name: Rc<str>,
}

#[gen_server]
impl Session {
    #[call]
    fn length(&self) -> usize {
        self.name.len()
    }
}

fn main() {}
