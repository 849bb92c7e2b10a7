use registry_runtime::prelude::*;

#[gen_server]
pub struct Cache<T> {
    items: Vec<T>,
}

#[gen_server]
impl<T: Clone> Cache<T> {
    #[call]
    fn len(&self) -> usize {
        self.items.len()
    }
}

fn main() {}
