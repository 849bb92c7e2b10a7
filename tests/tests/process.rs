//! `Process`: Elixir's `process_test.exs` by behaviour, and OTP's rules for links, monitors and exits.

use std::time::Duration;

use registry_runtime::prelude::*;
use registry_runtime::{ProcessRef, Received};
use registry_tests::{Log, eventually, in_process, panic_message, processes, settle};

/// A process that waits for ever, and does not trap exits.
fn idle() -> ProcessRef<()> {
    spawn(async |_: Process<()>| std::future::pending::<()>().await)
}

/// A process that traps exits, and notes what it is told.
async fn trapping(log: &Log) -> ProcessRef<Pid> {
    let noted = log.clone();
    let process = spawn(async move |mut ctx: Process<Pid>| {
        ctx.trap_exit(true);
        noted.add("traps");
        loop {
            match ctx.recv_any().await {
                Received::Message(pid) => ctx.link(pid),
                Received::Exit(exit) => noted.add(format!("exit {}", exit.reason)),
                other => panic!("{other:?}"),
            }
        }
    });
    log.until("traps").await;
    process
}

// Of process_test.exs.

#[registry_runtime::test(start_paused = true)]
async fn send_after_sends_a_message_when_its_time_has_come() {
    in_process(async |mut ctx: Process<String>| {
        let begun = tokio::time::Instant::now();
        ctx.send_after(Duration::from_millis(10), "hello".to_owned());
        assert_eq!(ctx.recv().await, "hello");
        assert_eq!(begun.elapsed(), Duration::from_millis(10));
    })
    .await;
}

#[registry_runtime::test(start_paused = true)]
async fn send_after_returns_a_timer_that_can_be_cancelled() {
    in_process(async |mut ctx: Process<String>| {
        let timer = ctx.send_after(Duration::from_secs(100), "late".to_owned());
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert_eq!(ctx.cancel_timer(timer), Some(Duration::from_secs(99)));
        let timer = ctx.send_after(Duration::ZERO, "hello".to_owned());
        assert_eq!(ctx.recv().await, "hello");
        assert_eq!(ctx.cancel_timer(timer), None);
    })
    .await;
}

#[registry_runtime::test(start_paused = true)]
async fn a_message_to_another_is_taken_back_or_sent_once() {
    let log = Log::new();
    let noted = log.clone();
    let receiver = spawn(async move |mut ctx: Process<u32>| {
        loop {
            noted.add(ctx.recv().await.to_string());
        }
    });
    let second = Duration::from_secs(1);
    let taken_back = receiver.pid().send_after(second, 1_u32);
    let sent = receiver.pid().send_after(second, 2_u32);
    let again = taken_back.clone();
    assert_eq!(taken_back.cancel(), Some(second));
    assert_eq!(again.cancel(), None, "it was taken back before");
    log.until("2").await;
    assert_eq!(sent.cancel(), None);
    assert_eq!(log.count("1"), 0);

    let to_nobody = receiver.pid().send_after(second, 3_u32);
    receiver.pid().exit(ExitReason::Kill);
    receiver.ended().await;
    tokio::time::sleep(2 * second).await;
    assert_eq!(to_nobody.cancel(), None);
}

/// Of `sleep/1 with 2^32`: no width of an integer is to be seen.
#[registry_runtime::test(start_paused = true)]
async fn a_timer_may_be_further_off_than_milliseconds_of_32_bits_and_than_the_clock_can_count() {
    in_process(async |mut ctx: Process<u8>| {
        let begun = tokio::time::Instant::now();
        let far = Duration::from_millis(1 << 32);
        ctx.send_after(far, 1);
        let never = ctx.send_after(Duration::MAX, 2);
        assert_eq!(ctx.recv().await, 1);
        assert_eq!(begun.elapsed(), far);
        assert!(ctx.cancel_timer(never) > Some(far));
    })
    .await;
}

