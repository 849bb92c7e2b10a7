use registry_runtime::prelude::*;

registry! { Sessions, keys = unique, key = String }

#[gen_server(regsitry = Sessions, key = "s:<id>")]
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

#[gen_server(registry = Sessions, keys = "s:<id>", valeu = ())]
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

#[gen_server(timeout = 5s, mail_box = 3)]
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

#[gen_server(client = Handle)]
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

#[gen_server(label = "x")]
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

fn main() {}
