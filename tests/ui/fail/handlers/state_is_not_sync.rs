use registry_runtime::prelude::*;

use std::cell::RefCell;

#[gen_server]
pub struct Cache {
    #[default]
    list: RefCell<Vec<String>>,
}

#[gen_server]
impl Cache {
    #[call]
    fn length(&self) -> usize {
        self.list.borrow().len()
    }

    #[call]
    async fn load(&self, name: String) -> usize {
        tokio::task::yield_now().await;
        self.list.borrow_mut().push(name);
        self.list.borrow().len()
    }
}

fn main() {}
