//! The surface of the library in one program.

#![allow(missing_docs, reason = "what is declared here is for this test")]
use registry_runtime::ExitReason;
use registry_runtime::prelude::*;

#[derive(Clone, Debug, PartialEq)]
pub enum Role {
    Member,
}
#[derive(Clone, Debug)]
pub enum Event {
    UserCreated,
}

supervision_tree! {
    /// The whole application.
    pub ChatApp, strategy = one_for_one, max_restarts = 3, within = 5s;

    registry!<pub Sessions, keys = unique, key = String, value = Role>;
    registry!<pub Topics, keys = duplicate, key = String, message = Event, partitions = schedulers>;
    dynamic_supervisor!<pub SessionSup, max_children = 100_000>;
}

#[gen_server(registry = Sessions, key = "session:<user_id>", value = Role::Member)]
pub struct UserSession {
    user_id: String,
    #[default]
    hits: u64,
    #[default]
    events: u64,
    #[default]
    parked: Vec<ReplyTo<u64>>,
}

#[gen_server]
impl UserSession {
    #[call]
    fn get_state(&self) -> u64 {
        self.hits
    }
    #[call]
    fn events(&self) -> u64 {
        self.events
    }
    #[call]
    async fn slow(&mut self, ctx: &mut Ctx<Self>, n: u64) -> Result<u64, String> {
        let _ = ctx;
        tokio::task::yield_now().await;
        if n == 0 {
            Err(self.user_id.clone())
        } else {
            Ok(n)
        }
    }
    #[call]
    fn later(&mut self, reply: ReplyTo<u64>, n: u64) {
        self.hits += n;
        self.parked.push(reply);
    }
    #[cast]
    fn bump(&mut self, by: u64) {
        self.hits += by
    }
    #[cast]
    fn release(&mut self) {
        for r in self.parked.drain(..) {
            r.send(self.hits)
        }
    }
    #[info]
    fn on_event(&mut self, _event: Event) {
        self.events += 1;
    }
    async fn init(&mut self, ctx: &mut Ctx<Self>) -> Result<(), ExitReason> {
        Topics::register(ctx, "events".into(), ())?;
        Ok(())
    }
}

#[registry_runtime::test]
async fn the_program_of_the_design_runs() {
    let app = ChatApp::start().await.unwrap();
    let alice = SessionSup::start_child(UserSession::child_spec("alice".to_owned()))
        .await
        .unwrap();
    UserSession::via("alice").bump(3).unwrap();
    assert_eq!(UserSession::via("alice").get_state().await.unwrap(), 3);
    assert_eq!(
        UserSession::via("alice").slow(0).await.unwrap(),
        Err("alice".to_owned())
    );
    assert_eq!(Topics::publish("events", Event::UserCreated), 1);
    assert_eq!(alice.events().await.unwrap(), 1);
    assert_eq!(
        Sessions::lookup("session:alice"),
        Some((alice.pid(), Role::Member))
    );
    println!("{}", ChatApp::tree());
    let parked = tokio::spawn(UserSession::via("alice").later(2));
    tokio::task::yield_now().await;
    alice.release().unwrap();
    assert_eq!(parked.await.unwrap(), Ok(5));
    alice.exit(ExitReason::Kill);
    alice.pid().ended().await;
    let again = loop {
        if let Some(pid) = UserSession::via("alice").whereis() {
            break pid;
        }
        tokio::task::yield_now().await
    };
    assert_ne!(again, alice.pid());
    assert_eq!(UserSession::via("alice").get_state().await.unwrap(), 0);
    assert_eq!(Topics::count(), 1);
    println!("{}", ChatApp::tree());
    app.shutdown().await;
    assert_eq!(Sessions::count(), 0);
}
