//! One function a case; each does its operation `n` times, on a current-thread runtime.

use std::hint::black_box;

use registry_runtime::prelude::*;
use registry_runtime::spawn;

/// The cases, and how often each is done: enough that tables have grown and what is hashed with a
/// seed has evened out.
pub(crate) const ALL: [(&str, u64); 9] = [
    ("lookup", 20_000),
    ("cast", 20_000),
    ("call", 10_000),
    ("call-async", 10_000),
    ("register", 10_000),
    ("start", 4_096),
    ("death", 4_096),
    ("exit", 1_000),
    ("exit-many", 1_000),
];

supervision_tree! {
    Guarded, strategy = one_for_one;

    registry!<pub(crate) Sessions, keys = unique, key = String>;
    dynamic_supervisor!<pub(crate) SessionSup, max_restarts = 1_000_000>;
}

#[gen_server(registry = Sessions, key = <name>)]
pub(crate) struct Session {
    name: String,
    #[default]
    count: u64,
}

#[gen_server]
impl Session {
    #[call]
    fn get(&self) -> u64 {
        self.count
    }

    #[call]
    async fn get_async(&self) -> u64 {
        self.count
    }

    #[cast]
    fn add(&mut self, n: u64) {
        self.count += n;
    }
}

/// Does a case; `false` when there is none of that name, or it fails.
pub(crate) fn run(case: &str, n: u64) -> bool {
    // The million lines of those who die.
    registry_runtime::set_reporter(|_| ());
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
    else {
        return false;
    };
    runtime.block_on(async {
        let Ok(app) = Guarded::start().await else {
            return false;
        };
        let done = match case {
            "lookup" => lookup(n).await,
            "cast" => cast(n).await,
            "call" => call(n, false).await,
            "call-async" => call(n, true).await,
            "register" => register(n).await,
            "start" => start(n, Restart::Temporary).await.is_some(),
            "death" => death(n).await,
            "exit" => exit(n, 4_000).await,
            "exit-many" => exit(n, 100_000).await,
            _ => false,
        };
        // What follows is the same for N and 2N only when nothing is ended in order.
        std::mem::forget(app);
        if done {
            std::process::exit(0);
        }
        done
    })
}

fn key(i: u64) -> String {
    format!("session:{i:05}")
}

/// A thousand names, looked up in turn.
async fn lookup(n: u64) -> bool {
    if start(1000, Restart::Temporary).await.is_none() {
        return false;
    }
    let keys: Vec<String> = (0..1000).map(key).collect();
    (0..n).all(|i| black_box(Sessions::lookup(&keys[(i % 1000) as usize])).is_some())
}

/// Casts by name, a hundred at a time, each batch handled before the next.
async fn cast(n: u64) -> bool {
    if start(1, Restart::Temporary).await.is_none() {
        return false;
    }
    let name = key(0);
    for _ in 0..n / 100 {
        for _ in 0..100 {
            if Session::via(&name).add(1).is_err() {
                return false;
            }
        }
        tokio::task::yield_now().await;
    }
    Session::via(&name).get().await == Ok(n)
}

/// Calls by name, from a process; of a handler that is `async`, or is not.
async fn call(n: u64, to_async: bool) -> bool {
    if start(1, Restart::Temporary).await.is_none() {
        return false;
    }
    let client = spawn(move |_: Process<()>| async move {
        let name = key(0);
        for _ in 0..n {
            let session = Session::via(&name);
            let answer = if to_async {
                session.get_async().await
            } else {
                session.get().await
            };
            if answer.is_err() {
                std::process::exit(1);
            }
        }
    });
    client.pid().ended().await.is_normal()
}

/// A key registered and unregistered.
async fn register(n: u64) -> bool {
    let client = spawn(move |ctx: Process<()>| async move {
        let name = key(0);
        for _ in 0..n {
            if Sessions::register(&ctx, name.clone(), ()).is_err() {
                std::process::exit(1);
            }
            Sessions::unregister(&ctx, &*name);
        }
    });
    client.pid().ended().await.is_normal()
}

/// Named servers under a dynamic supervisor.
async fn start(n: u64, restart: Restart) -> Option<Vec<Pid>> {
    let mut pids = Vec::new();
    for i in 0..n {
        let spec = Session::child_spec(key(i)).restart(restart);
        pids.push(SessionSup::start_child(spec).await.ok()?.pid());
    }
    Some(pids)
}

/// Their death, until no name is left.
async fn death(n: u64) -> bool {
    let Some(pids) = start(n, Restart::Temporary).await else {
        return false;
    };
    for pid in pids {
        pid.exit(ExitReason::Kill);
    }
    while Sessions::count() > 0 {
        tokio::task::yield_now().await;
    }
    true
}

/// Of many children, some are killed here and there, each until it is back: what one costs is to be the
/// same, however many others there are.
async fn exit(n: u64, children: u64) -> bool {
    let Some(pids) = start(children, Restart::Permanent).await else {
        return false;
    };
    let step = pids.len() / 2_000;
    let some = (0..).zip(pids).step_by(step);
    for (_, (i, pid)) in (0..n).zip(some) {
        let name = key(i);
        pid.exit(ExitReason::Kill);
        pid.ended().await;
        while Session::via(&name).whereis().is_none() {
            tokio::task::yield_now().await;
        }
    }
    true
}
