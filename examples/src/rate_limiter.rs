//! A rate limiter: a token bucket for each API key, in a server of its own.

use std::error::Error;
use std::time::Duration;

use registry_runtime::prelude::*;
use tokio::time::Instant;

supervision_tree! {
    /// The rate limiter.
    pub Limiter;

    /// The buckets by API key.
    registry!<pub Buckets, keys = unique, key = String>;
    /// Holds the buckets; the most keys that may be in use at a time.
    dynamic_supervisor!<pub BucketSup, max_children = 100_000, holds = [Bucket]>;
}

/// How much a key may use.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limit {
    /// How many requests may come at once.
    pub burst: u32,
    /// How long it takes until one more may come.
    pub every: Duration,
}

/// What becomes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It may go on, and so may this many more at once.
    Allowed {
        /// How many more.
        left: u32,
    },
    /// It is one too many.
    Limited {
        /// When to try again.
        retry_after: Duration,
    },
}

/// Asks whether a request of a key may go on: starts the key's bucket if there is none.
///
/// # Errors
///
/// When there is no bucket to be had, because there are too many for example
/// ([`StartError::MaxChildren`]); and when it crashes or does not answer (a [`CallError`]).
pub async fn check(key: &str, limit: Limit) -> Result<Verdict, Box<dyn Error + Send + Sync>> {
    loop {
        // By name first, which allocates nothing. A bucket may be on its way out, for it was idle until
        // now: a new one is as full as that one was.
        match Bucket::via(key).take().await {
            Ok(verdict) => return Ok(verdict),
            Err(CallError::NotRunning | CallError::Exited(ExitReason::Normal)) => {}
            Err(error) => return Err(error.into()),
        }
        // Of all who come here at the same moment one starts it, and the others find it.
        let spec = Bucket::child_spec(key.to_owned(), limit).restart(Restart::Temporary);
        BucketSup::get_or_start(spec).await?;
    }
}

/// The bucket of one key.
///
/// It ends when nobody has asked for as long as it takes to fill up: a full bucket knows nothing that a
/// new one does not. So memory is used by the keys that are in use, and nobody has to sweep.
#[gen_server(registry = Buckets, key = <api_key>)]
#[derive(Debug)]
pub struct Bucket {
    api_key: String,
    limit: Limit,
    /// When it is full: each request puts this off by the time that it takes to make up for it.
    #[default(Instant::now())]
    full_at: Instant,
}

#[gen_server]
impl Bucket {
    fn init(&mut self, ctx: &mut Ctx<Self>) {
        ctx.set_label(self.api_key.as_str());
        self.wait(ctx);
    }

    /// One request: is there a token for it?
    #[call]
    pub fn take(&mut self, ctx: &mut Ctx<Self>) -> Verdict {
        self.wait(ctx);
        let Limit { burst, every } = self.limit;
        let now = Instant::now();
        let full_at = self.full_at.max(now) + every;
        // How long until the bucket was full again, and how long that may be.
        let (debt, most) = (full_at - now, every * burst);
        if debt > most {
            return Verdict::Limited {
                retry_after: debt - most,
            };
        }
        self.full_at = full_at;
        let left = (most - debt).as_nanos() / every.as_nanos().max(1);
        Verdict::Allowed {
            left: u32::try_from(left).unwrap_or(u32::MAX),
        }
    }

    #[info]
    fn on_idle(&mut self, ctx: &mut Ctx<Self>, _idle: IdleTimeout) {
        ctx.stop(ExitReason::Normal);
    }

    fn wait(&self, ctx: &mut Ctx<Self>) {
        ctx.idle_timeout(self.limit.every * self.limit.burst);
    }
}
