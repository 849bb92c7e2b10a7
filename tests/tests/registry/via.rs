//! Names as addresses: Elixir's `{:via, Registry, {registry, key}}`.

use registry_runtime::prelude::*;
use registry_tests::Log;

/// The tests of names, in registries of a number of partitions.
macro_rules! via {
    ($module:ident, $partitions:literal) => {
        mod $module {
            use registry_runtime::prelude::*;
            use registry_tests::{Log, panic_message};

            registry! {
                Sessions, keys = unique, key = String, value = &'static str, message = u64,
                partitions = $partitions
            }
            registry! { Numbers, keys = unique, key = u32, partitions = $partitions }
            registry! { Pairs, keys = unique, key = (String, u32), partitions = $partitions }
            registry! { Agents, keys = unique, key = String, partitions = $partitions }

            #[gen_server(registry = Sessions, key = "session:<user>", value = *role)]
            struct Session {
                user: String,
                role: &'static str,
                #[default]
                hits: u64,
            }

            #[gen_server]
            impl Session {
                fn init(&mut self, ctx: &mut Ctx<Self>) -> Result<(), ExitReason> {
                    // Its name is there before this runs.
                    let key = format!("session:{}", self.user);
                    assert_eq!(Sessions::whereis(key.as_str()), Some(ctx.pid()));
                    match self.role {
                        "fails" => Err(ExitReason::error("no such user")),
                        "panics" => panic!("on purpose"),
                        "ignores" => Err(ExitReason::Ignore),
                        _ => Ok(()),
                    }
                }

                #[call]
                fn get(&self) -> u64 {
                    self.hits
                }

                #[cast]
                fn bump(&mut self, by: u64) {
                    self.hits += by;
                }

                #[info]
                fn on_number(&mut self, number: u64) {
                    self.hits += 100 * number;
                }

                #[call]
                fn rename(&mut self, ctx: &mut Ctx<Self>) -> Option<(&'static str, &'static str)> {
                    let key = format!("session:{}", self.user);
                    Sessions::update_value(ctx, key.as_str(), |_| "renamed")
                }
            }

            #[gen_server(registry = Numbers, key = <id>)]
            struct Numbered {
                id: u32,
            }

            #[gen_server]
            impl Numbered {
                #[call]
                fn id(&self) -> u32 {
                    self.id
                }
            }

            #[gen_server(registry = Pairs, key = (<tenant>, <id>))]
            struct Paired {
                tenant: String,
                id: u32,
            }

            #[gen_server]
            impl Paired {
                #[call]
                fn both(&self) -> String {
                    format!("{}/{}", self.tenant, self.id)
                }
            }

            async fn start(
                user: &str,
                role: &'static str,
            ) -> Result<ServerRef<Session>, StartError> {
                Session::start(user.to_owned(), role).await
            }

            /// With the `Agent` of Elixir's own test.
            #[registry_runtime::test]
            async fn via_callbacks() {
                Agents::start().await.unwrap();
                let agent = Agent::start_link_named::<Agents>("hello".to_owned(), || 0)
                    .await
                    .unwrap();
                let named = Agent::<i32>::via::<Agents>("hello");
                named.update(|n| *n += 1).await.unwrap();
                assert_eq!(named.get(|n| *n).await, Ok(1));
                assert_eq!(named.whereis(), Some(agent.pid()));
                let oops =
                    Agent::<i32>::start_link_named::<Agents>("oops".to_owned(), || panic!("oops"));
                let Err(StartError::Init(reason)) = oops.await else {
                    panic!("it does not start");
                };
                assert_eq!(panic_message(&reason), Some("oops"));
                assert_eq!(Agents::lookup("oops"), None);
                let again = Agent::<i32>::start_link_named::<Agents>("hello".to_owned(), || 0);
                let error = again.await.unwrap_err();
                assert_eq!(error, StartError::AlreadyStarted(agent.pid()));
                agent.stop(ExitReason::Normal).await.unwrap();
                assert_eq!((named.whereis(), Agents::count()), (None, 0));
            }

            #[registry_runtime::test]
            async fn uses_value_provided_in_via() {
                Sessions::start().await.unwrap();
                let session = start("hello", "value").await.unwrap();
                assert_eq!(
                    Sessions::lookup("session:hello"),
                    Some((session.pid(), "value"))
                );
                // Found without the value.
                assert_eq!(Session::via("hello").whereis(), Some(session.pid()));
                assert_eq!(session.rename().await, Ok(Some(("renamed", "value"))));
                assert_eq!(
                    Sessions::lookup("session:hello"),
                    Some((session.pid(), "renamed"))
                );
                assert_eq!(Session::via("hello").whereis(), Some(session.pid()));
            }

            #[registry_runtime::test]
            async fn calls_casts_and_sends_by_name() {
                Sessions::start().await.unwrap();
                start("alice", "member").await.unwrap();
                let bob = start("bob", "member").await.unwrap();
                let named = Session::via("alice");
                named.bump(3).unwrap();
                assert_eq!(named.get().await, Ok(3));
                named.send(1).unwrap();
                Sessions::send("session:alice", 2_u64).unwrap();
                assert_eq!(named.get().await, Ok(303));
                assert_eq!(bob.get().await, Ok(0));
                let long = "x".repeat(1_000);
                let session = start(&long, "member").await.unwrap();
                assert_eq!(Session::via(&long).whereis(), Some(session.pid()));
                let nobody = Session::via("nobody");
                assert_eq!(nobody.whereis(), None);
                assert_eq!(nobody.bump(1), Err(CastError::NotRunning));
                assert_eq!(nobody.get().await, Err(CallError::NotRunning));
                assert_eq!(nobody.send(1), Err(SendError::NotRunning));
                nobody.exit(ExitReason::Kill);
            }

            #[registry_runtime::test]
            async fn a_second_start_is_told_who_has_the_name() {
                Sessions::start().await.unwrap();
                let first = start("alice", "first").await.unwrap();
                let linked = Session::start_link("alice".to_owned(), "linked").await;
                assert_eq!(linked.unwrap_err(), StartError::AlreadyStarted(first.pid()));
                let error = start("alice", "panics").await.unwrap_err();
                assert_eq!(error, StartError::AlreadyStarted(first.pid()));
                let text = format!("the name belongs to {} already", first.pid());
                assert_eq!(error.to_string(), text);
                assert_eq!(
                    Sessions::lookup("session:alice"),
                    Some((first.pid(), "first"))
                );
            }

            #[registry_runtime::test]
            async fn a_start_that_fails_frees_the_name_before_it_returns() {
                Sessions::start().await.unwrap();
                for role in ["fails", "panics", "ignores"] {
                    let error = start("alice", role).await.unwrap_err();
                    assert_eq!(Sessions::lookup("session:alice"), None);
                    assert_eq!(matches!(error, StartError::Ignored), role == "ignores");
                }
                start("alice", "works").await.unwrap();
                assert_eq!(Sessions::count(), 1);
            }

            #[registry_runtime::test]
            async fn a_name_leads_to_whoever_has_it() {
                Sessions::start().await.unwrap();
                let named = Session::via("alice");
                for round in 0..10 {
                    let session = start("alice", "member").await.unwrap();
                    named.bump(round).unwrap();
                    assert_eq!(named.get().await, Ok(round));
                    session.exit(ExitReason::Kill);
                    session.pid().ended().await;
                    assert_eq!(named.whereis(), None);
                }
            }

            #[registry_runtime::test]
            async fn a_name_of_another_process_is_not_a_server() {
                Sessions::start().await.unwrap();
                let (log, registered) = (Log::new(), Log::new());
                let noted = registered.clone();
                let process = spawn(async move |mut ctx: Process<u64>| {
                    Sessions::register(&ctx, "session:alice".to_owned(), "plain").unwrap();
                    noted.add("registered");
                    log.add(ctx.recv().await.to_string());
                });
                registered.until("registered").await;
                let named = Session::via("alice");
                assert_eq!(
                    (named.whereis(), named.bump(1)),
                    (None, Err(CastError::NotRunning))
                );
                let error = start("alice", "member").await.unwrap_err();
                assert_eq!(error, StartError::AlreadyStarted(process.pid()));
                Sessions::send("session:alice", 1_u64).unwrap();
                process.pid().ended().await;
                start("alice", "member").await.unwrap();
            }

            #[registry_runtime::test]
            async fn keys_are_of_any_type() {
                Numbers::start().await.unwrap();
                Pairs::start().await.unwrap();
                let seven = Numbered::start(7).await.unwrap();
                assert_eq!(Numbered::via(7).id().await, Ok(7));
                assert_eq!(Numbered::via(8).whereis(), None);
                assert_eq!(Numbers::whereis(&7), Some(seven.pid()));
                for (tenant, id) in [("acme", 1), ("acme", 2), ("other", 1)] {
                    Paired::start(tenant.to_owned(), id).await.unwrap();
                }
                assert_eq!(Paired::via("acme", 2).both().await.as_deref(), Ok("acme/2"));
                assert_eq!(
                    Paired::via("other", 1).both().await.as_deref(),
                    Ok("other/1")
                );
                assert_eq!(Paired::via("other", 2).whereis(), None);
                assert_eq!(Pairs::count(), 3);
            }

            #[registry_runtime::test]
            async fn a_server_needs_its_registry() {
                let error = start("alice", "member").await.unwrap_err();
                let StartError::RegistryNotRunning(missing) = &error else {
                    panic!("{error}");
                };
                assert_eq!(missing.registry(), "Sessions");
                assert!(
                    error.to_string().contains("add `registry!<Sessions>;`"),
                    "{error}"
                );
                assert_eq!(Session::via("alice").whereis(), None);
                assert_eq!(
                    Session::via("alice").get().await,
                    Err(CallError::NotRunning)
                );
            }
        }
    };
}

