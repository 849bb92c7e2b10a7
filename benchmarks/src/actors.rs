//! What a contender can do, as far as it can: the measurements are written once over these traits.

use std::time::Duration;

use crate::latch::Latch;

/// The time-out of calls.
pub const TIMEOUT: Duration = Duration::from_secs(5);

/// Servers that hold a `u64`, and handles on them.
pub trait Actors: 'static {
    /// A handle.
    type Ref: Clone + Send + Sync + 'static;

    /// What must run before anything else: registries, supervisors.
    #[must_use]
    fn boot() -> impl Future<Output = ()> + Send {
        async {}
    }

    /// Starts a server without a name.
    fn start() -> impl Future<Output = Self::Ref> + Send;

    /// Calls it, with a time-out of five seconds.
    fn call(server: &Self::Ref) -> impl Future<Output = u64> + Send;

    /// Calls it without a time-out.
    fn call_bare(server: &Self::Ref) -> impl Future<Output = u64> + Send;

    /// Has it add one.
    fn cast(server: &Self::Ref) -> impl Future<Output = ()> + Send;

    /// Runs a client: in a task, or in a process of the library's where that means more (a check
    /// for deadlocks) or is needed.
    fn client<T: Send + 'static>(
        work: impl Future<Output = T> + Send + 'static,
    ) -> impl Future<Output = T> + Send {
        async { tokio::spawn(work).await.expect("a client") }
    }
}

/// Servers that are reached by name.
pub trait Named: Actors {
    /// Starts one.
    fn start_named(name: String) -> impl Future<Output = ()> + Send;

    /// Finds and calls it, with a time-out of five seconds.
    fn call_name(name: &str) -> impl Future<Output = u64> + Send;

    /// Finds it and has it add one.
    fn cast_name(name: &str) -> impl Future<Output = ()> + Send;
}

/// Crowds of named servers, supervised where there are supervisors.
pub trait Crowd: 'static {
    /// What to end one by.
    type Handle: Send + 'static;

    /// What must run before.
    #[must_use]
    fn boot() -> impl Future<Output = ()> + Send {
        async {}
    }

    /// Starts `session:<i>`.
    fn start(i: u64) -> impl Future<Output = Self::Handle> + Send;

    /// Ends one, as forcibly as can be.
    fn end(handle: Self::Handle);

    /// How many names and children there still are.
    fn left() -> usize;
}

/// Servers that pass a token on.
pub trait Ring: 'static {
    /// One of them.
    type Node: Clone + Send + Sync + 'static;

    /// Starts one, which hits the latch when the token comes to nothing.
    fn node(done: Latch) -> impl Future<Output = Self::Node> + Send;

    /// Says whom it passes the token to.
    fn connect(node: &Self::Node, next: Self::Node) -> impl Future<Output = ()> + Send;

    /// Gives it the token, to be passed on so many times.
    fn pass(node: &Self::Node, hops: u64) -> impl Future<Output = ()> + Send;
}

/// Subscribers of one topic, each of which hits the latch once an event.
pub trait Topic: 'static {
    /// What to publish by.
    type Handle: Send + Sync + 'static;

    /// Starts the subscribers.
    fn subscribe(n: u64, latch: Latch) -> impl Future<Output = Self::Handle> + Send;

    /// Sends all of them an event.
    fn publish(topic: &Self::Handle) -> impl Future<Output = ()> + Send;
}

/// One named server that is started again when it dies.
pub trait Restarted: 'static {
    /// Starts the server and what restarts it.
    fn boot() -> impl Future<Output = ()> + Send;

    /// What has the name now, and a number that is another for each incarnation.
    fn incarnation() -> Option<u64>;

    /// Kills it from outside.
    fn kill();

    /// Has it panic in a handler.
    fn panic();
}
