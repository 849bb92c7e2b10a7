use registry_runtime::prelude::*;

registry! { Sessions, keys = unique, key = String }

#[gen_server(registry = "Sessions", key = "s:<id>")]
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

#[gen_server(registry(Sessions), key("s:<id>"))]
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

#[gen_server(mailbox = "1000", call_timeout = "5s")]
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

#[gen_server(mailbox = 1.5, call_timeout = infinite)]
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

#[gen_server(registry, key)]
pub struct Fifth {
    id: u64,
}

#[gen_server]
impl Fifth {
    #[call]
    fn id(&self) -> u64 {
        self.id
    }
}

#[gen_server(mailbox = 0, call_timeout = 0s)]
pub struct Sixth {
    id: u64,
}

#[gen_server]
impl Sixth {
    #[call]
    fn id(&self) -> u64 {
        self.id
    }
}

#[gen_server(call_timeout = 5sec)]
pub struct Seventh {
    id: u64,
}

#[gen_server]
impl Seventh {
    #[call]
    fn id(&self) -> u64 {
        self.id
    }
}

fn main() {}
