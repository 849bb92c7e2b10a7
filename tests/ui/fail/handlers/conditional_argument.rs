use registry_runtime::prelude::*;

#[gen_server]
pub struct Clock {}

#[gen_server]
impl Clock {
    #[cast]
    fn tick(&mut self, #[cfg(any())] at: u64) {}

    #[call]
    fn time(&self, #[cfg_attr(all(), cfg(unix))] zone: String) -> u64 {
        drop(zone);
        3
    }

    async fn init(&mut self, #[cfg(all())] ctx: &mut Ctx<Self>) {
        let _ = ctx;
    }
}

fn main() {}
