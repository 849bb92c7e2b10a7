//! What a child's backoff goes by.

use std::time::Duration;

use tokio::time::Instant;

use super::Backoff;

/// Restarts of one child that came to nothing, or not to much, in a row.
#[derive(Debug, Default)]
pub(crate) struct Failures {
    count: u32,
    /// When it was last started again.
    since: Option<Instant>,
}

impl Failures {
    /// The child has been started again.
    pub(crate) fn started(&mut self) {
        self.since = Some(Instant::now());
    }

    /// A restart has failed: how long the next one waits.
    pub(crate) fn one_more(&mut self, backoff: Backoff) -> Duration {
        self.count = self.count.saturating_add(1);
        backoff.delay(self.count)
    }

    /// The child has ended: how long its restart waits. One that ran for longer than the longest
    /// wait begins anew.
    pub(crate) fn after_an_end(&mut self, backoff: Backoff) -> Duration {
        if self
            .since
            .is_some_and(|since| since.elapsed() > backoff.most)
        {
            self.count = 0;
        }
        self.one_more(backoff)
    }
}
