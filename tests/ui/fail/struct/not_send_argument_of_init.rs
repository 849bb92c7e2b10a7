use registry_runtime::prelude::*;

use std::rc::Rc;

#[gen_server(init(name: Rc<str>, port: u16))]
pub struct Session {
    length: usize,
    #[cfg(all())]
    open: *const u8,
}

#[gen_server]
impl Session {
    async fn init(name: Rc<str>, port: u16) -> Result<Self, ExitReason> {
        Ok(Session {
            length: name.len() + usize::from(port),
            open: std::ptr::null(),
        })
    }

    #[call]
    fn length(&self) -> usize {
        self.length + usize::from(self.open.is_null())
    }
}

fn main() {}
