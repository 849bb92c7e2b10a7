use registry_runtime::prelude::*;

#[gen_server]
pub struct Names {
    #[default]
    list: Vec<String>,
}

#[gen_server]
impl Names {
    #[cast]
    fn add(&mut self, name: &str) {
        self.list.push(name.to_owned());
    }

    #[call]
    fn add_all(&mut self, names: &[String]) -> usize {
        self.list.extend_from_slice(names);
        self.list.len()
    }
}

fn main() {}
