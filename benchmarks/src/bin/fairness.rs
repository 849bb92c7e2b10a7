//! Starvation: what others feel of one flooding sender, one server that blocks its thread, one busy
//! supervisor.
//!
//! ```sh
//! cd benchmarks
//! cargo run --release --bin fairness           # all, two seconds each
//! cargo run --release --bin fairness -- flood  # those whose name has "flood" in it
//! FAIRNESS_SECONDS=10 FAIRNESS_WORKERS=4 cargo run --release --bin fairness
//! ```
//!
//! Eight neighbours that do nothing wrong are called every millisecond by a client of their own each,
//! on the clock and not one after the other's answer: a call that should have begun while the last
//! one waited counts from then on. The table says what they and others wait for an answer.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use registry_runtime::prelude::*;

const NEIGHBOURS: u64 = 8;
const PERIOD: Duration = Duration::from_millis(1);

registry! { Names, keys = unique, key = u64 }

supervision_tree! {
    App;
    registry!<Names>;
    dynamic_supervisor!<Everyone, max_restarts = 100_000_000, within = 1s>;
    dynamic_supervisor!<Others, max_restarts = 100_000_000, within = 1s>;
}

#[gen_server(registry = Names, key = <id>)]
struct Neighbour {
    id: u64,
}

#[gen_server]
impl Neighbour {
    #[call]
    fn ping(&self) -> u64 {
        self.id
    }

    #[cast]
    fn work(&mut self) {
        std::hint::black_box((0..100).sum::<u64>());
    }

    #[cast]
    fn block(&mut self, time: Duration) {
        std::thread::sleep(time);
    }

    #[cast]
    fn crash(&mut self, ctx: &mut Ctx<Self>) {
        ctx.stop(ExitReason::error("as planned"));
    }
}

/// As [`Neighbour`], with a limit to its mailbox.
#[gen_server(registry = Names, key = <id>, mailbox = 1_000)]
struct Bounded {
    id: u64,
}

#[gen_server]
impl Bounded {
    #[call]
    fn ping(&self) -> u64 {
        self.id
    }

    #[cast]
    fn work(&mut self) {
        std::hint::black_box((0..100).sum::<u64>());
    }
}

/// Sits in its `init`.
#[gen_server]
struct Slow {
    time: Duration,
}

#[gen_server]
impl Slow {
    async fn init(&mut self) -> Result<(), ExitReason> {
        tokio::time::sleep(self.time).await;
        Ok(())
    }
}

/// How long answers took, in microseconds.
#[derive(Default)]
struct Waits(Vec<u64>);

impl Waits {
    fn row(mut self, scene: &str, who: &str) {
        self.0.sort_unstable();
        let at = |part: usize| {
            let last = self.0.len().saturating_sub(1);
            self.0.get(last * part / 1_000).copied().unwrap_or(0)
        };
        println!(
            "| {scene} | {who} | {} | {} | {} | {} | {} |",
            self.0.len(),
            at(500),
            at(990),
            at(999),
            at(1_000),
        );
    }
}

/// Does something every period until `stop`, and notes how long after its time each was done.
async fn every<F: Future>(stop: Arc<AtomicBool>, mut act: impl FnMut() -> F) -> Waits {
    let mut waits = Waits::default();
    let mut due = Instant::now();
    while !stop.load(Ordering::Relaxed) {
        tokio::time::sleep_until(due.into()).await;
        act().await;
        waits.0.push(due.elapsed().as_micros() as u64);
        due += PERIOD;
    }
    waits
}

/// Measures while `trouble` goes on: the neighbours, and one thing more.
async fn scene<T, F, G>(name: &str, seconds: u64, trouble: T, also: Option<(&str, F)>)
where
    T: Future<Output = ()> + Send + 'static,
    F: FnMut() -> G + Send + 'static,
    G: Future + Send + 'static,
{
    let stop = Arc::new(AtomicBool::new(false));
    let neighbours: Vec<_> = (0..NEIGHBOURS)
        .map(|id| tokio::spawn(every(Arc::clone(&stop), move || Neighbour::via(id).ping())))
        .collect();
    let trouble = tokio::spawn(trouble);
    let who = also.as_ref().map(|(who, _)| (*who).to_owned());
    let also = also.map(|(_, act)| tokio::spawn(every(Arc::clone(&stop), act)));
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    stop.store(true, Ordering::Relaxed);
    let mut waits = Waits::default();
    for neighbour in neighbours {
        waits.0.extend(neighbour.await.unwrap_or_default().0);
    }
    waits.row(name, "neighbours, by call");
    if let (Some(who), Some(also)) = (who, also) {
        // It may be held up for good: then that is what it waits.
        match tokio::time::timeout(Duration::from_secs(6), also).await {
            Ok(waits) => waits.unwrap_or_default().row(name, &who),
            Err(_) => println!("| {name} | {who} | never in {seconds} s | | | | |"),
        }
    }
    trouble.abort();
    let _ = trouble.await;
}

/// Nothing besides.
const NOBODY: Option<(&str, Started)> = None;
type Started = fn() -> std::future::Ready<()>;

