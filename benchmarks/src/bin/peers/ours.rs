//! This project.

use registry_runtime::prelude::*;

use super::{Answers, PATIENCE, eventually, fate, yes_or_no};

supervision_tree! {
    App;
    registry!<Names, keys = unique, key = String>;
    dynamic_supervisor!<Workers, max_restarts = 100>;
}

#[gen_server(registry = Names, key = <name>)]
struct Worker {
    name: String,
    slow: bool,
    #[default]
    bumps: u32,
}

#[gen_server]
impl Worker {
    async fn init(&mut self) {
        if self.slow {
            tokio::time::sleep(PATIENCE).await;
        }
    }

    #[call]
    fn bump(&mut self) -> u32 {
        self.bumps += 1;
        self.bumps
    }

    #[call]
    fn fail(&mut self) {
        panic!("asked to");
    }

    #[call]
    async fn never(&mut self) {
        std::future::pending::<()>().await;
    }

    #[call]
    async fn call_back(&mut self, other: String, hops: u32) -> Result<(), CallError> {
        if hops == 0 {
            return Ok(());
        }
        let next = Worker::via(&other);
        Box::pin(next.call_back(self.name.clone(), hops - 1)).await?
    }
}

async fn start(name: &str) {
    let spec = Worker::child_spec(name.to_owned(), false);
    Workers::start_child(spec).await.expect("a free name");
}

pub(super) async fn answers() -> Answers {
    registry_runtime::set_reporter(|_| {});
    let app = App::start().await.expect("the tree");

    tokio::spawn(Worker::start("slow".to_owned(), true));
    let early = eventually(|| Names::whereis("slow").is_some()).await;

    start("a").await;
    Worker::via("a").bump().await.expect("an answer");
    let failed = fate(Worker::via("a").fail()).await;
    let back = eventually(|| Names::whereis("a").is_some()).await;
    let fresh = Worker::via("a").bump().await == Ok(1);

    let unanswered = fate(Worker::via("a").never()).await;

    start("b").await;
    start("c").await;
    let cycle = fate(async { Worker::via("b").call_back("c".to_owned(), 2).await? }).await;
    app.pid().exit(ExitReason::Kill);
    [
        yes_or_no(early),
        yes_or_no(fresh),
        yes_or_no(back),
        unanswered,
        failed,
        cycle,
    ]
}
