//! Promise 7: code that a registry calls may use the same registry.
//!
//! Seen to fail: with a `dispatch` that calls back under the shard's lock
//! (`callbacks_of_a_unique_registry_may_use_it`, `callbacks_of_a_duplicate_registry_may_use_it`).

use std::io::Write as _;
use std::time::Duration;

use registry_runtime::prelude::*;
use registry_tests::Log;

registry! { Names, keys = unique, key = u32, value = u32, partitions = 1 }
registry! { Topics, keys = duplicate, key = u32, value = u32, message = u32, partitions = 1 }

/// Runs the body as a process; a deadlock fails the test instead of hanging it.
async fn without_deadlock<Fut>(body: impl FnOnce(Process<u32>) -> Fut + Send + 'static)
where
    Fut: Future<Output = ()> + Send + 'static,
{
    Names::start_link().await.unwrap();
    Topics::start_link().await.unwrap();
    let reason = ended(&spawn(body)).await;
    assert!(reason.is_normal(), "{reason}");
}

/// A thread that waits for a lock for ever cannot be ended, and would keep the test from ending as
/// well: so the whole program ends.
async fn ended(process: &registry_runtime::ProcessRef<u32>) -> ExitReason {
    let Ok(reason) = tokio::time::timeout(Duration::from_secs(20), process.ended()).await else {
        let name = std::thread::current().name().unwrap_or_default().to_owned();
        let _ = writeln!(
            std::io::stderr(),
            "{name}: a callback waits for a lock that its caller holds"
        );
        std::process::exit(101);
    };
    reason
}

/// Uses both registries in every way, on the key that the callback was called for.
fn use_everything(ctx: &Process<u32>, key: u32) {
    let _ = Names::lookup(&key);
    let _ = Names::update_value(ctx, &key, |value| value + 1);
    let _ = Names::select(|_, pid, _| Some(pid));
    let _ = Names::keys(ctx.pid());
    Names::unregister(ctx, &key);
    Names::register(ctx, key, 0).unwrap();
    Names::dispatch(&key, |entries| assert_eq!(entries.len(), 1));
    let _ = Topics::lookup(&key);
    Topics::publish(&key, 1);
    Topics::unregister_match(ctx, &key, |value| *value > 100);
    Topics::register(ctx, key, 200).unwrap();
    Topics::unregister(ctx, &key);
    Topics::register(ctx, key, 1).unwrap();
    assert!(Names::count() + Topics::count() >= 2);
}

#[registry_runtime::test(flavor = "multi_thread", worker_threads = 2)]
async fn callbacks_of_a_unique_registry_may_use_it() {
    without_deadlock(async |ctx| {
        use_everything(&ctx, 1);
        Names::dispatch(&1, |_| use_everything(&ctx, 1));
        Names::with(&1, |_, _| use_everything(&ctx, 1));
        let _ = Names::select(|key, _, _| {
            use_everything(&ctx, *key);
            Some(())
        });
        let _ = Names::count_match(&1, |_, _| {
            use_everything(&ctx, 1);
            Some(())
        });
        let _ = Names::update_value(&ctx, &1, |value| {
            use_everything(&ctx, 1);
            *value
        });
        Names::unregister_match(&ctx, &1, |_| {
            use_everything(&ctx, 1);
            true
        });
        assert!(
            Names::lookup(&1).is_some(),
            "what came meanwhile is another entry"
        );
    })
    .await;
}

#[registry_runtime::test(flavor = "multi_thread", worker_threads = 2)]
async fn callbacks_of_a_duplicate_registry_may_use_it() {
    without_deadlock(async |ctx| {
        use_everything(&ctx, 1);
        Topics::dispatch(&1, |entries| {
            for entry in entries {
                use_everything(&ctx, 1);
                entry.send(3).unwrap();
            }
        });
        Topics::with(&1, |_, _| use_everything(&ctx, 1));
        let _ = Topics::matching(&1, |_, _| {
            use_everything(&ctx, 1);
            Some(())
        });
        Topics::unregister_match(&ctx, &1, |_| {
            use_everything(&ctx, 1);
            false
        });
    })
    .await;
}

#[gen_server]
struct Listens {
    log: Log,
}

#[gen_server]
impl Listens {
    fn init(&mut self, ctx: &mut Ctx<Self>) -> Result<(), ExitReason> {
        Names::listen(ctx)?;
        Ok(())
    }

    #[info]
    fn on_event(&mut self, event: RegistryEvent<u32, u32>, ctx: &mut Ctx<Self>) {
        if let RegistryEvent::Registered { key, .. } = event
            && key < 10
        {
            Names::register(ctx, key + 1, 0).unwrap();
            self.log.add(format!("{}", Names::count()));
        }
    }
}

#[registry_runtime::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_listener_may_use_the_registry_that_it_listens_to() {
    let log = Log::new();
    let seen = log.clone();
    without_deadlock(async move |ctx| {
        Listens::start(seen.clone()).await.unwrap();
        Names::register(&ctx, 0, 0).unwrap();
        seen.until("11").await;
    })
    .await;
}

#[registry_runtime::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_holder_of_a_registry_lock_may_use_the_registry_and_await() {
    without_deadlock(async |ctx| {
        let sum = Names::lock(&1, async move || {
            use_everything(&ctx, 1);
            tokio::task::yield_now().await;
            use_everything(&ctx, 1);
            Names::lock(&2, async || 1).await + 1
        })
        .await;
        assert_eq!(sum, 2);
    })
    .await;
}

#[registry_runtime::test(flavor = "multi_thread", worker_threads = 4)]
async fn callbacks_of_several_processes_may_cross() {
    Names::start_link().await.unwrap();
    Topics::start_link().await.unwrap();
    let crossing: Vec<_> = (0..4_u32)
        .map(|n| {
            spawn(async move |ctx: Process<u32>| {
                use_everything(&ctx, n);
                for round in 0..200 {
                    let other = (n + round) % 4;
                    Topics::dispatch(&other, |_| use_everything(&ctx, n));
                    let _ = Names::select(|_, _, _| {
                        let _ = Topics::lookup(&other);
                        Some(Names::count())
                    });
                    tokio::task::yield_now().await;
                }
            })
        })
        .collect();
    for process in crossing {
        assert!(ended(&process).await.is_normal());
    }
    assert_eq!((Names::count(), Topics::count()), (0, 0));
}
