use registry_runtime::prelude::*;

#[gen_server]
pub struct Names {
    #[default]
    list: Vec<String>,
}

#[gen_server]
impl Names {
    #[cast]
    fn add<T: ToString>(&mut self, name: T) {
        self.list.push(name.to_string());
    }
}

fn main() {}
