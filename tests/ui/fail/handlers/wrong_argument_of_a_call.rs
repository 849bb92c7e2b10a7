use registry_runtime::prelude::*;

#[gen_server]
pub struct Counter {}

#[gen_server]
impl Counter {
    #[cast]
    fn bump(&mut self, by: u64) {
        drop(by);
    }
}

fn use_it(counter: &ServerRef<Counter>) {
    counter.bump("three").unwrap();
    counter.bumb(3).unwrap();
}

fn main() {}
