use registry_runtime::prelude::*;

use std::rc::Rc;

#[gen_server]
pub struct Counter {}

#[gen_server]
impl Counter {
    #[cast]
    fn note(&mut self, text: Rc<str>) {
        drop(text);
    }

    #[call]
    fn text(&self) -> Rc<str> {
        "text".into()
    }
}

fn main() {}