/// Casts as fast as it can; lets others run now and then, as any task should.
async fn flood(cast: impl Fn() -> Result<(), CastError>) {
    loop {
        for _ in 0..64 {
            let _ = cast();
        }
        tokio::task::yield_now().await;
    }
}

async fn start(id: u64) -> ServerRef<Neighbour> {
    let child = Everyone::get_or_start(Neighbour::child_spec(id)).await;
    child.expect("it starts")
}

#[expect(clippy::too_many_lines, reason = "a row of the table after the other")]
async fn all(only: &str, seconds: u64) {
    let wanted = |name: &str| name.contains(only);
    for id in 0..NEIGHBOURS {
        start(id).await;
    }
    if wanted("quiet") {
        scene("quiet", seconds, std::future::ready(()), NOBODY).await;
    }
    if wanted("flood of a server") {
        let victim = start(100).await;
        let server = victim.clone();
        let ping = move || server.clone().timeout(Duration::from_secs(5)).ping();
        let also = Some(("callers of the flooded server", ping));
        let flooded = victim.clone();
        let trouble = async move { flood(|| flooded.work()).await };
        scene("flood of a server", seconds, trouble, also).await;
        victim.exit(ExitReason::Kill);
    }
    if wanted("flood of a bounded server") {
        let child = Others::start_child(Bounded::child_spec(101)).await;
        let victim = child.expect("it starts");
        let server = victim.clone();
        let also = Some(("callers of the flooded server", move || server.ping()));
        let trouble = async move { flood(|| victim.work()).await };
        scene("flood of a bounded server", seconds, trouble, also).await;
    }
    if wanted("block of a thread") {
        let blocker = start(102).await;
        let trouble = async move {
            loop {
                let _ = blocker.block(Duration::from_millis(20));
                let _ = blocker.ping().await;
            }
        };
        scene(
            "block of a thread, 20 ms at a time",
            seconds,
            trouble,
            NOBODY,
        )
        .await;
    }
    if wanted("crash loop") {
        let crashing = start(103).await;
        let trouble = async move {
            drop(crashing);
            loop {
                let _ = Neighbour::via(103).crash();
                tokio::task::yield_now().await;
            }
        };
        let also = || async {
            let next = Neighbour::child_spec(104);
            let child = Everyone::start_child(next).await.expect("it starts");
            Everyone::terminate_child(child.pid()).await
        };
        let also = Some(("start and end of another child", also));
        scene("crash loop of a sibling", seconds, trouble, also).await;
        if let Some(pid) = Neighbour::via(103).whereis() {
            let _ = Everyone::terminate_child(pid).await;
        }
    }
    if wanted("slow starts under a dynamic supervisor") {
        let trouble = async {
            loop {
                let slow = Slow::child_spec(Duration::from_millis(100));
                drop(tokio::spawn(Everyone::start_child(
                    slow.restart(Restart::Temporary),
                )));
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        let also = || async {
            let next = Neighbour::child_spec(105);
            let child = Everyone::start_child(next).await.expect("it starts");
            Everyone::terminate_child(child.pid()).await
        };
        let also = Some(("start and end of another child", also));
        scene(
            "slow starts under a dynamic supervisor",
            seconds,
            trouble,
            also,
        )
        .await;
    }
    if wanted("slow starts under a supervisor") {
        let spec = Supervisor::builder("busy").max_restarts(1_000_000);
        let busy = spec.start().await.expect("it starts");
        let (slow, quick) = (busy.clone(), busy.clone());
        let trouble = async move {
            for n in 0_u64.. {
                let spec = Slow::child_spec(Duration::from_millis(5)).id(format!("slow {n}"));
                let _ = slow.start_child(spec.restart(Restart::Temporary)).await;
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let also = move || {
            let quick = quick.clone();
            async move {
                let spec = Neighbour::child_spec(106).id("quick");
                let _ = quick.start_child(spec.restart(Restart::Temporary)).await;
                quick.terminate_child("quick").await
            }
        };
        let also = Some(("start and end of another child", also));
        scene("slow starts under a supervisor", seconds, trouble, also).await;
        busy.shutdown().await;
    }
}

fn number(variable: &str, default: u64) -> u64 {
    let value = std::env::var(variable).ok();
    value
        .and_then(|value| value.parse().ok())
        .unwrap_or(default)
}

fn main() {
    let only = std::env::args().nth(1).unwrap_or_default();
    let (seconds, workers) = (number("FAIRNESS_SECONDS", 2), number("FAIRNESS_WORKERS", 2));
    registry_runtime::set_reporter(|_| ());
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(workers as usize)
        .enable_all()
        .build()
        .expect("a runtime");
    println!("{workers} worker threads, {seconds} s each; waits in microseconds\n");
    println!("| while | who waits | waits | p50 | p99 | p99.9 | most |");
    println!("| --- | --- | ---: | ---: | ---: | ---: | ---: |");
    runtime.block_on(async {
        let app = App::start().await.expect("it starts");
        all(&only, seconds).await;
        app.shutdown().await;
    });
}
