//! What `#[registry_runtime::test]` runs a test on: a node and a tokio runtime of its own.

use std::time::Duration;

use tokio::runtime::Builder;

use super::Node;

/// Runs one test.
///
/// # Examples
///
/// ```
/// # use registry_runtime::prelude::*;
/// use registry_runtime::node::TestRuntime;
///
/// registry! { Names, keys = unique, key = String }
///
/// // What `#[registry_runtime::test]` writes around a test.
/// let count = TestRuntime::new().multi_thread(2).run(async {
///     assert!(!Node::current().is_default());
///     Names::start().await.unwrap();
///     Names::count()
/// });
/// assert_eq!(count, 0);
/// ```
#[derive(Debug)]
#[must_use]
pub struct TestRuntime {
    workers: Option<usize>,
    #[cfg(feature = "test-util")]
    paused: bool,
}

impl Default for TestRuntime {
    fn default() -> Self {
        Self::new()
    }
}

impl TestRuntime {
    /// One thread, running time.
    ///
    /// Shown in the [example](Self#examples).
    pub fn new() -> Self {
        Self {
            workers: None,
            #[cfg(feature = "test-util")]
            paused: false,
        }
    }

    /// Runs on this many worker threads; 0 is one for each processor.
    ///
    /// Shown in the [example](Self#examples).
    pub fn multi_thread(mut self, workers: usize) -> Self {
        self.workers = Some(workers);
        self
    }

    /// Starts with tokio's clock paused: time moves when all tasks wait for it.
    #[cfg(feature = "test-util")]
    pub fn start_paused(mut self) -> Self {
        self.paused = true;
        self
    }

    /// As with the feature `test-util`, which is off.
    #[cfg(not(feature = "test-util"))]
    #[deprecated(
        note = "`start_paused` needs the feature `test-util` of `registry-runtime`; add it in \
                         `[dev-dependencies]`: registry-runtime = { …, features = [\"test-util\"] }"
    )]
    pub fn start_paused(self) -> Self {
        panic!("`start_paused` needs the feature `test-util` of `registry-runtime`");
    }

    /// Runs the test to its end. Everything that it starts or spawns, with `tokio::spawn` as well,
    /// lives on a new node.
    ///
    /// Shown in the [example](Self#examples).
    ///
    /// # Panics
    ///
    /// When the test does, or no runtime can be built.
    pub fn run<F: Future>(self, test: F) -> F::Output {
        let node = Node::new();
        let mut builder = match self.workers {
            None => Builder::new_current_thread(),
            Some(workers) => {
                let mut builder = Builder::new_multi_thread();
                if workers > 0 {
                    builder.worker_threads(workers);
                }
                builder
            }
        };
        builder.enable_all();
        #[cfg(feature = "test-util")]
        if self.paused {
            builder.start_paused(true);
        }
        let on_thread = node.clone();
        builder.on_thread_start(move || on_thread.adopt_thread());
        let runtime = match builder.build() {
            Ok(runtime) => runtime,
            Err(error) => panic!("no runtime could be built for the test: {error}"),
        };
        let _here = node.adopted();
        let output = runtime.block_on(test);
        // Blocked threads of the test's own must not keep it from ending.
        runtime.shutdown_timeout(Duration::from_secs(5));
        output
    }
}
