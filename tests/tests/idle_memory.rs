//! What is large in one message or one handler is paid for while it is there, and by nothing else: the program's
//! use of memory is counted, so this is a program of its own, with one test.

use registry_runtime::prelude::*;
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<std::alloc::System> = &INSTRUMENTED_SYSTEM;

const LARGE: usize = 64 * 1024;
/// A large state. It goes through many frames on its way there, which all have room for it in a debug build.
const STATE: usize = 16 * 1024;
/// What an idle server may take beyond its state.
const SERVER: usize = 1_600;
const SERVERS: usize = 50;

type Block = [u8; LARGE];
type State = [u8; STATE];

/// Holds a large local across an await.
async fn hold(by: u8) -> u64 {
    let block = [by; LARGE];
    tokio::task::yield_now().await;
    block.iter().map(|byte| u64::from(*byte)).sum()
}

#[gen_server]
struct Sorter {
    #[default]
    sum: u64,
}

#[gen_server]
impl Sorter {
    #[call]
    fn sum(&self) -> u64 {
        self.sum
    }

    #[call]
    fn copy(&self) -> Block {
        [7; LARGE]
    }
}

#[gen_server]
struct Handles {}

#[gen_server]
impl Handles {
    #[call]
    async fn work(&mut self, by: u8) -> u64 {
        hold(by).await
    }

    async fn terminate(&mut self) {
        hold(1).await;
    }
}

#[gen_server]
struct Begins {
    #[default]
    sum: u64,
}

#[gen_server]
impl Begins {
    async fn init(&mut self) {
        self.sum = hold(2).await;
    }

    #[call]
    fn sum(&self) -> u64 {
        self.sum
    }
}

/// Its state is large, and is there once.
#[gen_server]
struct Keeps {
    block: State,
}

#[gen_server]
impl Keeps {
    async fn init(&mut self) {
        tokio::task::yield_now().await;
        self.block[0] = 3;
    }

    #[call]
    fn first(&self) -> u8 {
        self.block[0]
    }
}

/// As [`Keeps`], with an `init` that makes the state out of arguments as large.
#[gen_server(init(block: State))]
struct Made {
    block: State,
}

#[gen_server]
impl Made {
    async fn init(block: State) -> Result<Self, ExitReason> {
        tokio::task::yield_now().await;
        Ok(Self { block })
    }

    #[call]
    fn first(&self) -> u8 {
        self.block[0]
    }
}

fn used() -> usize {
    let stats = ALLOCATOR.stats();
    stats.bytes_allocated - stats.bytes_deallocated
}

/// What each of `SERVERS` values that are made one by one keeps in use.
async fn each<T>(mut make: impl AsyncFnMut() -> T) -> usize {
    let warm = make().await;
    let mut made = Vec::with_capacity(SERVERS);
    let before = used();
    for _ in 0..SERVERS {
        made.push(make().await);
    }
    let each = (used() - before) / SERVERS;
    drop((warm, made));
    each
}

/// A process keeps the place of its last answer for its next call, unless it is large.
async fn a_process_that_has_got_a_large_answer_does_not_keep_room_for_it() {
    let sorter = Sorter::start().await.unwrap();
    let caller = spawn(async move |_: Process<()>| {
        assert_eq!(sorter.sum().await, Ok(0));
        let before = used();
        assert_eq!(sorter.copy().await.unwrap()[5], 7);
        // The thread's list of the unanswered lets go of it when the thread has nothing else to do.
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        assert!(used() < before + 1_024, "{} bytes", used() - before);
    });
    assert!(caller.ended().await.is_normal());
}

#[registry_runtime::test]
async fn what_is_large_is_paid_for_while_it_is_there() {
    a_process_that_has_got_a_large_answer_does_not_keep_room_for_it().await;
    let handled = each(async || {
        let server = Handles::start().await.unwrap();
        assert_eq!(server.work(3).await, Ok(3 * LARGE as u64));
        server
    });
    let handled = handled.await;
    println!("{handled} bytes for an idle server whose handlers have a large local");
    let begun = each(async || {
        let server = Begins::start().await.unwrap();
        assert_eq!(server.sum().await, Ok(2 * LARGE as u64));
        server
    });
    let begun = begun.await;
    println!("{begun} bytes for an idle server whose `init` has a large local");
    let keeps = each(async || {
        let server = Keeps::start([0; STATE]).await.unwrap();
        assert_eq!(server.first().await, Ok(3));
        server
    });
    let keeps = keeps.await;
    println!("{keeps} bytes for an idle server with a large state");
    let made = each(async || {
        let server = Made::start([5; STATE]).await.unwrap();
        assert_eq!(server.first().await, Ok(5));
        server
    });
    let made = made.await;
    println!("{made} bytes for an idle server with a large state that its `init` makes");
    assert!(handled < SERVER, "{handled}");
    assert!(begun < SERVER, "{begun}");
    assert!(keeps < STATE + SERVER, "{keeps}");
    assert!(made < STATE + SERVER, "{made}");
}
