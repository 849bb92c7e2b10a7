//! How often children may be restarted.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// At most `most` restarts within `within`.
#[derive(Clone, Debug)]
pub(crate) struct Intensity {
    most: u32,
    within: Duration,
    restarts: VecDeque<Instant>,
}

impl Intensity {
    pub(crate) fn new(most: u32, within: Duration) -> Self {
        Self {
            most,
            within,
            restarts: VecDeque::new(),
        }
    }

    /// Notes a restart; `false` if that is one too many.
    pub(crate) fn allows(&mut self) -> bool {
        let now = Instant::now();
        while let Some(oldest) = self.restarts.front() {
            if now.duration_since(*oldest) <= self.within {
                break;
            }
            self.restarts.pop_front();
        }
        // A storm that is over gives its memory back.
        if self.restarts.capacity() > 32 && self.restarts.len() < self.restarts.capacity() / 4 {
            self.restarts.shrink_to(self.restarts.len() * 2);
        }
        self.restarts.push_back(now);
        self.restarts.len() <= self.most as usize
    }

    /// Takes the last restart back: it was none.
    pub(crate) fn forget_last(&mut self) {
        self.restarts.pop_back();
    }

    /// Restarts within the window that ends now.
    pub(crate) fn recent(&self) -> usize {
        let now = Instant::now();
        let recent = |at: &&Instant| now.duration_since(**at) <= self.within;
        self.restarts.iter().filter(recent).count()
    }
}

#[cfg(all(test, not(registry_loom)))]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn restarts_count_until_the_window_has_passed() {
        let mut intensity = Intensity::new(2, Duration::from_secs(5));
        assert!(intensity.allows());
        assert!(intensity.allows());
        tokio::time::advance(Duration::from_secs(6)).await;
        assert!(intensity.allows());
        assert!(intensity.allows());
        assert_eq!(intensity.recent(), 2);
        assert!(!intensity.allows());
    }
}
