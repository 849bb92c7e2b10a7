use registry_runtime::prelude::*;

#[gen_server]
pub struct Names {
    #[default]
    list: Vec<String>,
}

#[gen_server]
impl Names {
    #[call]
    fn all(&self) -> &[String] {
        &self.list
    }

    #[call]
    fn first(&self) -> Option<&str> {
        self.list.first().map(String::as_str)
    }
}

fn main() {}
