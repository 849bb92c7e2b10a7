use registry_runtime::prelude::*;

#[gen_server]
pub struct Names {
    #[default]
    list: Vec<String>,
}

#[gen_server]
impl Names {
    #[cast]
    fn add(&mut self, name: impl Into<String>) {
        self.list.push(name.into());
    }

    #[call]
    fn all(&self) -> impl Iterator<Item = String> {
        self.list.clone().into_iter()
    }
}

fn main() {}
