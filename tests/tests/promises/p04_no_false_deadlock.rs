//! Promise 4: a call that would not wait for itself is never told that it would.
//!
//! Seen to fail: whoever was answered took its note back itself, when it ran next.

use registry_runtime::prelude::*;

registry! { Names, keys = unique, key = String }

/// Asks another server, which answers and then asks back.
#[gen_server(registry = Names, key = "asker:<name>")]
struct Asker {
    name: String,
}

#[gen_server]
impl Asker {
    #[call]
    async fn ask(&mut self, other: String) -> Result<(), CallError> {
        Asker::via(&other)
            .answer_and_ask_back(self.name.clone())
            .await
    }

    #[call]
    async fn answer_and_ask_back(&mut self, name: String, reply: ReplyTo<()>) {
        reply.send(());
        // The one that was answered has not run since.
        assert_eq!(Asker::via(&name).who().await, Ok(name));
    }

    #[call]
    fn who(&mut self) -> String {
        self.name.clone()
    }

    /// Starts a server which asks back once its `init` is over.
    #[call]
    async fn start_follower(&mut self) -> Result<ServerRef<Follower>, StartError> {
        Follower::start(self.name.clone()).await
    }
}

struct Ask;

#[gen_server]
struct Follower {
    asks: String,
    #[default]
    heard: Option<Result<String, CallError>>,
}

#[gen_server]
impl Follower {
    fn init(&mut self, ctx: &mut Ctx<Self>) {
        ctx.continue_with(Ask);
    }

    #[info]
    async fn on_ask(&mut self, _: Ask) {
        self.heard = Some(Asker::via(&self.asks).who().await);
    }

    #[call]
    fn heard(&mut self) -> Option<Result<String, CallError>> {
        self.heard.clone()
    }
}

#[registry_runtime::test]
async fn a_caller_that_has_its_answer_waits_for_nobody_though_it_has_not_run_since() {
    Names::start_link().await.unwrap();
    for name in ["a", "b"] {
        Asker::start(name.to_owned()).await.unwrap();
    }
    assert_eq!(Asker::via("a").ask("b".to_owned()).await, Ok(Ok(())));
    // It lives: its own question was answered.
    assert_eq!(Asker::via("b").who().await.as_deref(), Ok("b"));
}

#[registry_runtime::test]
async fn nobody_waits_for_an_init_that_is_over_though_the_starter_has_not_run_since() {
    Names::start_link().await.unwrap();
    Asker::start("a".to_owned()).await.unwrap();
    let follower = Asker::via("a").start_follower().await.unwrap().unwrap();
    assert_eq!(follower.heard().await, Ok(Some(Ok("a".to_owned()))));
}

#[registry_runtime::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_call_is_a_deadlock_on_any_thread_when_all_answer_before_they_ask_back() {
    Names::start_link().await.unwrap();
    let askers = ["a", "b", "c"];
    for name in askers {
        Asker::start(name.to_owned()).await.unwrap();
    }
    for round in 0..2_000 {
        let (from, to) = (askers[round % 3], askers[(round / 3 + round + 1) % 3]);
        let answer = Asker::via(from).ask(to.to_owned()).await;
        match answer.unwrap() {
            Err(CallError::Deadlock(_)) if from == to => {}
            other => assert_eq!(other, Ok(())),
        }
    }
}
