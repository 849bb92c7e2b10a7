use registry_runtime::prelude::*;

registry! { Sessions, keys = unique, key = String }

#[gen_server(registry = Sessions key = "s:<id>")]
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

#[gen_server(registry: Sessions, key: "s:<id>")]
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

#[gen_server(registry = Sessions; key = "s:<id>")]
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

#[gen_server(mailbox = 3, mailbox = 4)]
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
