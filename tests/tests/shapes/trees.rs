//! Trees: nesting, loops and conditions, arguments, options, attributes and separators.
use std::time::Duration;

use registry_runtime::Backoff;
use registry_runtime::prelude::*;

#[gen_server]
struct Worker {
    id: u64,
}

#[gen_server]
impl Worker {
    #[call]
    fn id(&self) -> u64 {
        self.id
    }
}

registry! {
    /// Documented, and declared by itself.
    #[cfg(not(any()))]
    Elsewhere, keys = duplicate(by_key), key = u64, message = u64, partitions = 2,
}

#[cfg(any())]
registry! { Never, keys = unique, key = NoSuchType }

supervision_tree! {
    /// The whole.
    #[allow(dead_code, reason = "on a tree")]
    pub(crate) App(count: u64, extra: bool, name: String), strategy = rest_for_one, max_restarts = 3, within = 5s,
        auto_shutdown = any,;

    /// A registry.
    registry!<pub(crate) Sessions, keys = unique, key = String, value = u64, partitions = schedulers,>;
    registry!<Elsewhere>;
    ;
    /// Some.
    dynamic_supervisor!<pub Pool, max_children = 100_000, max_restarts = 10, within = Duration::from_secs(1)>, shutdown = infinity;
    #[cfg(any())]
    NoSuchServer(1);
    #[cfg(not(any()))]
    Worker(count), restart = transient, shutdown = 10s, significant = true, id = "first",;
    for id in 0..count {
        /// One of many.
        Worker(id), id = format!("{name}-{id}"), restart = temporary;
    }
    if extra && count > 1 {
        Worker(100), id = "extra", shutdown = brutal_kill, backoff = 100ms..1s;
    } else if extra {
        Worker(101), id = "extra", backoff = 10ms
    } else {
        Worker(102), id = "none", backoff = Backoff::constant(Duration::from_secs(1));
        for (id, _) in [(0, 'a'), (1, 'b')] {
            Worker(id), id = format!("inner-{id}");
        }
    }
    supervisor!<pub Nested(base: u64), strategy = one_for_all>(count + 1) {
        Worker(base);
        supervisor!<Deep, max_restarts = 0> {
            Worker(3), start_timeout = 5s, shutdown = 1m;
        }, restart = transient;
        supervisor!<Empty> {};
    };
    supervisor!<Other>
}

supervision_tree! { Other; Worker(9), id = 3.to_string() }

supervision_tree! { Nothing }

#[registry_runtime::test]
async fn a_tree_of_everything() {
    let app = App::start(2, true, "w".to_owned()).await.unwrap();
    let tree = App::tree().to_string();
    for name in [
        "Sessions",
        "Elsewhere",
        "Pool",
        "first",
        "w-0",
        "w-1",
        "extra",
        "Nested",
        "Deep",
        "Empty",
        "Other",
    ] {
        assert!(tree.contains(name), "{name} is not in\n{tree}");
    }
    app.shutdown().await;
}

#[registry_runtime::test]
async fn the_other_branch_of_a_tree() {
    let app = App::start(1, false, "w".to_owned()).await.unwrap();
    let tree = App::tree().to_string();
    for name in ["none", "inner-0", "inner-1", "w-0"] {
        assert!(tree.contains(name), "{name} is not in\n{tree}");
    }
    app.shutdown().await;
    Nothing::start().await.unwrap().shutdown().await;
}