#[registry_runtime::test(start_paused = true)]
async fn send_after_to_another_process_and_back_out_of_it() {
    let receiver = spawn(async |mut ctx: Process<String>| ctx.recv_info::<u32>().await);
    let never = receiver.pid().send_after(Duration::from_secs(9), 8_u32);
    assert_eq!(never.cancel(), Some(Duration::from_secs(9)));
    let begun = tokio::time::Instant::now();
    let timer = receiver.pid().send_after(Duration::from_secs(10), 7_u32);
    assert_eq!(receiver.ended().await, ExitReason::Normal);
    assert_eq!(
        (begun.elapsed(), timer.cancel()),
        (Duration::from_secs(10), None)
    );
}

#[registry_runtime::test]
async fn a_normal_exit_does_not_end_another_process() {
    let process = idle();
    process.pid().exit(ExitReason::Normal);
    settle().await;
    assert!(process.pid().is_alive());
    process.pid().exit(ExitReason::error("abnormal"));
    assert_eq!(process.ended().await, ExitReason::error("abnormal"));
    assert!(!process.pid().is_alive());
}

#[registry_runtime::test]
async fn a_normal_exit_is_a_message_to_a_process_that_traps_exits() {
    let log = Log::new();
    let process = trapping(&log).await;
    process.pid().exit(ExitReason::Normal);
    log.until("exit normal").await;
    assert!(process.pid().is_alive());
}

#[registry_runtime::test]
async fn a_normal_exit_ends_the_process_that_asks_it_of_itself() {
    let process = spawn(async |ctx: Process<()>| {
        ctx.exit(ctx.pid(), ExitReason::Normal);
        std::future::pending::<()>().await;
    });
    assert_eq!(process.ended().await, ExitReason::Normal);
}

#[registry_runtime::test]
async fn info_is_there_while_the_process_is() {
    let process = spawn(async |mut ctx: Process<u32>| {
        ctx.set_label("first");
        ctx.set_label("second");
        loop {
            ctx.recv_info::<Down>().await;
        }
    });
    settle().await;
    process.send(1).unwrap();
    process.send(2).unwrap();
    settle().await;
    let info = process.pid().info().unwrap();
    assert_eq!((info.pid, info.type_name), (process.pid(), "process"));
    assert_eq!(info.label.as_deref(), Some("second"));
    assert_eq!((info.parent, info.restarts), (None, 0));
    assert!(info.names.is_empty());
    process.pid().exit(ExitReason::Kill);
    process.ended().await;
    assert!(process.pid().info().is_none());
    assert_eq!(process.pid().ended().await, ExitReason::NoProc);
}

// Links.

#[registry_runtime::test]
async fn links_spread_every_end_but_a_normal_one() {
    for (reason, spreads) in [
        (ExitReason::Normal, false),
        (ExitReason::Shutdown, true),
        (ExitReason::error("x"), true),
        (ExitReason::Killed, true),
    ] {
        let other = idle();
        let pid = other.pid();
        let ends = reason.clone();
        let ender = spawn(async move |ctx: Process<()>| {
            ctx.link(pid);
            ctx.link(pid);
            ctx.exit(ctx.pid(), ends);
            std::future::pending::<()>().await;
        });
        assert_eq!(ender.ended().await, reason);
        settle().await;
        assert_eq!(other.pid().is_alive(), !spreads, "{reason}");
        if spreads {
            assert_eq!(other.ended().await, reason);
        }
    }
}

#[registry_runtime::test]
async fn a_kill_spreads_as_killed_which_can_be_trapped() {
    let log = Log::new();
    let (victim, linked) = (idle(), trapping(&log).await);
    linked.send(victim.pid()).unwrap();
    settle().await;
    victim.pid().exit(ExitReason::Kill);
    log.until("exit killed").await;
    assert!(linked.pid().is_alive());
}

#[registry_runtime::test]
async fn links_run_through_a_chain_and_a_ring() {
    let (first, second, third) = (idle(), idle(), idle());
    for (from, to) in [(&first, &second), (&second, &third), (&third, &first)] {
        let (from, to) = (from.pid(), to.pid());
        // A link of two others is made by a process that dies between them: a relay.
        spawn(async move |ctx: Process<()>| {
            ctx.link(from);
            ctx.link(to);
            std::future::pending::<()>().await;
        });
    }
    settle().await;
    assert_eq!(processes(), 6);
    second.pid().exit(ExitReason::error("spreads"));
    for process in [first, second, third] {
        assert_eq!(process.ended().await, ExitReason::error("spreads"));
    }
    eventually(|| processes() == 0).await;
}

