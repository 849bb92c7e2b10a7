//! Agents: Elixir's `agent_test.exs` and the doctests of `Agent` by behaviour.

use std::collections::HashMap;
use std::time::Duration;

use registry_runtime::Children;
use registry_runtime::agent::AgentServer;
use registry_runtime::prelude::*;
use registry_tests::{Log, eventually, panic_message, processes};

registry! { Agents, keys = unique, key = String }

type Words = HashMap<&'static str, &'static str>;

#[registry_runtime::test]
async fn can_be_supervised_directly() {
    let tree = SupervisorSpec::new("App")
        .child(Agent::child_spec(|| ()))
        .start()
        .await
        .unwrap();
    assert_eq!(tree.count_children().workers, 1);
    tree.shutdown().await;
    assert_eq!(processes(), 0);
}

#[registry_runtime::test]
async fn start_link_workflow_with_unregistered_name() {
    let agent = Agent::start_link(Words::new).await.unwrap();
    agent
        .update(|words| words.extend([("hello", "world")]))
        .await
        .unwrap();
    assert_eq!(
        agent.get(|words| words.get("hello").copied()).await,
        Ok(Some("world"))
    );
    let popped = agent.get_and_update(|words| words.remove("hello"));
    assert_eq!(popped.await, Ok(Some("world")));
    assert_eq!(agent.get(Words::clone).await, Ok(Words::new()));
    assert_eq!(agent.stop(ExitReason::Normal).await, Ok(()));
    assert!(!agent.is_alive());
    assert_eq!(agent.get(Words::len).await, Err(CallError::NotRunning));
    assert_eq!(agent.cast(Words::clear), Err(CastError::NotRunning));
}

#[registry_runtime::test]
async fn start_link_links_and_start_does_not() {
    let (send, started) = tokio::sync::oneshot::channel();
    let owner = spawn(async |_: Process<()>| {
        let linked = Agent::start_link(|| ()).await.unwrap();
        let alone = Agent::start(|| ()).await.unwrap();
        let _ = send.send((linked.pid(), alone.pid()));
        std::future::pending::<()>().await;
    });
    let (linked, alone) = started.await.unwrap();
    owner.pid().exit(ExitReason::Kill);
    assert_eq!(linked.ended().await, ExitReason::Killed);
    assert!(alone.is_alive());
}

#[registry_runtime::test]
async fn start_workflow_with_registered_name() {
    Agents::start_link().await.unwrap();
    let agent = Agent::start_link_named::<Agents>("agent".to_owned(), Words::new)
        .await
        .unwrap();
    let named = || Agent::<Words>::via::<Agents>("agent");
    assert_eq!(named().whereis(), Some(agent.pid()));
    named()
        .cast(|words| words.extend([("hello", "world")]))
        .unwrap();
    assert_eq!(named().get(|words| words["hello"]).await, Ok("world"));
    assert_eq!(
        named().get_and_update(|words| words.remove("hello")).await,
        Ok(Some("world"))
    );
    assert_eq!(named().get(Words::clone).await, Ok(Words::new()));
    assert_eq!(named().stop(ExitReason::Normal).await, Ok(()));
    assert_eq!(named().whereis(), None);
    assert_eq!(named().get(Words::len).await, Err(CallError::NotRunning));
}

#[registry_runtime::test]
async fn a_name_is_taken_once() {
    let start = || Agent::start_link_named::<Agents>("one".to_owned(), || 0);
    assert!(matches!(
        start().await,
        Err(StartError::RegistryNotRunning(_))
    ));
    Agents::start_link().await.unwrap();
    let agent = start().await.unwrap();
    assert_eq!(
        start().await.unwrap_err(),
        StartError::AlreadyStarted(agent.pid())
    );
    agent.stop(ExitReason::Normal).await.unwrap();
    start().await.unwrap();
}

#[registry_runtime::test]
async fn a_name_belongs_to_agents_of_one_type() {
    Agents::start_link().await.unwrap();
    let _number = Agent::start_link_named::<Agents>("number".to_owned(), || 1)
        .await
        .unwrap();
    let as_text = Agent::<String>::via::<Agents>("number");
    assert_eq!(as_text.get(String::len).await, Err(CallError::NotRunning));
}

#[registry_runtime::test]
async fn a_supervised_agent_comes_back_anew_under_its_name() {
    Agents::start_link().await.unwrap();
    let agents = DynamicSupervisor::builder().start_link().unwrap();
    let spec = Agent::child_spec_named::<Agents>("counter".to_owned(), || 7);
    let first = agents.start_child(spec.clone()).await.unwrap();
    assert_eq!(agents.get_or_start(spec).await.unwrap().pid(), first.pid());
    first.update(|n| *n = 8).await.unwrap();
    first.exit(ExitReason::Kill);
    let named = || Agent::<i32>::via::<Agents>("counter");
    eventually(|| named().whereis().is_some_and(|pid| pid != first.pid())).await;
    assert_eq!(named().get(|n| *n).await, Ok(7));
}

