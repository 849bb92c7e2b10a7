use registry_runtime::prelude::*;

registry! { Sessions, keys = unique, key = String }

#[gen_server(registry = Sessions, key = format!("s:{id}"))]
pub struct First {
    id: u64,
}

#[gen_server]
impl First {
    #[call]
    fn id(&self) -> u64 {
        self.id
    }
}

#[gen_server(registry = Sessions, key = (id, 3))]
pub struct Second {
    id: u64,
}

#[gen_server]
impl Second {
    #[call]
    fn id(&self) -> u64 {
        self.id
    }
}

#[gen_server(registry = Sessions, key = "s:<id:03>")]
pub struct Third {
    id: u64,
}

#[gen_server]
impl Third {
    #[call]
    fn id(&self) -> u64 {
        self.id
    }
}

#[gen_server(registry = Sessions, key = "s:<id>", value = self.id)]
pub struct Fourth {
    id: u64,
}

#[gen_server]
impl Fourth {
    #[call]
    fn id(&self) -> u64 {
        self.id
    }
}

fn main() {}