#[registry_runtime::test]
async fn an_unlinked_process_is_not_told() {
    let other = idle();
    let pid = other.pid();
    in_process(async move |ctx: Process<()>| {
        ctx.link(pid);
        ctx.unlink(pid);
        pid.exit(ExitReason::error("x"));
        pid.ended().await;
        settle().await;
    })
    .await;
    let log = Log::new();
    let survivor = idle();
    let pid = survivor.pid();
    let noted = log.clone();
    let ender = spawn(async move |ctx: Process<()>| {
        ctx.link(pid);
        ctx.unlink(pid);
        noted.add("unlinked");
        panic!("the ender's own");
    });
    ender.ended().await;
    settle().await;
    assert!(survivor.pid().is_alive());
    assert_eq!(log.count("unlinked"), 1);
}

#[registry_runtime::test]
async fn a_link_to_the_dead_is_answered_by_no_process() {
    let dead = idle();
    dead.pid().exit(ExitReason::Kill);
    dead.ended().await;
    let pid = dead.pid();
    let reason = in_process(async move |mut ctx: Process<()>| {
        ctx.trap_exit(true);
        ctx.link(pid);
        let exit: Exit = ctx.recv_info().await;
        assert_eq!(exit.from, Some(pid));
        exit.reason
    });
    assert_eq!(reason.await, ExitReason::NoProc);
    let untrapping = spawn(async move |ctx: Process<()>| {
        ctx.link(pid);
        std::future::pending::<()>().await;
    });
    assert_eq!(untrapping.ended().await, ExitReason::NoProc);
}

#[registry_runtime::test]
async fn a_spawned_and_linked_process_shares_the_fate_of_its_starter() {
    let log = Log::new();
    let noted = log.clone();
    let starter = spawn(async move |ctx: Process<()>| {
        let mine = ctx.pid();
        let child = ctx.spawn_link(async move |ctx: Process<()>| {
            assert_eq!(ctx.parent(), Some(mine));
            std::future::pending::<()>().await;
        });
        noted.add(format!("{}", child.pid()));
        std::future::pending::<()>().await;
    });
    eventually(|| processes() == 2 && log.all().len() == 1).await;
    starter.pid().exit(ExitReason::Shutdown);
    starter.ended().await;
    eventually(|| processes() == 0).await;
}

#[registry_runtime::test]
async fn a_linked_process_survives_the_normal_end_of_its_starter() {
    let child = in_process(async |ctx: Process<()>| {
        ctx.spawn_link(async |_: Process<()>| std::future::pending::<()>().await)
    });
    let child = child.await;
    settle().await;
    assert!(child.pid().is_alive());
}

#[registry_runtime::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_that_link_while_one_dies_the_other_is_told_once() {
    for _ in 0..500 {
        let dying = idle();
        let pid = dying.pid();
        let linking = tokio::spawn(in_process(async move |mut ctx: Process<()>| {
            ctx.trap_exit(true);
            ctx.link(pid);
            let exit: Exit = ctx.recv_info().await;
            tokio::task::yield_now().await;
            assert!(
                matches!(exit.reason, ExitReason::Killed | ExitReason::NoProc),
                "{exit:?}"
            );
            let twice = std::pin::pin!(ctx.recv_info::<Exit>());
            let waker = std::task::Waker::noop();
            assert!(
                twice
                    .poll(&mut std::task::Context::from_waker(waker))
                    .is_pending()
            );
        }));
        pid.exit(ExitReason::Kill);
        linking.await.unwrap();
    }
}

// Monitors.

