//! Starting and stopping, and what happens to the registered processes.

use registry_runtime::prelude::*;

use crate::support::*;

over_all! {
    starts_once
    ends_with_whoever_it_is_linked_to
    its_processes_get_the_exit_signal_when_it_ends
    whoever_traps_exits_outlives_it
    a_stopped_registry_is_empty_and_starts_afresh
    a_supervisor_starts_it_again
}

async fn starts_once<R: Subject>(registry: R, _: Me) {
    let own = registry.pid().unwrap();
    assert!(registry.is_running() && own.is_alive());
    assert_eq!(registry.start().await, Err(StartError::AlreadyStarted(own)));
    assert_eq!(
        registry.start_link().await,
        Err(StartError::AlreadyStarted(own))
    );
    assert_eq!(own.info().unwrap().type_name, "Registry");
    assert_eq!(
        own.info().unwrap().label.as_deref(),
        Some(registry.handle().name())
    );
}

async fn ends_with_whoever_it_is_linked_to<R: Subject>(registry: R, _: Me) {
    let own = registry.pid().unwrap();
    own.exit(ExitReason::Kill);
    own.ended().await;
    let starting = registry.clone();
    let starter = process(async move |_: Me| {
        starting.start_link().await.unwrap();
        std::future::pending::<()>().await;
    });
    registry_tests::eventually(|| registry.is_running()).await;
    let own = registry.pid().unwrap();
    starter.exit(ExitReason::Kill);
    assert_eq!(own.ended().await, ExitReason::Killed);
    assert!(!registry.is_running());
    // Started by `start`, it outlives whoever started it.
    let starting = registry.clone();
    let starter = process(async move |_: Me| {
        starting.start().await.unwrap();
        panic!("on purpose");
    });
    starter.ended().await;
    assert!(registry.is_running());
}

async fn its_processes_get_the_exit_signal_when_it_ends<R: Subject>(registry: R, _: Me) {
    let member = Other::registered(&registry, "hello", Number(1)).await;
    let former = Other::registered(&registry, "world", Number(1)).await;
    let leaving = registry.clone();
    former
        .does(move |ctx| leaving.unregister(ctx, "world"))
        .await;
    let stranger = Other::new();
    registry.pid().unwrap().exit(ExitReason::Kill);
    assert_eq!(member.pid.ended().await, ExitReason::Killed);
    assert_eq!((registry.count(), registry.is_running()), (0, false));
    for alive in [former, stranger] {
        assert!(alive.does(|ctx| ctx.pid().is_alive()).await);
    }
}

async fn whoever_traps_exits_outlives_it<R: Subject>(registry: R, mut ctx: Me) {
    ctx.trap_exit(true);
    let own = registry.pid().unwrap();
    registry.put(&ctx, "hello", Number(1));
    let task = tokio::spawn(async move { own.exit(ExitReason::shutdown_with("for today")) });
    task.await.unwrap();
    let exit: Exit = ctx.recv_info().await;
    assert_eq!(exit.from, Some(own));
    assert_eq!(exit.reason, ExitReason::shutdown_with("for today"));
    // By the time that it learns of it, its entries have left, and nobody registers.
    assert_eq!((registry.count(), registry.keys(ctx.pid())), (0, vec![]));
    let refused = registry.register(&ctx, "hello", Number(2));
    assert!(matches!(refused, Err(RegisterError::NotRunning(_))));
    own.ended().await;
    registry.start().await.unwrap();
    registry.put(&ctx, "hello", Number(3));
    assert_eq!(registry.lookup("hello"), [(ctx.pid(), Number(3))]);
}

async fn a_stopped_registry_is_empty_and_starts_afresh<R: Subject>(registry: R, ctx: Me) {
    ctx.trap_exit(true);
    for round in 0..3 {
        for n in 0..100 {
            registry.put(&ctx, &format!("key {n}"), Number(round));
        }
        let own = registry.pid().unwrap();
        own.exit(ExitReason::Kill);
        own.ended().await;
        assert_eq!((registry.count(), registry.is_running()), (0, false));
        assert_eq!((registry.lookup("key 7"), registry.pid()), (vec![], None));
        assert_eq!(registry.keys(ctx.pid()), Vec::<String>::new());
        assert_eq!(registry.dispatch("key 7", |_| ()), None);
        assert_eq!(registry.count_select(|_, _, _| true), 0);
        assert_ne!(registry.start().await.unwrap(), own);
    }
}

async fn a_supervisor_starts_it_again<R: Subject>(registry: R, ctx: Me) {
    ctx.trap_exit(true);
    let own = registry.pid().unwrap();
    own.exit(ExitReason::Kill);
    own.ended().await;
    let tree = SupervisorSpec::new("Tree")
        .child(registry.child_spec())
        .start()
        .await
        .unwrap();
    registry.put(&ctx, "hello", Number(1));
    let own = registry.pid().unwrap();
    assert_eq!(tree.which_children()[0].pid(), Some(own));
    own.exit(ExitReason::Kill);
    own.ended().await;
    let again = registry_tests::successor(own, || registry.pid()).await;
    assert_eq!(registry.lookup("hello"), []);
    registry.put(&ctx, "hello", Number(2));
    assert_eq!(registry.lookup("hello"), [(ctx.pid(), Number(2))]);
    tree.shutdown().await;
    assert_eq!(
        (registry.count(), registry.is_running(), again.is_alive()),
        (0, false, false)
    );
}
