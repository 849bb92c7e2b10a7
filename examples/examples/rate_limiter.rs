//! A rate limiter for an API: so many requests a key, refilled over time.
//!
//! ```text
//! cargo run -p examples --example rate_limiter
//! ```
//!
//! It shows: a server for each API key, found or started in one call without a race (`get_or_start`);
//! no lock and no shared map of buckets; and an idle time-out, by which the keys that nobody uses any
//! more cost nothing.

use std::error::Error;
use std::time::Duration;

use examples::rate_limiter::{BucketSup, Buckets, Limit, Limiter, Verdict, check};
use registry_runtime::prelude::*;

const LIMIT: Limit = Limit {
    burst: 3,
    every: Duration::from_millis(400),
};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let app = Limiter::start().await?;
    println!(
        "{} requests at once, and one more every {:?}\n",
        LIMIT.burst, LIMIT.every
    );
    for key in ["ann", "ann", "ann", "ann", "bob", "ann"] {
        request(key).await?;
    }
    println!("\n{}\n", app.tree());

    // A client that does as it is told: it comes back when it may.
    let mut passed = 0;
    while passed < 2 {
        match request("ann").await? {
            Verdict::Allowed { .. } => passed += 1,
            Verdict::Limited { retry_after } => tokio::time::sleep(retry_after).await,
        }
    }

    println!("\nnobody asks any more:");
    for (key, pid) in Buckets::select(|key, pid, ()| Some((key.clone(), pid))) {
        pid.ended().await;
        println!("  the bucket of {key} has ended");
    }
    println!("buckets left: {}", BucketSup::count_children().active);
    app.shutdown().await;
    Ok(())
}

async fn request(key: &str) -> Result<Verdict, Box<dyn Error + Send + Sync>> {
    let verdict = check(key, LIMIT).await?;
    match verdict {
        Verdict::Allowed { left } => println!("  {key}  200 OK, {left} left"),
        Verdict::Limited { retry_after } => {
            println!(
                "  {key}  429 Too Many Requests, retry after {} ms",
                retry_after.as_millis()
            );
        }
    }
    Ok(verdict)
}