#[registry_runtime::test]
async fn each_monitor_is_told_once_with_the_reason() {
    let watched = idle();
    let pid = watched.pid();
    in_process(async move |mut ctx: Process<()>| {
        let monitors = [ctx.monitor(pid), ctx.monitor(pid)];
        pid.exit(ExitReason::shutdown_with("done"));
        for _ in 0..2 {
            let down: Down = ctx.recv_info().await;
            assert!(monitors.contains(&down.monitor));
            assert_eq!(
                (down.pid, down.reason),
                (pid, ExitReason::shutdown_with("done"))
            );
        }
        let late = ctx.monitor(pid);
        let down: Down = ctx.recv_info().await;
        assert_eq!((down.monitor, down.reason), (late, ExitReason::NoProc));
        assert!(!ctx.demonitor(late));
    })
    .await;
}

#[registry_runtime::test]
async fn a_monitor_says_of_what_a_process_panicked() {
    let reason = in_process(async |mut ctx: Process<()>| {
        let panics = spawn(async |_: Process<()>| panic!("at the disco"));
        let _monitor = ctx.monitor(panics.pid());
        ctx.recv_info::<Down>().await.reason
    });
    let reason = reason.await;
    if reason != ExitReason::NoProc {
        assert_eq!(panic_message(&reason), Some("at the disco"));
        assert!(reason.to_string().contains("tests/process.rs"), "{reason}");
    }
}

#[registry_runtime::test]
async fn a_monitor_that_is_ended_is_not_told_and_flush_takes_it_back_out() {
    let watched = idle();
    let pid = watched.pid();
    in_process(async move |mut ctx: Process<()>| {
        let (ended, flushed, left) = (ctx.monitor(pid), ctx.monitor(pid), ctx.monitor(pid));
        assert!(ctx.demonitor(ended));
        assert!(!ctx.demonitor(ended));
        pid.exit(ExitReason::Kill);
        pid.ended().await;
        assert!(
            !ctx.demonitor_flush(flushed),
            "it was over; its message goes"
        );
        let down: Down = ctx.recv_info().await;
        assert_eq!(down.monitor, left);
        let mut more = std::pin::pin!(ctx.recv_info::<Down>());
        let waker = std::task::Waker::noop();
        assert!(
            more.as_mut()
                .poll(&mut std::task::Context::from_waker(waker))
                .is_pending()
        );
    })
    .await;
}

/// Seen to fail: a mailbox that a flush had emptied woke nobody any more.
#[registry_runtime::test]
async fn a_process_that_has_flushed_its_only_message_is_woken_by_the_next() {
    let dead = idle().pid();
    dead.exit(ExitReason::Kill);
    dead.ended().await;
    let (sender, received) = tokio::sync::oneshot::channel();
    let process = spawn(async move |mut ctx: Process<u32>| {
        // The news of a death that was before comes at once.
        let monitor = ctx.monitor(dead);
        ctx.demonitor_flush(monitor);
        let _ = sender.send(ctx.recv().await);
    });
    settle().await;
    process.send(7).unwrap();
    assert_eq!(received.await, Ok(7));
}

#[registry_runtime::test]
async fn a_monitor_of_oneself_is_over_at_once() {
    in_process(async |ctx: Process<()>| {
        let monitor = ctx.monitor(ctx.pid());
        assert!(!ctx.demonitor(monitor), "it had been noted");
    })
    .await;
}

#[registry_runtime::test]
async fn a_dead_watcher_leaves_no_monitor_behind() {
    let watched = idle();
    let pid = watched.pid();
    for _ in 0..100 {
        in_process(async move |ctx: Process<()>| {
            let _monitor = ctx.monitor(pid);
            ctx.link(pid);
            ctx.unlink(pid);
        })
        .await;
    }
    settle().await;
    assert!(watched.pid().is_alive());
    watched.pid().exit(ExitReason::Kill);
    assert_eq!(watched.ended().await, ExitReason::Killed);
}

// Receiving.

#[registry_runtime::test]
async fn receives_are_selective_by_type_and_keep_the_order() {
    let process = spawn(async |mut ctx: Process<u32>| {
        assert_eq!(ctx.recv_info::<&str>().await, "selected");
        assert_eq!(ctx.recv().await, 1);
        match ctx.recv_any().await {
            Received::Other(any) => assert_eq!(*any.downcast::<char>().unwrap(), 'x'),
            other => panic!("{other:?}"),
        }
        assert_eq!((ctx.recv().await, ctx.recv().await), (2, 3));
    });
    process.send(1).unwrap();
    process.pid().send('x').unwrap();
    process.send(2).unwrap();
    process.pid().send("selected").unwrap();
    process.send(3).unwrap();
    assert_eq!(process.ended().await, ExitReason::Normal);
    assert_eq!(process.pid().send("late"), Err(SendError::NotRunning));
}