#[registry_runtime::test]
async fn child_spec_takes_the_options_of_any_child() {
    let spec = Agent::child_spec(|| 0)
        .id("one")
        .restart(Restart::Temporary);
    let tree = SupervisorSpec::new("App").child(spec.clone());
    let tree = tree
        .child(spec.id("two").restart(Restart::Permanent))
        .start()
        .await
        .unwrap();
    for child in tree.which_children() {
        let pid = child.pid().unwrap();
        pid.exit(ExitReason::Kill);
        pid.ended().await;
    }
    eventually(|| {
        let count: Children = tree.count_children();
        (count.specs, count.active) == (1, 1)
    })
    .await;
    assert_eq!(&*tree.which_children()[0].id, "two");
}

#[registry_runtime::test]
async fn a_panic_in_the_start_is_an_error_and_leaves_nothing() {
    Agents::start_link().await.unwrap();
    let before = processes();
    let start = || Agent::start_link_named::<Agents>("bad".to_owned(), || -> u8 { panic!("oops") });
    let Err(StartError::Init(reason)) = start().await else {
        panic!("it started")
    };
    assert_eq!(panic_message(&reason), Some("oops"));
    assert_eq!(Agents::count(), 0);
    assert_eq!(processes(), before);
}

#[registry_runtime::test]
async fn a_function_that_panics_ends_the_agent() {
    let agent = Agent::start(|| 1).await.unwrap();
    let answer = agent.get(|_| -> u8 { panic!("oops") }).await;
    let Err(CallError::Exited(reason)) = answer else {
        panic!("{answer:?}")
    };
    assert_eq!(panic_message(&reason), Some("oops"));
    assert_eq!(agent.get(|n| *n).await, Err(CallError::NotRunning));

    let agent = Agent::start(|| 1).await.unwrap();
    agent.cast(|_| panic!("oops")).unwrap();
    assert!(matches!(agent.pid().ended().await, ExitReason::Panic(_)));
}

#[registry_runtime::test]
async fn functions_run_in_the_order_they_are_sent_in() {
    let agent = Agent::start(Vec::new).await.unwrap();
    for n in 0..100 {
        agent.cast(move |seen| seen.push(n)).unwrap();
    }
    assert_eq!(agent.get(Vec::clone).await, Ok((0..100).collect()));
}

#[registry_runtime::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_have_a_timeout() {
    let log = Log::new();
    let agent = Agent::start(|| 0).await.unwrap();
    let (release, blocked) = std::sync::mpsc::channel::<()>();
    let notes = log.clone();
    agent
        .cast(move |_| {
            notes.add("busy");
            let _ = blocked.recv();
        })
        .unwrap();
    log.until("busy").await;
    let hasty = agent.clone().timeout(Duration::from_millis(1));
    assert_eq!(hasty.get(|n| *n).await, Err(CallError::Timeout));
    drop(release);
    assert_eq!(agent.get(|n| *n).await, Ok(0));
}

#[registry_runtime::test]
async fn an_agent_that_calls_itself_is_told_of_the_deadlock() {
    let agent: Agent<u8> = Agent::start(|| 0).await.unwrap();
    let me = agent.clone();
    let answer = agent.get(move |_| {
        let mut call = std::pin::pin!(me.get(|n| *n));
        let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
        call.as_mut().poll(&mut cx)
    });
    let answer = answer.await.unwrap();
    assert!(matches!(
        answer,
        std::task::Poll::Ready(Err(CallError::Deadlock(_)))
    ));
}

#[registry_runtime::test]
async fn a_handle_can_be_kept_by_the_name_of_its_type() {
    struct Holder(ServerRef<AgentServer<u8>>);
    let holder = Holder(Agent::start(|| 3).await.unwrap());
    assert_eq!(holder.0.get(|n| *n).await, Ok(3));
    assert!(format!("{:?}", holder.0).starts_with("Agent("));
}

// What does not apply, and why:
//
// - ":sys.change_code/4 …": code is not replaced while a program runs.
// - "start_link/2 with spawn_opt": there are no such options.
// - `translate_initial_call`, `&module.function/arity` forms: a closure is all there is.
// - "generates child_spec/1" of `use Agent`: an agent with functions of its own is a `#[gen_server]`;
//   the specification's options are tested here.