via!(partitions_1, 1);
via!(partitions_8, 8);

registry! { Slow, keys = unique, key = u32 }

#[gen_server(registry = Slow, key = <id>)]
struct Contender {
    id: u32,
    log: Log,
}

#[gen_server]
impl Contender {
    async fn init(&mut self) -> Result<(), ExitReason> {
        tokio::task::yield_now().await;
        self.log.add(format!("init {}", self.id));
        Ok(())
    }
}

/// Of many that start at the same time one runs, and the others are told which.
#[registry_runtime::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_of_many_starts_gets_the_name() {
    Slow::start().await.unwrap();
    let log = Log::new();
    for id in 0..100 {
        let starts = [(); 8].map(|()| {
            let log = log.clone();
            tokio::spawn(async move { Contender::start(id, log).await })
        });
        let mut pids = Vec::new();
        for start in starts {
            pids.push(match start.await.unwrap() {
                Ok(server) => server.pid(),
                Err(StartError::AlreadyStarted(pid)) => pid,
                Err(error) => panic!("{error}"),
            });
        }
        assert!(pids.iter().all(|pid| Some(*pid) == Slow::whereis(&id)));
        assert_eq!(log.count(&format!("init {id}")), 1);
    }
    assert_eq!(Slow::count(), 100);
}