#[registry_runtime::test]
async fn a_message_of_ones_own_type_is_received_also_if_it_was_sent_by_pid_alone() {
    let process = spawn(async |mut ctx: Process<u32>| {
        assert_eq!(ctx.recv_info::<char>().await, 'x');
        assert_eq!((ctx.recv().await, ctx.recv().await), (1, 2));
        assert!(matches!(ctx.recv_any().await, Received::Message(3)));
        assert_eq!(ctx.recv_info::<u32>().await, 4);
    });
    let pid = process.pid();
    pid.send(1_u32).unwrap();
    process.send(2).unwrap();
    pid.send('x').unwrap();
    pid.send(3_u32).unwrap();
    pid.send(4_u32).unwrap();
    assert_eq!(process.ended().await, ExitReason::Normal);
}

#[registry_runtime::test(start_paused = true)]
async fn a_receive_that_is_given_up_loses_nothing() {
    let process = spawn(async |mut ctx: Process<u32>| {
        for _ in 0..3 {
            let patience = Duration::from_millis(1);
            tokio::time::timeout(patience, ctx.recv_info::<char>())
                .await
                .unwrap_err();
        }
        assert_eq!((ctx.recv().await, ctx.recv().await), (1, 2));
        // Polled inside of a join, with wakers of its own.
        let number = async { ctx.recv().await };
        let (got, ()) = tokio::join!(number, tokio::time::sleep(Duration::from_secs(1)));
        assert_eq!(got, 3);
    });
    process.send(1).unwrap();
    process.send(2).unwrap();
    tokio::time::sleep(Duration::from_secs(10)).await;
    process.send(3).unwrap();
    assert_eq!(process.ended().await, ExitReason::Normal);
}

#[registry_runtime::test]
async fn a_process_that_only_computes_lets_others_run_and_can_be_asked_to_exit() {
    let busy = spawn(async |ctx: Process<()>| {
        loop {
            let _ = ctx.pid();
            tokio::task::yield_now().await;
        }
    });
    settle().await;
    busy.pid().exit(ExitReason::Shutdown);
    assert_eq!(busy.ended().await, ExitReason::Shutdown);
}

#[registry_runtime::test]
async fn a_flood_of_messages_does_not_starve_other_tasks() {
    let log = Log::new();
    let flooded = spawn(async |mut ctx: Process<u64>| {
        loop {
            ctx.recv().await;
        }
    });
    for n in 0..100_000 {
        flooded.send(n).unwrap();
    }
    let noted = log.clone();
    tokio::spawn(async move { noted.add("ran") });
    log.until("ran").await;
    let handled = flooded.pid().info().unwrap().handled;
    assert!(handled < 100_000, "{handled}");
}

#[registry_runtime::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_message_or_an_exit_is_never_slept_through() {
    for round in 0..1_000 {
        let process = spawn(async |mut ctx: Process<u32>| while ctx.recv().await != 9 {});
        for n in 0..=9 {
            process.send(n).unwrap();
            if n == round % 9 {
                tokio::task::yield_now().await;
            }
        }
        assert_eq!(process.ended().await, ExitReason::Normal);
        let process = idle();
        tokio::task::yield_now().await;
        process.pid().exit(ExitReason::Shutdown);
        assert_eq!(process.ended().await, ExitReason::Shutdown);
    }
}

/// `Process<&'static str>` does not compile: see the docs of `spawn`.
#[registry_runtime::test]
async fn a_message_may_hold_a_reference_in_a_struct() {
    struct Word(&'static str);
    let (heard, hears) = tokio::sync::oneshot::channel();
    let process = spawn(async |mut ctx: Process<Word>| {
        let word = ctx.recv().await;
        heard.send(word.0).unwrap();
    });
    process.send(Word("hello")).unwrap();
    assert_eq!(hears.await.unwrap(), "hello");
}
