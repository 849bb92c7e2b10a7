use registry_runtime::prelude::*;

#[gen_server]
pub struct Stack<T: 'static> {
    #[default]
    items: Vec<T>,
}

#[gen_server]
impl<T: 'static> Stack<T> {
    #[cast]
    fn push(&mut self, item: T) {
        self.items.push(item);
    }
}

fn main() {}
